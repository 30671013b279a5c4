//! The error of one attempt, with the properties by which the retry loop decides.

use keyfob_auth::Generation;

use crate::error::Error;

/// Error of one attempt.
pub(crate) struct AttemptError {
    pub(crate) error: Error,
    /// Generation of the token that the service rejected.
    pub(crate) rejected_token: Option<Generation>,
    /// The service has not received the request.
    pub(crate) unsent: bool,
    /// The same request may succeed later.
    pub(crate) transient: bool,
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> Self {
        Self { error, rejected_token: None, unsent: false, transient: false }
    }
}

impl AttemptError {
    /// Classifies an error of the HTTP client.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        let (unsent, transient) = (error.is_connect(), !error.is_builder());
        Self { unsent, transient, ..Error::from_transport(error).into() }
    }
}
