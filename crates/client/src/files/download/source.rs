//! The responses of a download: the first, and one for each resumption.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Method, Response, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE},
};

use crate::{
    call::{idle::IdleTimer, options::CallOptions, retry::Schedule, send},
    error::{Error, ErrorKind},
    files::download::{
        disposition, file_name,
        version::{self, Version},
    },
    operation::{Idempotency, Operation},
    request::prepared::PreparedRequest,
    session::Session,
};

/// Number of received bytes after which the count of attempts starts over, so that a large download over an unreliable
/// connection completes.
const PROGRESS: u64 = 1024 * 1024;

/// Maximum number of times that a download starts over because the file has changed. A file that changes more often is
/// written all the time, and a service may send a new validator with every response.
const MAX_RESTARTS: u32 = 5;

/// The request of a download, which is sent again for the rest of the file.
pub(crate) struct Origin {
    session: Session,
    operation: &'static Operation,
    request: Option<PreparedRequest>,
    options: CallOptions,
}

/// Properties of the file, from the response headers.
#[derive(Clone)]
pub(super) struct FileInfo {
    pub(super) length: Option<u64>,
    pub(super) content_type: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) version: Option<Version>,
}

/// Next event of a download.
pub(super) enum DownloadEvent {
    Bytes(Bytes),
    /// The file has changed: its bytes start over.
    Restart(FileInfo),
}

/// Response to a request for the rest of a file.
enum Rest {
    /// The part of the file up to `end`, and the length of the file if known.
    Part { response: Response, end: u64, length: Option<u64> },
    /// The file has changed, and starts over.
    Changed(Response, FileInfo),
}

pub(super) struct Source {
    origin: Arc<Origin>,
    info: FileInfo,
    response: Response,
    timer: IdleTimer,
    /// Offset of the next byte in the file.
    offset: u64,
    /// Offset of the end of the response, if announced.
    end: Option<u64>,
    /// Largest offset at which a connection broke, in any version of the file. The attempts since then are in `since` and
    /// `schedule`.
    furthest: u64,
    /// Number of times that the file has changed.
    restarts: u32,
    since: Duration,
    schedule: Schedule,
}

impl Origin {
    pub(crate) fn new(
        session: Session,
        operation: &'static Operation,
        request: Option<PreparedRequest>,
        options: CallOptions,
    ) -> Self {
        Self { session, operation, request, options }
    }

    fn is_repeatable(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.parts.method == Method::GET)
            && (self.operation.idempotency == Idempotency::Idempotent || self.options.idempotent)
    }

    pub(super) fn file_info(&self, response: &Response) -> FileInfo {
        let headers = response.headers();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let name = headers.get(CONTENT_DISPOSITION).and_then(|value| disposition::name(value.as_bytes()));
        FileInfo {
            length: text(CONTENT_LENGTH).and_then(|value| value.parse().ok()),
            content_type: text(CONTENT_TYPE).map(str::to_owned),
            file_name: name.and_then(|name| file_name::sanitized(&name)),
            version: Version::of_resumable(headers).filter(|_| self.is_repeatable()),
        }
    }

    fn error(&self, error: Error) -> Error {
        error.at(self.session.api(), self.operation)
    }

    /// Returns the error for a reader that has already received bytes of the earlier version.
    pub(super) fn changed(&self) -> Error {
        let message = "the file changed during its download, or the service no longer resumes it: download it again";
        self.error(Error::new(ErrorKind::Conflict, message))
    }

    fn unexpected(&self, message: &'static str) -> Error {
        self.error(Error::new(ErrorKind::Unexpected, message).with_status(StatusCode::PARTIAL_CONTENT))
    }

    /// Requests the rest of a file after `offset`.
    async fn rest(&self, info: &FileInfo, offset: u64) -> Result<Rest, Error> {
        let version = info.version.as_ref().filter(|_| self.is_repeatable());
        let request = version.and_then(|version| {
            let mut request = self.request.as_ref()?.try_clone()?;
            version.add_range(offset, &mut request.parts.headers)?;
            Some((version, request))
        });
        let (version, request) = request.expect("only resumable downloads request the rest");
        let response = send::streamed(&self.session.0, self.operation, Ok(request), self.options.clone()).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            let info = self.file_info(&response);
            return Ok(Rest::Changed(response, info));
        }
        let range = version::content_range(response.headers())
            .ok_or_else(|| self.unexpected("the service sends a part of the file without a valid `Content-Range`"))?;
        if range.first != offset || version.is_contradicted(response.headers()) {
            return Err(self.unexpected("the service sends another part of the file than requested"));
        }
        if range.total.zip(info.length).is_some_and(|(now, before)| now != before) {
            return Err(self.unexpected("the service sends a part of a file of another length"));
        }
        Ok(Rest::Part { response, end: range.last.saturating_add(1), length: range.total.or(info.length) })
    }

    fn timer(&self) -> IdleTimer {
        IdleTimer::new(self.session.0.read_timeout)
    }

    /// Returns the current time and the schedule of the attempts that start now.
    fn schedule(&self) -> (Duration, Schedule) {
        (self.session.0.clock.now(), self.options.schedule(&self.session.0.retry))
    }
}

impl Source {
    /// Reads a file from the response to the download's request.
    pub(super) fn new(origin: Arc<Origin>, info: FileInfo, response: Response) -> Self {
        let (since, schedule) = origin.schedule();
        let end = info.length;
        let timer = origin.timer();
        Self { origin, info, response, timer, offset: 0, end, furthest: 0, restarts: 0, since, schedule }
    }

    /// Resumes a file at `offset`, or starts over if the file has changed.
    pub(super) async fn at(origin: Arc<Origin>, info: FileInfo, offset: u64) -> Result<(Self, FileInfo, u64), Error> {
        let rest = origin.rest(&info, offset).await?;
        let (since, schedule) = origin.schedule();
        let (response, info, offset, end) = match rest {
            Rest::Part { response, end, length } => (response, FileInfo { length, ..info }, offset, Some(end)),
            Rest::Changed(response, info) => {
                let end = info.length;
                (response, info, 0, end)
            }
        };
        let timer = origin.timer();
        let source =
            Self { origin, info, response, timer, offset, end, furthest: offset, restarts: 0, since, schedule };
        let info = source.info.clone();
        Ok((source, info, offset))
    }

    pub(super) async fn next(&mut self) -> Result<Option<DownloadEvent>, Error> {
        loop {
            let is_reached = |end: Option<u64>| end.is_none_or(|end| self.offset >= end);
            let error = match self.timer.chunk(&mut self.response).await {
                Ok(Some(bytes)) => {
                    self.offset += bytes.len() as u64;
                    if self.end.is_some_and(|end| self.offset > end) {
                        return Err(self.origin.unexpected("the service sends more of the file than announced"));
                    }
                    return Ok(Some(DownloadEvent::Bytes(bytes)));
                }
                // A response may end before the end of the file.
                Ok(None) if is_reached(self.end) && is_reached(self.info.length) => return Ok(None),
                Ok(None) => Error::new(ErrorKind::Unavailable, "the service sent less of the file than announced"),
                Err(error) => error.error,
            };
            if let Some(info) = self.resume(error).await? {
                return Ok(Some(DownloadEvent::Restart(info)));
            }
        }
    }

    /// Requests the rest, or returns the error if the download cannot be resumed. Returns the properties of a changed
    /// file.
    async fn resume(&mut self, broken: Error) -> Result<Option<FileInfo>, Error> {
        let connection = &self.origin.session.0;
        // Bytes of another version are progress only beyond those that were lost with the earlier one.
        if self.offset >= self.furthest.saturating_add(PROGRESS) {
            (self.since, self.schedule) = self.origin.schedule();
        }
        self.furthest = self.furthest.max(self.offset);
        let elapsed = connection.clock.now().saturating_sub(self.since);
        let may_resume = self.info.version.is_some() && !self.origin.options.no_retry;
        let delay = if may_resume { self.schedule.next(elapsed, None) } else { None };
        let within_budget = |_: &Duration| self.schedule.is_batch() || connection.budget.withdraw();
        let Some(delay) = delay.filter(within_budget) else {
            return Err(self.origin.error(broken));
        };
        tracing::debug!(
            operation = self.origin.operation.id,
            reason = ?broken.kind(),
            offset = self.offset,
            delay_ms = delay.as_secs_f64() * 1e3,
            "resuming a download"
        );
        connection.clock.sleep(delay).await;
        match self.origin.rest(&self.info, self.offset).await? {
            Rest::Part { response, end, length } => {
                (self.response, self.end, self.info.length) = (response, Some(end), length);
                Ok(None)
            }
            Rest::Changed(response, info) => {
                self.restarts += 1;
                if self.restarts > MAX_RESTARTS {
                    return Err(self.origin.changed());
                }
                (self.response, self.end, self.info, self.offset) = (response, info.length, info.clone(), 0);
                Ok(Some(info))
            }
        }
    }
}
