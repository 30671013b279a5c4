//! Entry points of a call with a prepared request: send it and decode its response into a type.
//!
//! compile-time: the state machine of a call is not generic, so it is compiled once.

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::{
    call::{
        attempt::{BodyMode, Received},
        options::CallOptions,
        retry_loop::execute,
    },
    connection::Connection,
    decode::body::{self, BodyDecoder, CustomDecoder, DecodedBody},
    error::Error,
    operation::Operation,
    request::prepared::PreparedRequest,
    response::{AnyResponse, BufferedResponse, ResponseFuture},
    session::Session,
};

/// Sends a request and returns the body of its response as text.
pub(crate) fn text(
    session: Session,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
) -> ResponseFuture<String> {
    decoded_with(session, operation, request, options, |response, _| Ok(Box::new(body::text(response)?)))
}

/// Sends a request and decodes its JSON response with serde.
pub(crate) fn json<T: DeserializeOwned + Send + Sync + 'static>(
    session: Session,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
) -> ResponseFuture<T> {
    decoded_with(session, operation, request, options, |response, max_bytes| {
        Ok(Box::new(body::json::<T>(response, max_bytes)?))
    })
}

/// Sends a request and decodes its complete response with `decode`, which returns a `T`.
pub(crate) fn decoded_with<T>(
    session: Session,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
    decode: CustomDecoder,
) -> ResponseFuture<T> {
    ResponseFuture::new(decoded(session, operation, request, options, BodyDecoder::Custom(decode)))
}

/// Sends a request and decodes its response into the type of the decoder.
pub(crate) fn decoded(
    session: Session,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
    decoder: BodyDecoder,
) -> BoxFuture<'static, Result<AnyResponse, Error>> {
    Box::pin(async move {
        let mut response = buffered(&session.0, operation, request, options, Vec::new()).await?;
        let decoded = decoder.decode(&mut response, session.0.decode);
        let DecodedBody { value, mismatches } = decoded.map_err(|error| error.at(session.0.api, operation))?;
        if let Some(mismatches) = &mismatches {
            mismatches.log(session.0.api, operation);
        }
        Ok(AnyResponse { status: response.status, headers: response.headers, value, mismatches })
    })
}

/// Sends a request and reads its complete response, into `buffer` if the body arrives in several pieces.
pub(crate) async fn buffered(
    connection: &Connection,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
    mut buffer: Vec<u8>,
) -> Result<BufferedResponse, Error> {
    match execute(connection, operation, request, options, BodyMode::Buffer(&mut buffer)).await? {
        Received::Buffered(response) => Ok(response),
        Received::Streaming(_) => unreachable!("`BodyMode::Buffer` reads the body"),
    }
}

/// Sends a request and returns its response after the headers.
#[cfg(feature = "files")]
pub(crate) async fn streamed(
    connection: &Connection,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
) -> Result<reqwest::Response, Error> {
    match execute(connection, operation, request, options, BodyMode::Stream).await? {
        Received::Streaming(response) => Ok(response),
        Received::Buffered(_) => unreachable!("`BodyMode::Stream` returns after the headers"),
    }
}
