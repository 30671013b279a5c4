//! The error type of this crate.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The token endpoint cannot be reached, is down, or is overloaded. The failure is transient.
    Unavailable,
    /// The token endpoint refused the request: id, secret, scope or grant is wrong.
    Refused,
    /// The response is not a token response. The usual cause is a wrong token URL.
    Malformed,
    /// The settings cannot work: a URL without a scheme, an empty secret, an invalid certificate.
    Configuration,
}

impl ErrorKind {
    /// Returns the name of the kind in lower case, as it appears in logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::Malformed => "malformed",
            Self::Configuration => "configuration",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Action that resolves an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recovery {
    /// Call again after this delay, unchanged.
    RetryAfter(Duration),
    /// Use other credentials: the server will refuse these again.
    Reauthenticate,
    /// Change the request or the configuration.
    Fail,
}

/// Error of a token fetch or of the configuration of an authenticator.
///
/// Cheap to clone: all callers that waited for the same fetch receive the same error. `Display` and `Debug` show no
/// secret, no token, no response body and no text of the server; [`description`](Error::description) returns that text.
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
    wait: Option<Duration>,
}

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    /// Advice that names an item of this library, for programmers.
    hint: Option<&'static str>,
    code: Option<String>,
    description: Option<String>,
    status: Option<StatusCode>,
    source: Option<Source>,
}

/// Error codes of the OAuth 2.0 RFCs. Only these are displayed: another code may contain arbitrary text of the server.
const CODES: [&str; 14] = [
    "access_denied",
    "invalid_client",
    "invalid_client_metadata",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
];

/// Delay before a retry if neither the server nor the back-off states one.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);

impl Error {
    /// Creates an error of kind [`Unavailable`](ErrorKind::Unavailable): a transient failure.
    #[must_use]
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unavailable, message.into())
    }

    /// Creates an error of kind [`Refused`](ErrorKind::Refused), with the server's error code and description.
    ///
    /// `Display` and `Debug` show the code only if the OAuth 2.0 RFCs define it, and never the description.
    #[must_use]
    pub fn refused(
        message: impl Into<Cow<'static, str>>,
        code: impl Into<Option<String>>,
        description: impl Into<Option<String>>,
    ) -> Self {
        Self::new(ErrorKind::Refused, message.into()).with_code(code.into(), description.into())
    }

    /// Creates an error of kind [`Malformed`](ErrorKind::Malformed): an invalid response.
    #[must_use]
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Malformed, message.into())
    }

    /// Creates an error of kind [`Configuration`](ErrorKind::Configuration): invalid settings.
    #[must_use]
    pub fn configuration(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, message.into())
    }

    /// Sets the cause. The caller must ensure that its `Display` and `Debug` show no secret.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.caused_by(source.into())
    }

    /// Sets the delay before the next attempt. An authenticator waits at most an hour.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    fn caused_by(mut self, source: Source) -> Self {
        if let Some(inner) = self.unshared() {
            inner.source = Some(source);
        }
        self
    }

    pub(crate) fn with_message(mut self, message: String) -> Self {
        if let Some(inner) = self.unshared() {
            inner.message = message.into();
        }
        self
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        if let Some(inner) = self.unshared() {
            inner.hint = Some(hint);
        }
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        if let Some(inner) = self.unshared() {
            inner.status = Some(status);
        }
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>, description: Option<String>) -> Self {
        if let Some(inner) = self.unshared() {
            inner.code = code;
            inner.description = description;
        }
        self
    }

    pub(crate) fn with_wait(mut self, wait: Option<Duration>) -> Self {
        self.wait = wait;
        self
    }

    fn new(kind: ErrorKind, message: Cow<'static, str>) -> Self {
        let inner = Inner { kind, message, hint: None, code: None, description: None, status: None, source: None };
        Self { inner: Arc::new(inner), wait: None }
    }

    /// Returns the fields of an error that is not shared yet. A shared error is not modified.
    fn unshared(&mut self) -> Option<&mut Inner> {
        Arc::get_mut(&mut self.inner)
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns the action that resolves the error.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        match (self.inner.kind, self.code()) {
            (ErrorKind::Unavailable, _) => Recovery::RetryAfter(self.wait.unwrap_or(DEFAULT_RETRY_AFTER)),
            (
                ErrorKind::Refused,
                Some(
                    "invalid_request"
                    | "invalid_scope"
                    | "invalid_target"
                    | "unsupported_grant_type"
                    | "unsupported_response_type",
                ),
            )
            | (ErrorKind::Malformed | ErrorKind::Configuration, _) => Recovery::Fail,
            (ErrorKind::Refused, _) => Recovery::Reauthenticate,
        }
    }

    /// Returns the server's error code, such as `invalid_client`.
    ///
    /// The text is the server's and may contain personal data; review it before logging it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// Returns the server's human-readable description of the error.
    ///
    /// The text is the server's and may contain personal data; review it before logging it.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.inner.description.as_deref()
    }

    /// Returns the HTTP status of the token endpoint's response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// Returns the delay before the next attempt: the server's `Retry-After`, or the authenticator's back-off.
    ///
    /// Until then, calls return this same error and no request is sent.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.wait
    }

    /// Returns the text of `Display` without advice that names items of this library, for programs whose users are no
    /// programmers.
    #[must_use]
    pub fn summary(&self) -> impl fmt::Display + '_ {
        Summary(self)
    }

    fn fmt_line(&self, hint: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        if let Some(hint) = hint {
            write!(f, "; {hint}")?;
        }
        match self.standard_code() {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }

    /// Returns the error code if the OAuth 2.0 RFCs define it.
    pub(crate) fn standard_code(&self) -> Option<&str> {
        self.code().filter(|code| CODES.contains(code))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_line(self.inner.hint, f)
    }
}

/// Display of an error without advice for programmers.
struct Summary<'a>(&'a Error);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_line(None, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.inner.kind).field("message", &self.inner.message);
        if let Some(status) = self.inner.status {
            out.field("status", &status.as_u16());
        }
        if let Some(code) = self.standard_code() {
            out.field("code", &code);
        }
        if let Some(wait) = self.wait {
            out.field("retry_after", &wait);
        }
        if let Some(source) = &self.inner.source {
            out.field("source", &format_args!("{source}"));
        }
        out.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_server_is_available_but_not_displayed() {
        let error = Error::refused("refused", "canary-code".to_owned(), "canary-text".to_owned());
        assert_eq!(error.code(), Some("canary-code"));
        assert_eq!(error.description(), Some("canary-text"));
        assert_eq!(error.to_string(), "refused");
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[test]
    fn the_summary_has_no_advice_for_programmers() {
        let error = Error::configuration("the URL is plain http").with_hint("use allow_plain_http");
        assert_eq!(error.to_string(), "the URL is plain http; use allow_plain_http");
        assert_eq!(error.summary().to_string(), "the URL is plain http");
    }

    #[test]
    fn standard_codes_are_displayed_and_determine_the_recovery() {
        let error = Error::refused("refused", "invalid_client".to_owned(), None);
        assert_eq!(error.to_string(), "refused (invalid_client)");
        assert_eq!(error.recovery(), Recovery::Reauthenticate);
        let error = Error::refused("refused", "invalid_scope".to_owned(), None);
        assert_eq!(error.recovery(), Recovery::Fail);
        let error = Error::unavailable("down").with_retry_after(Duration::from_secs(7));
        assert_eq!(error.recovery(), Recovery::RetryAfter(Duration::from_secs(7)));
    }
}
