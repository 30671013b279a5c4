//! Errors of a mirror.

use std::fmt;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Error of a mirror. [`kind`](Error::kind) says what failed; the message says what to do.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Source>,
}

/// Kinds of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A call of the API failed. [`Error::api_error`] has the error of the client.
    Api,
    /// Another process writes the table.
    Locked,
    /// The checkpoint does not fit: it was written for another account, time window or destination, or by another
    /// version.
    Mismatch,
    /// The destination cannot be read or written.
    Destination,
    /// The settings of the mirror are invalid. Nothing was sent or written.
    Settings,
    /// The observer stopped the run. What was applied remains, and the next run continues.
    Interrupted,
}

impl Error {
    /// Creates an error.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Creates an error of kind [`Destination`](ErrorKind::Destination) with its cause.
    #[allow(dead_code, reason = "a build may have no destination")]
    pub(crate) fn destination(message: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::new(ErrorKind::Destination, message).with_source(source)
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the error of the client, if a call of the API failed.
    #[must_use]
    pub fn api_error(&self) -> Option<&keyfob_client::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }
}

impl From<keyfob_client::Error> for Error {
    fn from(error: keyfob_client::Error) -> Self {
        // The message of the client's error says what failed and what to do.
        Self::new(ErrorKind::Api, error.to_string()).with_source(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = self.0.source.as_deref()?;
        // The message of a client's error is the message of this error.
        if self.0.kind == ErrorKind::Api { source.source() } else { Some(source) }
    }
}
