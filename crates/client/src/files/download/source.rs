//! Where a download's bytes come from: one answer, and further ones when it breaks off.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Method, Response, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE},
};

use super::{
    disposition, file_name,
    version::{self, Version},
};
use crate::{
    call::{options::CallOptions, retry::Schedule, send},
    error::{Error, ErrorKind},
    operation::{Idempotency, Operation},
    request::prepared::PreparedRequest,
    session::Session,
};

/// So many bytes count as success: the attempts to go on are counted anew.
const FRUITFUL: u64 = 1024 * 1024;

/// What to ask for again.
pub(crate) struct Origin {
    session: Session,
    operation: &'static Operation,
    request: Option<PreparedRequest>,
    options: CallOptions,
}

/// What the headers of an answer say about the file.
#[derive(Clone)]
pub(super) struct About {
    pub(super) length: Option<u64>,
    pub(super) content_type: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) version: Option<Version>,
}

/// What comes next.
pub(super) enum Piece {
    Bytes(Bytes),
    /// The file is another one than before: it begins anew.
    Restart(About),
}

pub(super) struct Source {
    origin: Arc<Origin>,
    about: About,
    response: Response,
    /// How much of the file was given.
    offset: u64,
    /// Where the file was when it last broke off, and the attempts since.
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

    pub(super) fn about(&self, response: &Response) -> About {
        let headers = response.headers();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let name = headers.get(CONTENT_DISPOSITION).and_then(|value| disposition::name(value.as_bytes()));
        About {
            length: text(CONTENT_LENGTH).and_then(|value| value.parse().ok()),
            content_type: text(CONTENT_TYPE).map(str::to_owned),
            file_name: name.and_then(|name| file_name::sanitized(&name)),
            version: Version::of_resumable(headers).filter(|_| self.is_repeatable()),
        }
    }

    fn error(&self, error: Error) -> Error {
        error.at(self.session.api(), self.operation)
    }

    /// What has to be said to whoever has bytes of a file that was then begun anew.
    pub(super) fn changed(&self) -> Error {
        let what = "the file was changed during its download, or cannot be resumed after all: download it anew";
        self.error(Error::new(ErrorKind::Conflict, what))
    }

    fn unexpected(&self, what: &'static str) -> Error {
        self.error(Error::new(ErrorKind::Unexpected, what).with_status(StatusCode::PARTIAL_CONTENT))
    }

    /// Asks for the rest of a file behind `offset`. Without a change of the file the answer begins there.
    async fn rest(&self, about: &About, offset: u64) -> Result<(Response, Option<About>), Error> {
        let version = about.version.as_ref().filter(|_| self.is_repeatable());
        let request = version.and_then(|version| {
            let mut request = self.request.as_ref()?.again()?;
            version.ask(offset, &mut request.parts.headers)?;
            Some((version, request))
        });
        let (version, request) = request.expect("whoever asks for the rest knows of which version, and may");
        let response = send::streamed(&self.session.0, self.operation, Ok(request), self.options.clone()).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            let about = self.about(&response);
            return Ok((response, Some(about)));
        }
        let (first, total) = version::part(response.headers())
            .ok_or_else(|| self.unexpected("the service does not say which part of the file it sends"))?;
        if first != offset || version.is_contradicted(response.headers()) {
            return Err(self.unexpected("the service sends another part of the file than it was asked for"));
        }
        if total.zip(about.length).is_some_and(|(now, before)| now != before) {
            return Err(self.unexpected("the service sends a part of a file of another length"));
        }
        Ok((response, None))
    }
}

impl Source {
    pub(super) fn new(origin: Arc<Origin>, about: About, response: Response, offset: u64) -> Self {
        let (since, schedule) = (origin.session.0.clock.now(), origin.session.0.retry.schedule());
        Self { origin, about, response, offset, broken_at: offset, since, schedule }
    }

    /// Goes on with a file at `offset`, or from its start if it has changed since.
    pub(super) async fn at(origin: Arc<Origin>, about: About, offset: u64) -> Result<(Self, About, u64), Error> {
        let (response, changed) = origin.rest(&about, offset).await?;
        let (about, offset) = changed.map_or((about, offset), |changed| (changed, 0));
        Ok((Self::new(origin, about.clone(), response, offset), about, offset))
    }

    pub(super) async fn next(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let error = match self.response.chunk().await {
                Ok(Some(bytes)) => {
                    self.offset += bytes.len() as u64;
                    return Ok(Some(Piece::Bytes(bytes)));
                }
                // A service may give less than the rest that it was asked for.
                Ok(None) if self.about.length.is_none_or(|length| self.offset >= length) => return Ok(None),
                Ok(None) => Error::new(ErrorKind::Unavailable, "the service sends less of the file than it announced"),
                Err(error) => Error::from_transport(error),
            };
            if let Some(about) = self.resume(error).await? {
                return Ok(Some(Piece::Restart(about)));
            }
        }
    }

    /// Asks for what is missing, or gives the error back if that cannot be. What comes may be another file.
    async fn resume(&mut self, broken: Error) -> Result<Option<About>, Error> {
        let inner = &self.origin.session.0;
        if self.offset >= self.broken_at + FRUITFUL {
            (self.since, self.schedule) = (inner.clock.now(), inner.retry.schedule());
        }
        self.broken_at = self.offset;
        let elapsed = inner.clock.now().saturating_sub(self.since);
        let may = self.about.version.is_some() && !self.origin.options.no_retry;
        let delay = if may { self.schedule.next(elapsed, None) } else { None };
        let Some(delay) = delay.filter(|_| inner.budget.withdraw()) else {
            return Err(self.origin.error(broken));
        };
        tracing::debug!(
            operation = self.origin.operation.id,
            reason = ?broken.kind(),
            offset = self.offset,
            delay_ms = delay.as_secs_f64() * 1e3,
            "resuming a download"
        );
        inner.clock.sleep(delay).await;
        let (response, changed) = self.origin.rest(&self.about, self.offset).await?;
        self.response = response;
        if let Some(about) = &changed {
            self.about = about.clone();
            (self.offset, self.broken_at) = (0, 0);
        }
        Ok(changed)
    }
}
