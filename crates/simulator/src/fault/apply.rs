//! Effects of a fault on a request before it is applied, and on the response afterwards.

use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::{self, StreamExt};

use super::{Fault, Kind};

/// The next step after a fault.
pub(crate) enum Outcome {
    /// Apply the request.
    Continue,
    /// Send this response.
    Respond(Response),
    /// Reset the connection.
    Reset,
}

/// Maximum size of a response body that is buffered to be changed, in bytes; larger than any response.
const MAX_BUFFERED_BODY: usize = 256 * 1024 * 1024;

/// Waits for the delay, then decides whether the request is applied.
pub(crate) async fn before(fault: &Fault) -> Outcome {
    if let Some(delay) = fault.delay_ms {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    match &fault.kind {
        Kind::Status { status, retry_after, retry_after_date, body } => {
            let text = body.clone().unwrap_or_else(|| {
                format!(r#"{{"error":{{"message":"Status {status} injected by the simulator."}}}}"#)
            });
            let mut response =
                (status_code(*status), [(header::CONTENT_TYPE, "application/json")], text).into_response();
            let date = retry_after_date.map(|seconds| {
                httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds.min(u64::from(u32::MAX))))
            });
            if let Some(value) = retry_after.clone().or(date).and_then(|text| HeaderValue::try_from(text).ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            Outcome::Respond(response)
        }
        Kind::Html { status } => {
            let title = status_code(*status);
            let page = format!(
                "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><center><h1>{title}</h1></center>\
                 <hr><center>gateway</center></body></html>\n"
            );
            Outcome::Respond((title, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response())
        }
        Kind::ResetBefore => Outcome::Reset,
        _ => Outcome::Continue,
    }
}

/// Changes the response of an applied request.
pub(crate) async fn after(fault: &Fault, response: Response) -> Outcome {
    let (mut head, body) = response.into_parts();
    let changed = match &fault.kind {
        Kind::ResetAfter => return Outcome::Reset,
        Kind::Drip { bytes, pause_ms } => {
            let (bytes, pause) = ((*bytes).max(1), Duration::from_millis(*pause_ms));
            let buffered = buffer(body).await;
            head.headers.insert(header::CONTENT_LENGTH, buffered.len().into());
            let chunks: Vec<Bytes> =
                (0..buffered.len()).step_by(bytes).map(|start| chunk(&buffered, start, bytes)).collect();
            Body::from_stream(stream::iter(chunks).then(move |chunk| async move {
                tokio::time::sleep(pause).await;
                Ok::<_, std::io::Error>(chunk)
            }))
        }
        Kind::Truncated => {
            let buffered = buffer(body).await;
            // At least 2, so that even an empty body is shorter than its `Content-Length`.
            head.headers.insert(header::CONTENT_LENGTH, buffered.len().max(2).into());
            let half = buffered.slice(..buffered.len() / 2);
            let first = stream::once(async move { Ok(half) });
            // 5 ms, so that the first half is sent before the connection is closed.
            let end = stream::once(async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
            });
            Body::from_stream(first.chain(end))
        }
        Kind::ContentType { value } => {
            if let Ok(value) = HeaderValue::try_from(value) {
                head.headers.insert(header::CONTENT_TYPE, value);
            }
            body
        }
        Kind::DuplicateHeader { name, value } => {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                head.headers.append(name, value);
            }
            body
        }
        Kind::Oversized { bytes } => {
            head.headers.remove(header::CONTENT_LENGTH);
            Body::from_stream(body.into_data_stream().chain(spaces(*bytes)))
        }
        Kind::EmptyBody => {
            head.headers.remove(header::CONTENT_LENGTH);
            Body::empty()
        }
        _ => body,
    };
    Outcome::Respond(Response::from_parts(head, changed))
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn buffer(body: Body) -> Bytes {
    to_bytes(body, MAX_BUFFERED_BODY).await.unwrap_or_default()
}

fn chunk(buffered: &Bytes, start: usize, length: usize) -> Bytes {
    buffered.slice(start..(start + length).min(buffered.len()))
}

/// Returns a lazy stream of spaces in chunks of 64 KiB.
fn spaces(bytes: u64) -> impl futures::Stream<Item = Result<Bytes, axum::Error>> + Send {
    static CHUNK: [u8; 65_536] = [b' '; 65_536];
    stream::unfold(bytes, |left| async move {
        let next = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK.len());
        (next > 0).then(|| (Ok(Bytes::from_static(&CHUNK[..next])), left - next as u64))
    })
}
