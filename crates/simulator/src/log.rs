//! The request log, bounded in size and without secrets.

mod redact;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use futures::StreamExt;
use serde::Serialize;

use crate::vendor::Vendor;

/// A logged request. Secrets are replaced by `[redacted]`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// Sequence number, from 1 at the start and after each reset.
    pub number: u64,
    /// Vendor of the path's prefix; `None` for paths outside every vendor.
    pub vendor: Option<Vendor>,
    /// Method, in capitals.
    pub method: String,
    /// Path with the vendor's prefix, percent-encoded as received.
    pub path: String,
    /// Query without `?`; empty if absent.
    pub query: String,
    /// Status of the response; 0 before the response and if the connection was reset.
    pub status: u16,
    /// Headers in order, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// Body: the text of forms and JSON documents up to 16 KiB, for others the size and media type. Empty if the
    /// simulator did not read the body.
    pub body: String,
    /// Kind of the fault that hit the request.
    pub fault: Option<&'static str>,
}

/// Maximum number of requests; the oldest are dropped first.
const MAX_ENTRIES: usize = 10_000;
/// Maximum size of all paths, queries, headers and bodies, in bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Maximum size of one recorded body, in bytes.
const MAX_BODY: usize = 16 * 1024;

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<LoggedRequest>,
    total: u64,
    bytes: usize,
}

/// The log, shared by all connections.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<State>);

impl Log {
    /// Adds a received request and returns its number.
    pub(crate) fn record_request(&self, vendor: Option<Vendor>, request: &Parts) -> u64 {
        let mut state = self.state();
        state.total += 1;
        let number = state.total;
        let headers = request.headers.iter();
        let entry = LoggedRequest {
            number,
            vendor,
            method: request.method.to_string(),
            path: request.uri.path().to_owned(),
            query: redact::query(request.uri.query().unwrap_or_default()),
            status: 0,
            headers: headers.map(|(name, value)| (name.to_string(), redact::header(name, value))).collect(),
            body: String::new(),
            fault: None,
        };
        state.bytes += entry.size();
        state.entries.push_back(entry);
        state.trim();
        number
    }

    /// Completes an entry with the status of the response, the recorded body and the fault that hit the request.
    pub(crate) fn record_response(&self, number: u64, status: u16, body: &BodyRecorder, fault: Option<&'static str>) {
        let text = body.text();
        let mut state = self.state();
        let State { entries, bytes, .. } = &mut *state;
        // Numbers are consecutive, so the position follows from the number of the first entry.
        let first = entries.front().map_or(0, |entry| entry.number);
        let position = number.checked_sub(first).and_then(|offset| usize::try_from(offset).ok());
        let Some(entry) = position.and_then(|position| entries.get_mut(position)) else {
            return;
        };
        *bytes += text.len();
        entry.status = status;
        entry.body = text;
        entry.fault = fault;
        state.trim();
    }

    /// Returns the entries after a number, oldest first; at most the newest `limit`.
    pub(crate) fn since(&self, number: u64, limit: usize) -> Vec<LoggedRequest> {
        let state = self.state();
        let first = state.entries.partition_point(|entry| entry.number <= number);
        let first = first.max(state.entries.len().saturating_sub(limit));
        state.entries.range(first..).cloned().collect()
    }

    /// Returns the number of requests received.
    pub(crate) fn total(&self) -> u64 {
        self.state().total
    }

    /// Drops all entries and restarts the numbers.
    pub(crate) fn clear(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoggedRequest {
    /// Returns the size counted against [`MAX_BYTES`].
    fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len());
        self.path.len() + self.query.len() + self.body.len() + headers.sum::<usize>()
    }
}

impl State {
    /// Drops the oldest entries until the log is within its bounds.
    fn trim(&mut self) {
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(dropped) = self.entries.pop_front() else { return };
            self.bytes -= dropped.size();
        }
    }
}

/// Records the beginning of a request body while the vendor reads it.
#[derive(Clone, Default)]
pub(crate) struct BodyRecorder(Arc<Mutex<Recording>>);

#[derive(Default)]
struct Recording {
    content_type: String,
    /// The first [`MAX_BODY`] bytes.
    prefix: Vec<u8>,
    /// Number of bytes read.
    length: usize,
}

impl BodyRecorder {
    /// Creates the recorder of a request with these headers.
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self(Arc::new(Mutex::new(Recording { content_type: content_type.to_owned(), ..Recording::default() })))
    }

    /// Returns the body, recorded as it is read.
    pub(crate) fn wrap(&self, body: Body) -> Body {
        let recorder = self.clone();
        Body::from_stream(body.into_data_stream().inspect(move |chunk| {
            if let Ok(chunk) = chunk {
                recorder.record(chunk);
            }
        }))
    }

    fn record(&self, chunk: &Bytes) {
        let mut recording = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remaining = MAX_BODY - recording.prefix.len();
        recording.prefix.extend_from_slice(&chunk[..chunk.len().min(remaining)]);
        recording.length += chunk.len();
    }

    /// Returns the recorded body without secrets.
    fn text(&self) -> String {
        let recording = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        redact::body(&recording.content_type, &recording.prefix, recording.length)
    }
}
