//! The error type of every client.

mod api_error;
mod kind;
mod option_ext;

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use reqwest::StatusCode;

use crate::operation::Operation;

pub use self::{
    api_error::{ApiError, FieldError},
    kind::ErrorKind,
    option_ext::OptionExt,
};

type Source = Box<dyn StdError + Send + Sync>;

/// Error of a call, of any API.
///
/// [`kind`](Error::kind) classifies errors by what the caller can do. `Display` (`{}`) is one line without URL, body,
/// header or personal data, and so is safe to log; the same applies to `Debug`. [`source`](StdError::source) returns
/// the cause. The service's own message may contain personal data and is shown only by
/// [`service_error`](Error::service_error), [`explain`](Error::explain) and the alternate form `{:#}`.
///
/// ```
/// use keyfob_client::{Error, ErrorKind};
///
/// fn decide(error: &Error) {
///     match error.kind() {
///         ErrorKind::NotFound => println!("no such object"),
///         ErrorKind::Rejected => println!("{}", error.explain()),
///         _ if error.is_retryable() => println!("{error}; try again later"),
///         _ => println!("{error}"),
///     }
/// }
/// ```
pub struct Error(Box<ErrorData>);

/// Boxed contents of an [`Error`], so that a `Result` of a call stays small.
struct ErrorData {
    kind: ErrorKind,
    /// Names of the API and of the operation.
    operation: Option<(&'static str, &'static str)>,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
    service_error: Option<ApiError>,
    message: Cow<'static, str>,
    /// Advice that names an item of this library, for programmers.
    hint: Option<&'static str>,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(ErrorData {
            kind,
            operation: None,
            status: None,
            retry_after: None,
            service_error: None,
            message: message.into(),
            hint: None,
            source: None,
        }))
    }

    /// Creates the error of an invalid request.
    pub(crate) fn rejected(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Rejected, message)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.0.hint = Some(hint);
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

    /// Adds the names of the API and the operation, unless the error has them.
    pub(crate) fn at(mut self, api: &'static str, operation: &Operation) -> Self {
        self.0.operation.get_or_insert((api, operation.id));
        self
    }

    /// Creates the error of an error response.
    pub(crate) fn from_status(status: StatusCode, retry_after: Option<Duration>, service_error: ApiError) -> Self {
        let (kind, message) = match status.as_u16() {
            401 => {
                (ErrorKind::Auth, "the service rejected the token: check that the client is enabled and has the scope")
            }
            403 => (
                ErrorKind::Auth,
                "the service denied access: check the rights of the client, and that the object belongs to its account",
            ),
            404 | 410 => (ErrorKind::NotFound, "the object or path does not exist, or belongs to another account"),
            408 => (ErrorKind::Timeout, "the service timed out waiting for the request: try again later"),
            409 | 412 => {
                (ErrorKind::Conflict, "the object was changed by another request or already exists: read it again")
            }
            413 => (ErrorKind::Rejected, "the request is larger than the service accepts: send less data"),
            429 => (ErrorKind::RateLimited, "rate limited: send fewer requests, or retry later"),
            300..=399 => {
                (ErrorKind::Unexpected, "the service sent a redirect that is not followed: check the base URL")
            }
            400..=499 => (ErrorKind::Rejected, "the service rejected the request"),
            500..=599 => (ErrorKind::Unavailable, "the service failed: try again later"),
            _ => (ErrorKind::Unexpected, "the service responded with an unexpected status"),
        };
        let mut error = Self::new(kind, message).with_status(status).with_retry_after(retry_after);
        error.0.service_error = Some(service_error);
        error
    }

    /// Creates the error of a request that got no complete response.
    pub(crate) fn from_transport(error: reqwest::Error) -> Self {
        let (kind, message) = if error.is_timeout() {
            (ErrorKind::Timeout, "no response within the time limit")
        } else if error.is_connect() {
            (ErrorKind::Unavailable, "cannot connect to the service: check the base URL and the network")
        } else if error.is_builder() {
            (ErrorKind::Rejected, "the request is not valid HTTP")
        } else {
            (ErrorKind::Unavailable, "the connection broke before the response was complete")
        };
        Self::new(kind, message).with_source(error.without_url())
    }

    /// Names the proxy in the error of a failed connection.
    pub(crate) fn through(mut self, proxy: impl FnOnce() -> Option<String>) -> Self {
        let source = self.0.source.as_deref().and_then(|source| source.downcast_ref::<reqwest::Error>());
        if source.is_some_and(reqwest::Error::is_connect)
            && let Some(proxy) = proxy()
        {
            let advice = "check the proxy and the network";
            self.0.message = format!("cannot connect to the service through the proxy {proxy}: {advice}").into();
        }
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status, if there was a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the API's name, for example `ditio-core`.
    #[must_use]
    pub fn api(&self) -> Option<&'static str> {
        self.0.operation.map(|(api, _)| api)
    }

    /// Returns the operation's name, which is the client's method: `create_project`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|(_, operation)| operation)
    }

    /// Returns the time to wait before another request, if the service sent `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns `true` if the same request may succeed later.
    ///
    /// A retry is not always *safe*: a create without a response may have been processed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout)
    }

    /// Returns the service's own error: code, message, fields, body. `None` without an error response. To print it,
    /// [`explain`](Error::explain) is enough.
    ///
    /// The service's error may contain personal data: show it to the user whose data it is, but do not log it.
    #[must_use]
    pub fn service_error(&self) -> Option<&ApiError> {
        self.0.service_error.as_ref()
    }

    /// Returns the error for display to its user: the line of `Display`, and the service's code, message and fields.
    ///
    /// The alternate form of `Display`, `{:#}`, shows the same text. It may contain personal data: do not log it.
    #[must_use]
    pub fn explain(&self) -> impl fmt::Display + '_ {
        Explained(self)
    }

    /// Returns the line of `Display` without advice that names items of this library, for programs whose users are no
    /// programmers. It shows no personal data, as `Display`.
    ///
    /// ```
    /// # fn example(error: &keyfob_client::Error) {
    /// eprintln!("error: {}", error.summary());
    /// if let Some(service) = error.service_error().and_then(|service| service.message()) {
    ///     eprintln!("message from the service: {service}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn summary(&self) -> impl fmt::Display + '_ {
        Summary(self)
    }

    fn fmt_line(&self, hint: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((api, operation)) = self.0.operation {
            write!(f, "{api} {operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(hint) = hint {
            write!(f, ": {hint}")?;
        }
        match self.0.status {
            Some(status) => write!(f, " ({status})"),
            None => Ok(()),
        }
    }

    fn fmt_explained(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_line(self.0.hint, f)?;
        let Some(service) = &self.0.service_error else { return Ok(()) };
        match (service.code(), service.message()) {
            (Some(code), Some(message)) if code != message => write!(f, "; {code}: {message}")?,
            (Some(text), _) | (None, Some(text)) => write!(f, "; {text}")?,
            (None, None) => {}
        }
        for field in service.fields().iter().filter(|field| !field.field.is_empty()) {
            write!(f, "; {}: ", field.field)?;
            match &field.code {
                Some(code) if field.message.is_empty() => f.write_str(code)?,
                _ => f.write_str(&field.message)?,
            }
        }
        Ok(())
    }
}

/// Display of an error with the service's own error.
struct Explained<'a>(&'a Error);

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_explained(f)
    }
}

/// Display of an error without advice for programmers.
struct Summary<'a>(&'a Error);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_line(None, f)
    }
}

/// Converts an error of an [`Authenticator`](keyfob_auth::Authenticator) that a program uses directly.
impl From<keyfob_auth::Error> for Error {
    fn from(error: keyfob_auth::Error) -> Self {
        let kind = match error.kind() {
            keyfob_auth::ErrorKind::Unavailable => ErrorKind::Unavailable,
            _ => ErrorKind::Auth,
        };
        let retry_after = error.retry_after();
        Self::new(kind, "no token to authorize the call with").with_retry_after(retry_after).with_source(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return self.fmt_explained(f);
        }
        self.fmt_line(self.0.hint, f)?;
        match &self.0.service_error {
            Some(service) if !service.body().is_empty() => {
                f.write_str("; `Error::service_error` has the service's message")
            }
            _ => Ok(()),
        }
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
