//! Compression of responses with gzip, for clients that accept it.

use std::io::Write;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use hyper::body::Body as _;

/// Minimum size of a compressed body, in bytes: a smaller one fits into a packet.
const MIN_BODY: u64 = 1024;

/// Returns whether `Accept-Encoding` permits gzip (RFC 9110, section 12.5.3).
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = false;
    for coding in values.flat_map(|value| value.split(',')) {
        let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        let accepted = quality.is_ok_and(|quality| quality > 0.0);
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => return accepted,
            "*" => any = accepted,
            _ => {}
        }
    }
    any
}

/// Compresses the body of a response, unless it is a file, which clients resume by offsets, or small.
pub(super) async fn compress(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let size = body.size_hint().exact();
    let is_part = head.status == StatusCode::PARTIAL_CONTENT;
    if size.is_some_and(|size| size < MIN_BODY) || is_part || !is_text(&head.headers) || is_file(&head.headers) {
        return Response::from_parts(head, body);
    }
    let compressed = gzip(body.into_data_stream());
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    head.headers.remove(header::CONTENT_LENGTH);
    if size.is_none() {
        return Response::from_parts(head, Body::from_stream(compressed));
    }
    match compressed.try_collect::<Vec<Bytes>>().await {
        Ok(chunks) => Response::from_parts(head, chunks.concat().into()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.starts_with("text/") || media_type.contains("json") || media_type.contains("xml")
}

fn is_file(headers: &HeaderMap) -> bool {
    [header::ACCEPT_RANGES, header::CONTENT_DISPOSITION, header::ETAG].iter().any(|name| headers.contains_key(name))
}

/// Compresses the chunks of a body as they come.
fn gzip(body: BodyDataStream) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send {
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    stream::unfold(Some((body, encoder)), async |state| {
        let (mut body, mut encoder) = state?;
        let (compressed, next) = match body.next().await {
            Some(Ok(chunk)) => {
                let written = encoder.write_all(&chunk).map_err(axum::Error::new);
                (written.map(|()| std::mem::take(encoder.get_mut())), Some((body, encoder)))
            }
            Some(Err(error)) => (Err(error), None),
            None => (encoder.finish().map_err(axum::Error::new), None),
        };
        Some((compressed.map(Bytes::from), next))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_by_name_or_wildcard_unless_its_quality_is_zero() {
        for (value, accepted) in [
            ("gzip", true),
            ("GZIP;q=0.5", true),
            ("deflate, gzip;q=1.0, *;q=0", true),
            ("br, *", true),
            ("", false),
            ("identity", false),
            ("gzip;q=0, *", false),
            ("*;q=0", false),
            ("gzip;q=x", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            assert_eq!(accepts_gzip(&headers), accepted, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
