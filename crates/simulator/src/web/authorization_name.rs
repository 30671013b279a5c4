//! The name of the `Authorization` header as the client spelled it.

/// Name of the `Authorization` header as sent, an extension of HTTP/1.1 requests that have the header.
///
/// The header map of a request has all names in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthorizationName(pub(crate) String);
