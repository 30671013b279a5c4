//! Functions and types for generated code and the vendor crates. Not part of the public API: they change with the
//! generator.

#[cfg(feature = "files")]
pub use crate::files::send::bytes;
pub use crate::{
    call::operation_call,
    paging::raw::{PageFacts, RawPage, RawPages},
    request::{
        builder::{BuildRequest, RequestBuilder},
        path::{Path, encode_path},
        prepared::PreparedRequest,
    },
};
pub use serde;

use keyfob_auth::Clock;

use crate::{
    call::options::CallOptions,
    decode::{
        WireStruct, WireValue,
        body::{self, BodyDecoder},
    },
    error::{Error, ErrorKind},
    operation::Operation,
    paging::PageRequest,
    session::Session,
};

/// Returns an error of kind [`ErrorKind::Rejected`], for a call whose request is invalid.
#[must_use]
pub fn rejected(operation: &Operation, message: &'static str) -> Error {
    Error::new(ErrorKind::Rejected, message).at(operation.api, operation)
}

/// Returns an error of kind [`ErrorKind::Unexpected`], for a call whose response contradicts the API's description.
#[must_use]
pub fn unexpected(operation: &Operation, message: &'static str) -> Error {
    Error::new(ErrorKind::Unexpected, message).at(operation.api, operation)
}

/// Creates the request for a page.
#[inline]
pub fn page_request<T: WireStruct + Send + Sync + 'static>(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: CallOptions,
) -> PageRequest {
    // compile-time: the same decoder as for a single page, so that the listing instantiates no other generic code.
    untyped_page_request(session, operation, parameters, options, BodyDecoder::Struct(body::empty_struct::<T>))
}

/// Creates the request for a page that is a list.
#[inline]
pub fn list_page_request<T: WireValue + Send + Sync + 'static>(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: CallOptions,
) -> PageRequest {
    untyped_page_request(session, operation, parameters, options, BodyDecoder::Value(body::empty_slot::<T>))
}

fn untyped_page_request(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: CallOptions,
    decoder: BodyDecoder,
) -> PageRequest {
    let request = RequestBuilder::build(session, operation, parameters);
    PageRequest { session: session.clone(), operation, request, options, decoder }
}

/// Returns the client's clock.
#[must_use]
pub fn clock(session: &Session) -> Clock {
    session.0.clock.clone()
}

/// Returns the error of an environment or credentials that cannot be used.
#[must_use]
pub fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Rejected, message)
}
