//! Entry points of generated operations: build the request from the parameters, send it, decode the response.
//!
//! compile-time: all arguments are references and the generic functions are inlined, so that an operation's `send`
//! compiles to one call and the drop of its builder. Copying the session and the options in `send` itself made 186 lines
//! of LLVM IR per operation.

use futures_util::future::BoxFuture;

#[cfg(feature = "files")]
use crate::files::{ByteStream, send as files};
use crate::{
    call::{options::CallOptions, send},
    decode::{
        WireStruct, WireValue,
        body::{self, BodyDecoder},
    },
    error::Error,
    operation::Operation,
    request::builder::{BuildRequest, RequestBuilder},
    response::{AnyResponse, ResponseFuture},
    session::Session,
};

/// Sends the request and decodes the JSON response into a generated struct.
#[inline]
pub fn record<T: WireStruct + Send + Sync + 'static>(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: &CallOptions,
) -> ResponseFuture<T> {
    let decoder = BodyDecoder::Struct(body::empty_struct::<T>);
    ResponseFuture::new(decoded(session, operation, parameters, options, decoder))
}

/// Sends the request and decodes the JSON response into a value that is not a generated struct, such as a list.
#[inline]
pub fn value<T: WireValue + Send + Sync + 'static>(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: &CallOptions,
) -> ResponseFuture<T> {
    let decoder = BodyDecoder::Value(body::empty_slot::<T>);
    ResponseFuture::new(decoded(session, operation, parameters, options, decoder))
}

/// Sends the request and ignores the body of the response.
pub fn empty(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: &CallOptions,
) -> ResponseFuture<()> {
    let decoder = BodyDecoder::Custom(|_, _| Ok(Box::new(())));
    ResponseFuture::new(decoded(session, operation, parameters, options, decoder))
}

/// Sends the request and returns the body of the response as text.
pub fn text(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: &CallOptions,
) -> ResponseFuture<String> {
    let request = RequestBuilder::build(session, operation, parameters);
    send::text(session.clone(), operation, request, options.clone())
}

/// Sends the request and returns the response as a download.
#[cfg(feature = "files")]
pub fn bytes(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: &CallOptions,
) -> ResponseFuture<ByteStream> {
    let request = RequestBuilder::build(session, operation, parameters);
    files::bytes(session.clone(), operation, request, options.clone())
}

fn decoded(
    session: &Session,
    operation: &'static Operation,
    parameters: &dyn BuildRequest,
    options: &CallOptions,
    decoder: BodyDecoder,
) -> BoxFuture<'static, Result<AnyResponse, Error>> {
    let request = RequestBuilder::build(session, operation, parameters);
    send::decoded(session.clone(), operation, request, options.clone(), decoder)
}
