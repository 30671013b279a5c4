//! Kinds of errors.

use std::fmt;

use serde::{Serialize, Serializer};

/// Kind of an [`Error`](crate::Error). Errors of one kind have the same remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A required variable is unset, no token could be obtained, or the service rejected the token
    /// (401) or denied access (403). Fix the credentials or the rights.
    Auth,
    /// The request is invalid and will fail again, or a file to upload cannot be read. Fix the request;
    /// [`Error::explain`](crate::Error::explain) shows the service's message.
    Rejected,
    /// The object does not exist, or belongs to another account (404, 410).
    NotFound,
    /// The object was changed by another request, or already exists (409, 412). Read the object again before a new
    /// attempt.
    Conflict,
    /// Too many requests (429). Wait for [`Error::retry_after`](crate::Error::retry_after).
    RateLimited,
    /// The service or the network is down (no connection, 500 to 599). Try again later.
    Unavailable,
    /// No response within the time limit, or status 408. A write may have been processed.
    Timeout,
    /// The response contradicts the API's description. If decoding failed, the error's source has the path and the
    /// expected type.
    Unexpected,
}

impl ErrorKind {
    /// Returns the kind's name in snake case, for logs and metrics: `rate_limited`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Rejected => "rejected",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Unexpected => "unexpected",
        }
    }
}

/// Shows the name that [`as_str`](ErrorKind::as_str) returns.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Serializes the name that [`as_str`](ErrorKind::as_str) returns.
impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_in_logs_and_json_and_an_order() {
        assert_eq!(format!("{:>13}", ErrorKind::RateLimited), " rate_limited");
        assert_eq!(serde_json::to_string(&ErrorKind::NotFound).unwrap(), r#""not_found""#);
        assert!(ErrorKind::Auth < ErrorKind::Unexpected);
    }
}
