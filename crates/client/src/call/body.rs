//! Reading of response bodies from the connection.

use std::{fmt, time::Duration};

use bytes::Bytes;
#[cfg(feature = "gzip")]
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use reqwest::{Method, Response, StatusCode};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

#[cfg(feature = "gzip")]
use crate::call::compression::gzip::{GzipDecoder, GzipError};
use crate::{
    call::{attempt_error::AttemptError, compression, idle::IdleTimer},
    error::{Error, ErrorKind},
};

/// Maximum capacity reserved for an announced body before its bytes arrive, in bytes: a wrong `Content-Length` must not
/// reserve more.
const MAX_RESERVED: u64 = 8 * 1024 * 1024;

/// Maximum size of an error body that is read, in bytes.
pub(crate) const MAX_ERROR_BODY: usize = 64 * 1024;

/// Maximum time to read an error body. An error is complete without its body, which a service may send endlessly.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Reads a body of at most `limit` bytes, which must have the `announced` length.
///
/// A body that arrives in several chunks is assembled in `buffer`. A compressed body is decompressed, and the limit counts
/// the decompressed bytes as well as those received.
pub(crate) async fn collect(
    response: &mut Response,
    announced: Option<u64>,
    timer: &mut IdleTimer,
    limit: u64,
    buffer: &mut Vec<u8>,
) -> Result<Bytes, AttemptError> {
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    if compression::is_gzip(response.headers()) {
        #[cfg(feature = "gzip")]
        return Box::pin(collect_gzip(response, announced, timer, limit, buffer)).await;
        #[cfg(not(feature = "gzip"))]
        return Err(compressed());
    }
    let Some(first) = timer.chunk(response).await? else {
        return if announced.unwrap_or(0) == 0 { Ok(Bytes::new()) } else { Err(AttemptError::short_body()) };
    };
    if announced == Some(first.len() as u64) {
        return Ok(first);
    }
    let expected = announced.unwrap_or(0).min(limit).min(MAX_RESERVED);
    buffer.clear();
    buffer.reserve_exact(usize::try_from(expected).unwrap_or(0).max(first.len()));
    buffer.extend_from_slice(&first);
    while let Some(chunk) = timer.chunk(response).await? {
        buffer.extend_from_slice(&chunk);
        if buffer.len() as u64 > limit {
            return Err(too_large(limit));
        }
    }
    // hyper ends the body of an HTTP/2 stream that is reset with `NO_ERROR`, whatever was announced.
    if announced.is_some_and(|length| (buffer.len() as u64) < length) {
        return Err(AttemptError::short_body());
    }
    Ok(std::mem::take(buffer).into())
}

/// Reads a body that is compressed with gzip, and removes the headers that describe its compressed form.
#[cfg(feature = "gzip")]
async fn collect_gzip(
    response: &mut Response,
    announced: Option<u64>,
    timer: &mut IdleTimer,
    limit: u64,
    buffer: &mut Vec<u8>,
) -> Result<Bytes, AttemptError> {
    let error = |error| match error {
        GzipError::TooLarge => too_large(limit),
        GzipError::Damaged => AttemptError::damaged_body(),
    };
    let mut decoder = GzipDecoder::new(std::mem::take(buffer), limit);
    let mut received = 0;
    while let Some(chunk) = timer.chunk(response).await? {
        received += chunk.len() as u64;
        // Compressed bytes that decompress to none must end too.
        if received > limit {
            return Err(too_large(limit));
        }
        decoder.write(&chunk).map_err(error)?;
    }
    if announced.is_some_and(|length| received < length) {
        return Err(AttemptError::short_body());
    }
    let body = if received == 0 { Vec::new() } else { decoder.finish().map_err(error)? };
    response.headers_mut().remove(CONTENT_ENCODING);
    response.headers_mut().remove(CONTENT_LENGTH);
    Ok(body.into())
}

/// Returns the error of a compressed body, which this build did not request and cannot decompress.
#[cfg(not(feature = "gzip"))]
fn compressed() -> AttemptError {
    let error = Error::new(ErrorKind::Unexpected, "the service sent a compressed response, which was not requested");
    error.with_hint("enable the feature `gzip`").with_status(StatusCode::OK).into()
}

fn too_large(limit: u64) -> AttemptError {
    let error = Error::new(ErrorKind::Unexpected, format!("the response is larger than {limit} bytes"));
    let error = error.with_hint("raise `ClientBuilder::max_response_bytes`");
    error.with_status(StatusCode::OK).into()
}

/// Reads the first [`MAX_ERROR_BODY`] bytes of an error body; nothing if the service does not send them in time.
pub(crate) async fn collect_error(response: &mut Response) -> Bytes {
    let body = async {
        #[cfg(feature = "gzip")]
        if compression::is_gzip(response.headers()) {
            return collect_gzip_error(response).await;
        }
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            let missing = MAX_ERROR_BODY - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(missing)]);
            if chunk.len() >= missing {
                break;
            }
        }
        body
    };
    tokio::time::timeout(ERROR_BODY_TIMEOUT, body).await.unwrap_or_default().into()
}

/// Reads the first [`MAX_ERROR_BODY`] bytes of an error body that is compressed with gzip.
#[cfg(feature = "gzip")]
async fn collect_gzip_error(response: &mut Response) -> Vec<u8> {
    let mut decoder = GzipDecoder::new(Vec::new(), MAX_ERROR_BODY as u64);
    let mut missing = MAX_ERROR_BODY;
    while let Ok(Some(chunk)) = response.chunk().await {
        let end = decoder.write(&chunk[..chunk.len().min(missing)]).is_err() || chunk.len() >= missing;
        if end {
            break;
        }
        missing -= chunk.len();
    }
    decoder.into_partial()
}

/// Returns the length of the body that a response announces, if known. A response to `HEAD` has no body, but may announce
/// the length of one.
pub(crate) fn announced(method: &Method, response: &Response) -> Option<u64> {
    if *method == Method::HEAD { None } else { response.content_length() }
}

/// Returns the error status that a JSON body has in its field `status`, which may differ from the HTTP status.
pub(crate) fn status(body: &[u8]) -> Option<StatusCode> {
    #[derive(serde::Deserialize)]
    struct Top {
        #[serde(default)]
        status: Status,
    }

    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    // serde would also decode an array, as the fields in order.
    if !body.starts_with(b"{") {
        return None;
    }
    let status = serde_json::from_str::<Top>(&String::from_utf8_lossy(body)).ok()?.status.0?;
    let status = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

/// A status as a number, possibly in a string; `None` for any other JSON, which is skipped without being stored.
#[derive(Default)]
struct Status(Option<u64>);

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StatusVisitor)
    }
}

struct StatusVisitor;

impl<'de> Visitor<'de> for StatusVisitor {
    type Value = Status;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Status, E> {
        Ok(Status(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Status, E> {
        Ok(Status(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Status, E> {
        Ok(Status(None))
    }

    fn visit_u64<E>(self, status: u64) -> Result<Status, E> {
        Ok(Status(Some(status)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Status, E> {
        Ok(Status(None))
    }

    fn visit_str<E>(self, status: &str) -> Result<Status, E> {
        Ok(Status(status.trim().parse().ok()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Status, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Status(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Status, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Status(None))
    }
}
