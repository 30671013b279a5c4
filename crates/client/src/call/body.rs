//! An answer's body, as it comes from the connection.

use bytes::Bytes;
use reqwest::{Response, StatusCode};

use crate::{
    call::attempt_error::AttemptError,
    error::{Error, ErrorKind},
};

/// Reads a body up to `limit` bytes; a longer one is cut or refused. One that does not come in one piece is put together
/// in `room`.
pub(crate) async fn collect(
    response: &mut Response,
    limit: u64,
    cut: bool,
    room: &mut Vec<u8>,
) -> Result<Bytes, AttemptError> {
    let too_large = || {
        let message = format!("the answer is larger than {limit} bytes: raise the limit when building the client");
        AttemptError::from(Error::new(ErrorKind::Unexpected, message).with_status(StatusCode::OK))
    };
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit) && !cut {
        return Err(too_large());
    }
    let Some(first) = response.chunk().await.map_err(AttemptError::transport)? else {
        return Ok(Bytes::new());
    };
    if announced == Some(first.len() as u64) {
        return Ok(first);
    }
    let expected = announced.unwrap_or(0).min(limit).min(8 * 1024 * 1024);
    room.clear();
    room.reserve_exact(usize::try_from(expected).unwrap_or(0).max(first.len()));
    room.extend_from_slice(&first);
    while let Some(chunk) = response.chunk().await.map_err(AttemptError::transport)? {
        room.extend_from_slice(&chunk);
        if room.len() as u64 > limit {
            if !cut {
                return Err(too_large());
            }
            room.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            break;
        }
    }
    Ok(std::mem::take(room).into())
}

/// The status of a failure that the body names at its top, whatever the status of the answer was.
pub(crate) fn status(body: &[u8]) -> Option<StatusCode> {
    #[derive(serde::Deserialize)]
    struct Top {
        #[serde(default)]
        status: serde_json::Value,
    }

    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    // Serde would take a list for the members in their order.
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
