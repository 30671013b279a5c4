//! The one error of every client: opaque, and asked what can be done about it.

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use reqwest::StatusCode;

use crate::{ApiError, Operation};

type Source = Box<dyn StdError + Send + Sync>;

/// Why a call failed.
///
/// `Display` is one line that never holds a URL, a body, a header or personal data; neither does `Debug`. The cause is
/// behind [`source`](StdError::source), what the service itself said behind [`api`](Error::api).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<(&'static str, &'static str)>,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
    api: Option<ApiError>,
    message: Cow<'static, str>,
    source: Option<Source>,
}

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No valid token could be had, or the service refuses the one we have (401, 403): fix the credentials or rights.
    Auth,
    /// The request is wrong and will be wrong again: fix the request.
    Rejected,
    /// There is no such thing, or it is not yours (404, 410).
    NotFound,
    /// Somebody else was faster (409, 412): read again, then decide.
    Conflict,
    /// The service asks for patience (429); see [`Error::retry_after`].
    RateLimited,
    /// The service, or the way to it, is down.
    Unavailable,
    /// No answer within the time allowed. A write may have been processed all the same.
    Timeout,
    /// The answer is not what the API's description promises.
    Unexpected,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            status: None,
            retry_after: None,
            api: None,
            message: message.into(),
            source: None,
        }))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_retry_after(mut self, after: Option<Duration>) -> Self {
        self.0.retry_after = after;
        self
    }

    pub(crate) fn with_api(mut self, api: ApiError) -> Self {
        self.0.api = Some(api);
        self
    }

    pub(crate) fn at(mut self, api: &'static str, operation: &Operation) -> Self {
        self.0.operation.get_or_insert((api, operation.id));
        self
    }

    /// The error of an answer whose status is not a success.
    pub(crate) fn from_status(status: StatusCode, retry_after: Option<Duration>, api: ApiError) -> Self {
        let (kind, what) = match status.as_u16() {
            401 => {
                (ErrorKind::Auth, "the service does not accept the token: is the client enabled, and has it the scope?")
            }
            403 => (
                ErrorKind::Auth,
                "the service does not allow this: has the client the rights, and is the object its own?",
            ),
            404 | 410 => (ErrorKind::NotFound, "there is no such object or path, or it is not yours"),
            408 => (ErrorKind::Timeout, "the service gave up waiting for the request"),
            409 | 412 => {
                (ErrorKind::Conflict, "the object was changed in the meantime or exists already: read it again")
            }
            413 => (ErrorKind::Rejected, "the request is larger than the service accepts"),
            429 => (ErrorKind::RateLimited, "the service asks for patience: send fewer requests, or wait"),
            300..=399 => (ErrorKind::Unexpected, "the service redirects this call elsewhere: is the base URL right?"),
            400..=499 => (ErrorKind::Rejected, "the service rejects the request: see what it says about it"),
            500..=599 => (ErrorKind::Unavailable, "the service failed: try again later"),
            _ => (ErrorKind::Unexpected, "the service answered with a status that means nothing here"),
        };
        Self::new(kind, what).with_status(status).with_retry_after(retry_after).with_api(api)
    }

    /// The error of a request that got no whole answer.
    pub(crate) fn from_transport(error: reqwest::Error) -> Self {
        let (kind, what) = if error.is_timeout() {
            (ErrorKind::Timeout, "no answer within the time allowed")
        } else if error.is_connect() {
            (ErrorKind::Unavailable, "cannot connect to the service: is the base URL right, and the network up?")
        } else if error.is_builder() {
            (ErrorKind::Rejected, "the request cannot be built from what was given")
        } else {
            (ErrorKind::Unavailable, "the connection broke before the whole answer was there")
        };
        Self::new(kind, what).with_source(error.without_url())
    }

    pub(crate) fn from_auth(error: keyfob_auth::Error) -> Self {
        let kind = match error.kind() {
            keyfob_auth::ErrorKind::Unavailable => ErrorKind::Unavailable,
            _ => ErrorKind::Auth,
        };
        let retry_after = error.retry_after();
        Self::new(kind, "no token to authorize the call with").with_retry_after(retry_after).with_source(error)
    }

    /// What the caller can do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The operation's name, the same as the client's method: `create_project`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|(_, operation)| operation)
    }

    /// How long the service wants us to wait (`Retry-After`), where it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether a repeat could help. It does not say that a repeat is *safe*: an unanswered create may have been booked.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout)
    }

    /// What the service itself said about the failure, where it said something.
    ///
    /// It may hold personal data: show it to the user whose data it is, do not log it.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((api, operation)) = self.0.operation {
            write!(f, "{api} {operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(status) = self.0.status {
            write!(f, " ({status})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("status", &self.0.status)
            .field("retry_after", &self.0.retry_after)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
