//! API server on a loopback port that responds from memory: one project, and time registrations in pages.
//!
//! The server does as little work as possible, so that the client dominates the measurement. The first two path segments
//! configure it: `/20/100000/…` waits 20 ms before each response and has 100,000 rows.

mod rows;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use rows::project;

/// Running server; stops when dropped.
pub(crate) struct ApiServer {
    port: u16,
    runtime: Option<Runtime>,
}

/// Rendered rows of pages without their envelope, by number of rows.
type Pages = Arc<Mutex<HashMap<u64, Bytes>>>;

impl ApiServer {
    /// Starts the server on a free port.
    pub(crate) fn start() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").context("a loopback port")?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let pages = Pages::default();
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&pages)));
            }
        });
        Ok(Self { port, runtime: Some(runtime) })
    }

    /// Returns the base URL of an API with this number of rows and this delay per response.
    pub(crate) fn base(&self, rows: u64, delay: Duration) -> String {
        format!("http://127.0.0.1:{}/{}/{rows}", self.port, delay.as_millis())
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Parsed request.
#[derive(Debug, PartialEq)]
struct ApiRequest {
    delay: Duration,
    /// Number of rows of the page, and the cursor of the next page; `None` for the project.
    page: Option<(u64, Option<String>)>,
}

impl ApiRequest {
    /// Parses the target of a request.
    fn parse(target: &str) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut segments = path.trim_start_matches('/').splitn(3, '/');
        let delay = Duration::from_millis(segments.next()?.parse().ok()?);
        let rows: u64 = segments.next()?.parse().ok()?;
        if !segments.next()?.starts_with("v1/") {
            return Some(Self { delay, page: None });
        }
        let parameter = |name| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let size: u64 = parameter("ChunkLimit").and_then(|size| size.parse().ok()).unwrap_or(2500);
        let from: u64 =
            parameter("ContinuationToken").map_or(Some(0), |token| token.trim_start_matches('c').parse().ok())?;
        let end = (from + size).min(rows);
        // The length is typical of real cursors.
        let next = (end < rows).then(|| format!("{end:c>96}"));
        Some(Self { delay, page: Some((end.saturating_sub(from), next)) })
    }
}

/// Serves one connection until it is closed.
async fn serve(mut stream: TcpStream, pages: Pages) {
    let _ = stream.set_nodelay(true);
    let project = response(&[project().as_bytes()]);
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        if !request.delay.is_zero() {
            tokio::time::sleep(request.delay).await;
        }
        let sent = match &request.page {
            None => stream.write_all(&project).await,
            Some((rows, cursor)) => stream.write_all(&page(&pages, *rows, cursor.as_deref())).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

fn response(body: &[&[u8]]) -> Vec<u8> {
    let length: usize = body.iter().map(|part| part.len()).sum();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n\r\n");
    [&[head.as_bytes()], body].concat().concat()
}

/// Renders a page response in Ditio's envelope.
fn page(pages: &Pages, rows: u64, cursor: Option<&str>) -> Vec<u8> {
    let rendered = pages
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(rows)
        .or_insert_with(|| rows::rows(rows).into())
        .clone();
    response(&[PAGE_START, &rendered, page_end(rows, cursor).as_bytes()])
}

/// Renders the body of the only page of a listing with this number of rows.
pub(crate) fn page_of(rows: u64) -> Vec<u8> {
    [PAGE_START, rows::rows(rows).as_bytes(), page_end(rows, None).as_bytes()].concat()
}

const PAGE_START: &[u8] = br#"{"data":["#;

fn page_end(rows: u64, cursor: Option<&str>) -> String {
    let links = cursor.map_or_else(
        || "{}".to_owned(),
        |cursor| format!(r#"{{"next":"/v1/time-registrations?ContinuationToken={cursor}"}}"#),
    );
    let cursor = cursor.map_or_else(|| "null".to_owned(), |cursor| format!(r#""{cursor}""#));
    format!(
        r#"],"links":{links},"continuationToken":{cursor},"syncTypeName":"full","recordCount":{rows},"deletedRecordCount":0}}"#
    )
}

/// Reads one request without a body; returns `None` when the connection is closed or the request is invalid.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<ApiRequest> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let line = std::str::from_utf8(&buffer[..end]).ok()?.lines().next()?;
            let request = ApiRequest::parse(line.split(' ').nth(1)?);
            buffer.drain(..end + 4);
            return request;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_the_remaining_rows_and_no_cursor() {
        let delay = Duration::from_millis(20);
        let first = ApiRequest::parse("/20/5/v1/time-registrations?ChunkLimit=3").expect("a page");
        let cursor = format!("{:c>96}", 3);
        assert_eq!(first, ApiRequest { delay, page: Some((3, Some(cursor.clone()))) });
        let last = ApiRequest::parse(&format!("/20/5/v1/time-registrations?ChunkLimit=3&ContinuationToken={cursor}"));
        assert_eq!(last, Some(ApiRequest { delay, page: Some((2, None)) }));
        assert_eq!(
            ApiRequest::parse("/0/1/api/v4/integration/projects/7"),
            Some(ApiRequest { delay: Duration::ZERO, page: None })
        );
    }

    #[test]
    fn a_page_and_a_project_are_valid_json_of_the_documented_size() {
        let response = String::from_utf8(page(&Pages::default(), 10, Some("c"))).expect("text");
        let body = response.split_once("\r\n\r\n").expect("a head").1;
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["data"].as_array().map(Vec::len), Some(10));
        assert!((900..1200).contains(&project().len()), "{}", project().len());
    }
}
