//! The responses of a download: the first, and one for each resumption.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Method, Response, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE},
};

use crate::{
    call::{options::CallOptions, retry::Schedule, send},
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

pub(super) struct Source {
    origin: Arc<Origin>,
    info: FileInfo,
    response: Response,
    /// Offset of the next byte in the file.
    offset: u64,
    /// Offset at the last broken connection; the attempts since are in `since` and `schedule`.
    broken_at: u64,
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

    /// Requests the rest of a file after `offset`. Returns the properties of the file if it has changed and starts
    /// over.
    async fn rest(&self, info: &FileInfo, offset: u64) -> Result<(Response, Option<FileInfo>), Error> {
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
            return Ok((response, Some(info)));
        }
        let (first, total) = version::content_range(response.headers())
            .ok_or_else(|| self.unexpected("the service sends a part of the file without a valid `Content-Range`"))?;
        if first != offset || version.is_contradicted(response.headers()) {
            return Err(self.unexpected("the service sends another part of the file than requested"));
        }
        if total.zip(info.length).is_some_and(|(now, before)| now != before) {
            return Err(self.unexpected("the service sends a part of a file of another length"));
        }
        Ok((response, None))
    }
}

impl Source {
    pub(super) fn new(origin: Arc<Origin>, info: FileInfo, response: Response, offset: u64) -> Self {
        let (since, schedule) = (origin.session.0.clock.now(), origin.session.0.retry.schedule());
        Self { origin, info, response, offset, broken_at: offset, since, schedule }
    }

    /// Resumes a file at `offset`, or starts over if the file has changed.
    pub(super) async fn at(origin: Arc<Origin>, info: FileInfo, offset: u64) -> Result<(Self, FileInfo, u64), Error> {
        let (response, changed) = origin.rest(&info, offset).await?;
        let (info, offset) = changed.map_or((info, offset), |changed| (changed, 0));
        Ok((Self::new(origin, info.clone(), response, offset), info, offset))
    }

    pub(super) async fn next(&mut self) -> Result<Option<DownloadEvent>, Error> {
        loop {
            let error = match self.response.chunk().await {
                Ok(Some(bytes)) => {
                    self.offset += bytes.len() as u64;
                    return Ok(Some(DownloadEvent::Bytes(bytes)));
                }
                // A response may end before the end of the file.
                Ok(None) if self.info.length.is_none_or(|length| self.offset >= length) => return Ok(None),
                Ok(None) => Error::new(ErrorKind::Unavailable, "the service sent less of the file than announced"),
                Err(error) => Error::from_transport(error),
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
        if self.offset >= self.broken_at + PROGRESS {
            (self.since, self.schedule) = (connection.clock.now(), connection.retry.schedule());
        }
        self.broken_at = self.offset;
        let elapsed = connection.clock.now().saturating_sub(self.since);
        let may_resume = self.info.version.is_some() && !self.origin.options.no_retry;
        let delay = if may_resume { self.schedule.next(elapsed, None) } else { None };
        let Some(delay) = delay.filter(|_| connection.budget.withdraw()) else {
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
        let (response, changed) = self.origin.rest(&self.info, self.offset).await?;
        self.response = response;
        if let Some(info) = &changed {
            self.info = info.clone();
            (self.offset, self.broken_at) = (0, 0);
        }
        Ok(changed)
    }
}
