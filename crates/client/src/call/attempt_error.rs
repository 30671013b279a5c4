//! The error of one attempt, with the properties by which the retry loop decides.

use std::error::Error as _;

use keyfob_auth::Generation;
use reqwest::StatusCode;

use crate::error::{Error, ErrorKind};

/// Error of one attempt.
pub(crate) struct AttemptError {
    pub(crate) error: Error,
    /// Generation of the token that the service rejected.
    pub(crate) rejected_token: Option<Generation>,
    pub(crate) retryable: Retryable,
}

/// Calls that may send the same request again after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retryable {
    /// No call: the request would fail again.
    Never,
    /// Calls with a total retry time: the token request failed, which has retries of its own.
    WithRetryTime,
    /// Reads: the service failed, perhaps because of the request.
    Reads,
    /// Idempotent calls: the service may have processed the request.
    Idempotent,
    /// All calls: the service has not processed the request.
    Always,
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> Self {
        Self { error, rejected_token: None, retryable: Retryable::Never }
    }
}

impl From<keyfob_auth::Error> for AttemptError {
    fn from(error: keyfob_auth::Error) -> Self {
        let error = Error::from(error);
        let retryable = match error.kind() {
            ErrorKind::Unavailable => Retryable::WithRetryTime,
            _ => Retryable::Never,
        };
        Self { retryable, ..error.into() }
    }
}

impl AttemptError {
    /// Classifies an error of the HTTP client before the headers of the response.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        if is_refused(&error) {
            let message = "the service refused the request without processing it: try again later";
            let error = Error::new(ErrorKind::Unavailable, message).with_source(error.without_url());
            return Self { retryable: Retryable::Always, ..error.into() };
        }
        let retryable = match (error.is_connect(), error.is_builder()) {
            (true, _) => Retryable::Always,
            (_, true) => Retryable::Never,
            _ => Retryable::Idempotent,
        };
        Self { retryable, ..Error::from_transport(error).into() }
    }

    /// Classifies an error of the HTTP client within the body of the response.
    pub(crate) fn body(error: reqwest::Error) -> Self {
        Self { retryable: Retryable::Idempotent, ..Error::from_transport(error).into() }
    }

    /// Creates the error of a body that ended before its announced length.
    pub(crate) fn short_body() -> Self {
        let error = Error::new(ErrorKind::Unavailable, "the service sent less of the response than announced");
        Self { retryable: Retryable::Idempotent, ..error.into() }
    }

    /// Creates the error of a response with a part of the resource, although the request was for the whole.
    pub(crate) fn unrequested_part() -> Self {
        let message = "the service sent a part of the response, although the whole was requested: try again later";
        Error::new(ErrorKind::Unexpected, message).with_status(StatusCode::PARTIAL_CONTENT).into()
    }

    /// Creates the error of a compressed body that cannot be decompressed.
    #[cfg(feature = "gzip")]
    pub(crate) fn damaged_body() -> Self {
        let error = Error::new(ErrorKind::Unavailable, "the compressed response is damaged or incomplete");
        Self { retryable: Retryable::Idempotent, ..error.into() }
    }

    /// Creates the error of a service that sent nothing within the read timeout.
    pub(crate) fn read_timeout() -> Self {
        let error = Error::new(ErrorKind::Timeout, "no response within the time limit");
        Self { retryable: Retryable::Idempotent, ..error.into() }
    }
}

/// Returns `true` if the service refused the HTTP/2 stream of a request, or went away before the stream. It has not
/// processed such a request (RFC 9113, 6.8 and 8.7).
fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            return error.is_remote() && (refused || error.is_go_away());
        }
        cause = error.source();
    }
    false
}
