//! Reading of response bodies from the connection.

use bytes::Bytes;
use reqwest::{Response, StatusCode};

use crate::{
    call::attempt_error::AttemptError,
    error::{Error, ErrorKind},
};

/// Maximum capacity reserved for an announced body before its bytes arrive, in bytes: a wrong `Content-Length` must not
/// reserve more.
const MAX_RESERVED: u64 = 8 * 1024 * 1024;

/// Reads a body of at most `limit` bytes. A longer body is truncated, or else an error.
///
/// A body that arrives in several chunks is assembled in `buffer`.
pub(crate) async fn collect(
    response: &mut Response,
    limit: u64,
    truncate: bool,
    buffer: &mut Vec<u8>,
) -> Result<Bytes, AttemptError> {
    let too_large = || {
        let error = Error::new(ErrorKind::Unexpected, format!("the response is larger than {limit} bytes"));
        let error = error.with_hint("raise `ClientBuilder::max_response_bytes`");
        AttemptError::from(error.with_status(StatusCode::OK))
    };
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit) && !truncate {
        return Err(too_large());
    }
    let Some(first) = response.chunk().await.map_err(AttemptError::transport)? else {
        return Ok(Bytes::new());
    };
    if announced == Some(first.len() as u64) {
        return Ok(first);
    }
    let expected = announced.unwrap_or(0).min(limit).min(MAX_RESERVED);
    buffer.clear();
    buffer.reserve_exact(usize::try_from(expected).unwrap_or(0).max(first.len()));
    buffer.extend_from_slice(&first);
    while let Some(chunk) = response.chunk().await.map_err(AttemptError::transport)? {
        buffer.extend_from_slice(&chunk);
        if buffer.len() as u64 > limit {
            if !truncate {
                return Err(too_large());
            }
            buffer.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            break;
        }
    }
    Ok(std::mem::take(buffer).into())
}

/// Returns the error status that a JSON body has in its field `status`, which may differ from the HTTP status.
pub(crate) fn status(body: &[u8]) -> Option<StatusCode> {
    #[derive(serde::Deserialize)]
    struct Top {
        #[serde(default)]
        status: serde_json::Value,
    }

    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    // serde would also decode an array, as the fields in order.
    if !body.starts_with(b"{") {
        return None;
    }
    let status = match serde_json::from_str::<Top>(&String::from_utf8_lossy(body)).ok()?.status {
        serde_json::Value::Number(number) => number.as_u64()?,
        serde_json::Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let status = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}
