//! The request log: bounded, and without secrets.

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

/// A request as it arrived, its secrets replaced by `[redacted]`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// Counts from 1 since the start or the last reset.
    pub number: u64,
    /// Whose prefix the path has; none for paths outside every vendor.
    pub vendor: Option<Vendor>,
    /// The method, in capitals.
    pub method: String,
    /// The path with the vendor's prefix, percent-encoded as it arrived.
    pub path: String,
    /// The query without `?`; empty if there is none.
    pub query: String,
    /// The status of the answer; 0 when the connection was reset instead, or while there is no answer yet.
    pub status: u16,
    /// The headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body: text of forms and JSON documents up to 16 KiB, of others a note about size and type. Empty when the
    /// simulator had no reason to read it.
    pub body: String,
    /// The kind of the fault that hit it.
    pub fault: Option<&'static str>,
}

/// Requests that are kept, the oldest go first.
const MAX_ENTRIES: usize = 10_000;
/// Bytes of paths, queries, headers and bodies that are kept in all.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of one body that are kept.
const MAX_BODY: usize = 16 * 1024;

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<LoggedRequest>,
    total: u64,
    bytes: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<State>);

impl Log {
    /// Notes a request's arrival and gives its number.
    pub(crate) fn arrived(&self, vendor: Option<Vendor>, request: &Parts) -> u64 {
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

    /// Completes an entry: the answer's status, what was read of the body, the fault that hit it.
    pub(crate) fn answered(&self, number: u64, status: u16, body: &Tap, fault: Option<&'static str>) {
        let text = body.text();
        let mut state = self.state();
        let State { entries, bytes, .. } = &mut *state;
        // Numbers are consecutive, so the position follows from the first.
        let first = entries.front().map_or(0, |entry| entry.number);
        let position = number.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        let Some(entry) = position.and_then(|at| entries.get_mut(at)) else {
            return;
        };
        *bytes += text.len();
        entry.status = status;
        entry.body = text;
        entry.fault = fault;
        state.trim();
    }

    /// The entries after a number, oldest first; of more than `limit`, the newest.
    pub(crate) fn since(&self, number: u64, limit: usize) -> Vec<LoggedRequest> {
        let state = self.state();
        let first = state.entries.partition_point(|entry| entry.number <= number);
        let first = first.max(state.entries.len().saturating_sub(limit));
        state.entries.range(first..).cloned().collect()
    }

    pub(crate) fn total(&self) -> u64 {
        self.state().total
    }

    pub(crate) fn clear(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoggedRequest {
    fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len());
        self.path.len() + self.query.len() + self.body.len() + headers.sum::<usize>()
    }
}

impl State {
    fn trim(&mut self) {
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(gone) = self.entries.pop_front() else { return };
            self.bytes -= gone.size();
        }
    }
}

/// Sees a request's body while the vendor reads it, and keeps the beginning.
#[derive(Clone, Default)]
pub(crate) struct Tap(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    content_type: String,
    kept: Vec<u8>,
    length: usize,
}

impl Tap {
    pub(crate) fn on(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self(Arc::new(Mutex::new(Seen { content_type: content_type.to_owned(), ..Seen::default() })))
    }

    /// The body, watched.
    pub(crate) fn watch(&self, body: Body) -> Body {
        let tap = self.clone();
        Body::from_stream(body.into_data_stream().inspect(move |piece| {
            if let Ok(piece) = piece {
                tap.see(piece);
            }
        }))
    }

    fn see(&self, piece: &Bytes) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MAX_BODY - seen.kept.len();
        seen.kept.extend_from_slice(&piece[..piece.len().min(room)]);
        seen.length += piece.len();
    }

    fn text(&self) -> String {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        redact::body(&seen.content_type, &seen.kept, seen.length)
    }
}
