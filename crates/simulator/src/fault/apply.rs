//! What a fault does to a request before it is applied, and to the answer after.

use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::{self, StreamExt};

use super::{Fault, Kind};

/// How it goes on.
pub(crate) enum Outcome {
    /// The request is applied.
    Go,
    /// It is not: this is the answer.
    Answer(Response),
    /// The connection is reset.
    Reset,
}

/// Bodies that are read whole to be changed stay under this.
const WHOLE: usize = 256 * 1024 * 1024;

/// Waits out the delay and says whether the request is applied.
pub(crate) async fn before(fault: &Fault) -> Outcome {
    if let Some(delay) = fault.delay_ms {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    match &fault.kind {
        Kind::Status { status, retry_after, retry_after_date, body } => {
            let text = body.clone().unwrap_or_else(|| {
                format!(r#"{{"error":{{"message":"The simulator was asked to answer {status}."}}}}"#)
            });
            let mut response = (code(*status), [(header::CONTENT_TYPE, "application/json")], text).into_response();
            let date = retry_after_date.map(|seconds| {
                httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds.min(u64::from(u32::MAX))))
            });
            if let Some(value) = retry_after.clone().or(date).and_then(|text| HeaderValue::try_from(text).ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            Outcome::Answer(response)
        }
        Kind::Html { status } => {
            let title = code(*status);
            let page = format!(
                "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><center><h1>{title}</h1></center>\
                 <hr><center>gateway</center></body></html>\n"
            );
            Outcome::Answer((title, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response())
        }
        Kind::ResetBefore => Outcome::Reset,
        _ => Outcome::Go,
    }
}

/// Changes the answer of a request that was applied.
pub(crate) async fn after(fault: &Fault, response: Response) -> Outcome {
    let (mut head, body) = response.into_parts();
    let changed = match &fault.kind {
        Kind::ResetAfter => return Outcome::Reset,
        Kind::Drip { bytes, pause_ms } => {
            let (bytes, pause) = ((*bytes).max(1), Duration::from_millis(*pause_ms));
            let whole = whole(body).await;
            head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
            let pieces: Vec<Bytes> = (0..whole.len()).step_by(bytes).map(|at| piece(&whole, at, bytes)).collect();
            Body::from_stream(stream::iter(pieces).then(move |piece| async move {
                tokio::time::sleep(pause).await;
                Ok::<_, std::io::Error>(piece)
            }))
        }
        Kind::Truncated => {
            let whole = whole(body).await;
            // Even an empty answer promises something that does not come.
            head.headers.insert(header::CONTENT_LENGTH, whole.len().max(2).into());
            let half = whole.slice(..whole.len() / 2);
            let first = stream::once(async move { Ok(half) });
            // The pause lets the first half out before the connection breaks.
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
            Body::from_stream(body.into_data_stream().chain(blanks(*bytes)))
        }
        Kind::EmptyBody => {
            head.headers.remove(header::CONTENT_LENGTH);
            Body::empty()
        }
        _ => body,
    };
    Outcome::Answer(Response::from_parts(head, changed))
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn whole(body: Body) -> Bytes {
    to_bytes(body, WHOLE).await.unwrap_or_default()
}

fn piece(whole: &Bytes, at: usize, length: usize) -> Bytes {
    whole.slice(at..(at + length).min(whole.len()))
}

/// So many blanks in pieces of 64 KiB, made when they are asked for.
fn blanks(bytes: u64) -> impl futures::Stream<Item = Result<Bytes, axum::Error>> + Send {
    static PIECE: [u8; 65_536] = [b' '; 65_536];
    stream::unfold(bytes, |left| async move {
        let next = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE.len());
        (next > 0).then(|| (Ok(Bytes::from_static(&PIECE[..next])), left - next as u64))
    })
}
