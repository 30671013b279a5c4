//! The error for an invalid command line or configuration.

use std::error::Error;
use std::fmt;

/// An invalid command line or configuration, detected before any request was sent. The exit status is 2.
#[derive(Debug)]
pub(crate) struct UsageError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl UsageError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(crate) fn with_source(source: impl Error + Send + Sync + 'static, message: impl Into<String>) -> Self {
        Self { message: message.into(), source: Some(Box::new(source)) }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for UsageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
