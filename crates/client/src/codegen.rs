//! What only generated code and the vendors' crates call. Not part of the public API: it changes with the generator.

use crate::{Error, ErrorKind, Operation, Session, auth::Clock};

pub use crate::{
    draft::{Draft, Fill},
    outgoing::Outgoing,
    path::{Path, encode_path},
};
pub use serde;

/// The error of a call that is wrong as it was asked for.
#[must_use]
pub fn rejected(operation: &Operation, why: &'static str) -> Error {
    Error::new(ErrorKind::Rejected, why).at(operation.api, operation)
}

/// The error of an answer that is not what the API promises.
#[must_use]
pub fn unexpected(operation: &Operation, why: &'static str) -> Error {
    Error::new(ErrorKind::Unexpected, why).at(operation.api, operation)
}

/// Where the client's time comes from.
#[must_use]
pub fn clock(session: &Session) -> Clock {
    session.0.clock.clone()
}

/// Returns the error of an environment or credentials that cannot be used.
#[must_use]
pub fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Rejected, message)
}
