//! The one error of this crate: what went wrong, and what helps against it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong while a token was being obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The token endpoint, or the way to it, is down or overloaded. It may pass.
    Unavailable,
    /// The token endpoint said no: id, secret, scope or grant are wrong.
    Refused,
    /// The answer is not a token answer; most often the address is wrong.
    Malformed,
    /// What the program was given cannot work: an address without a scheme, an empty secret, a broken certificate.
    Configuration,
}

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recovery {
    /// Wait this long and call again; nothing has to be changed.
    RetryAfter(Duration),
    /// Other credentials are needed; these will be refused again.
    Reauthenticate,
    /// The request or the configuration has to be changed.
    Fail,
}

/// Why there is no token.
///
/// Cheap to clone, because everybody who waited for the same fetch gets the same error. Neither `Display` nor `Debug`
/// shows a secret, a token, a body or the server's own text; the latter is kept for [`description`](Error::description).
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
    wait: Option<Duration>,
}

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    code: Option<String>,
    description: Option<String>,
    status: Option<StatusCode>,
    source: Option<Source>,
}

/// The error codes of the OAuth 2.0 RFCs. Only these are shown: any other text is the server's and could be anything.
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

/// How long to wait when nobody said how long.
const DEFAULT_WAIT: Duration = Duration::from_secs(1);

impl Error {
    /// An error of which it is hoped that it passes.
    #[must_use]
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unavailable, message.into())
    }

    /// A refusal, with the server's error code and text where it gave them.
    ///
    /// Neither shows in `Display` or `Debug`, except for a code that the OAuth 2.0 standards know.
    #[must_use]
    pub fn refused(
        message: impl Into<Cow<'static, str>>,
        code: impl Into<Option<String>>,
        description: impl Into<Option<String>>,
    ) -> Self {
        Self::new(ErrorKind::Refused, message.into()).with_code(code.into(), description.into())
    }

    /// An answer that cannot be understood.
    #[must_use]
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Malformed, message.into())
    }

    /// A program or its settings that cannot work.
    #[must_use]
    pub fn configuration(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, message.into())
    }

    /// Keeps the cause. It is the caller's promise that the cause shows no secret.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.caused_by(source.into())
    }

    /// Keeps how long to wait before the next attempt.
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
        let inner = Inner { kind, message, code: None, description: None, status: None, source: None };
        Self { inner: Arc::new(inner), wait: None }
    }

    /// Only used while the error is being built; a shared one stays as it is.
    fn unshared(&mut self) -> Option<&mut Inner> {
        Arc::get_mut(&mut self.inner)
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// What can be done about it.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        match (self.inner.kind, self.code()) {
            (ErrorKind::Unavailable, _) => Recovery::RetryAfter(self.wait.unwrap_or(DEFAULT_WAIT)),
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

    /// The server's error code, such as `invalid_client`.
    ///
    /// The server's own text: do not log it unseen.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// The server's explanation for people.
    ///
    /// The server's own text: do not log it unseen.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.inner.description.as_deref()
    }

    /// The status of the token endpoint's answer, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// How long to wait before the next attempt: what the server asked for, or our own back-off.
    ///
    /// Until then calls are answered with this same error and no request is made.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.wait
    }

    fn standard_code(&self) -> Option<&str> {
        self.code().filter(|code| CODES.contains(code))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        match self.standard_code() {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
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
    fn text_of_the_server_is_kept_but_never_shown() {
        let error = Error::refused("refused", "canary-code".to_owned(), "canary-text".to_owned());
        assert_eq!(error.code(), Some("canary-code"));
        assert_eq!(error.description(), Some("canary-text"));
        assert_eq!(error.to_string(), "refused");
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[test]
    fn standard_codes_are_shown_and_decide_the_recovery() {
        let error = Error::refused("refused", "invalid_client".to_owned(), None);
        assert_eq!(error.to_string(), "refused (invalid_client)");
        assert_eq!(error.recovery(), Recovery::Reauthenticate);
        let error = Error::refused("refused", "invalid_scope".to_owned(), None);
        assert_eq!(error.recovery(), Recovery::Fail);
        let error = Error::unavailable("down").with_retry_after(Duration::from_secs(7));
        assert_eq!(error.recovery(), Recovery::RetryAfter(Duration::from_secs(7)));
    }
}
