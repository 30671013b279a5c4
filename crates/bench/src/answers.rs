//! An API on a loopback port that answers from memory: one project, and time registrations in pages.
//!
//! It costs as little as possible, so that what is measured is the client. The first two segments of a path say how:
//! `/20/100000/…` waits 20 ms before each answer and has 100,000 rows.

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

/// Runs on a thread of its own until it is dropped.
pub(crate) struct AnswerServer {
    port: u16,
    runtime: Option<Runtime>,
}

/// Pages without their envelope, by the number of their rows.
type Pages = Arc<Mutex<HashMap<u64, Bytes>>>;

impl AnswerServer {
    /// Listens from now on.
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

    /// Where an API with so many rows is, each of whose answers takes so long.
    pub(crate) fn base(&self, rows: u64, delay: Duration) -> String {
        format!("http://127.0.0.1:{}/{}/{rows}", self.port, delay.as_millis())
    }
}

impl Drop for AnswerServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Ask {
    delay: Duration,
    /// The rows of the page, and the cursor behind it; `None` for the project.
    page: Option<(u64, Option<String>)>,
}

impl Ask {
    /// Reads the target of a request.
    fn of(target: &str) -> Option<Self> {
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
        // Real cursors have about this length.
        let next = (end < rows).then(|| format!("{end:c>96}"));
        Some(Self { delay, page: Some((end.saturating_sub(from), next)) })
    }
}

/// Answers the requests of one connection, until it ends.
async fn serve(mut stream: TcpStream, pages: Pages) {
    let _ = stream.set_nodelay(true);
    let project = answer(&[project().as_bytes()]);
    let mut buffer = Vec::new();
    while let Some(ask) = read_request(&mut stream, &mut buffer).await {
        if !ask.delay.is_zero() {
            tokio::time::sleep(ask.delay).await;
        }
        let sent = match &ask.page {
            None => stream.write_all(&project).await,
            Some((rows, cursor)) => stream.write_all(&page(&pages, *rows, cursor.as_deref())).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

fn answer(body: &[&[u8]]) -> Vec<u8> {
    let length: usize = body.iter().map(|part| part.len()).sum();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n\r\n");
    [&[head.as_bytes()], body].concat().concat()
}

/// A page in Ditio's envelope.
fn page(pages: &Pages, rows: u64, cursor: Option<&str>) -> Vec<u8> {
    let rendered = pages
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(rows)
        .or_insert_with(|| rows::rows(rows).into())
        .clone();
    answer(&[BEFORE, &rendered, behind(rows, cursor).as_bytes()])
}

/// The only page of a listing with so many rows.
pub(crate) fn page_of(rows: u64) -> Vec<u8> {
    [BEFORE, rows::rows(rows).as_bytes(), behind(rows, None).as_bytes()].concat()
}

const BEFORE: &[u8] = br#"{"data":["#;

fn behind(rows: u64, cursor: Option<&str>) -> String {
    let links = cursor.map_or_else(
        || "{}".to_owned(),
        |cursor| format!(r#"{{"next":"/v1/time-registrations?ContinuationToken={cursor}"}}"#),
    );
    let cursor = cursor.map_or_else(|| "null".to_owned(), |cursor| format!(r#""{cursor}""#));
    format!(
        r#"],"links":{links},"continuationToken":{cursor},"syncTypeName":"full","recordCount":{rows},"deletedRecordCount":0}}"#
    )
}

/// Reads a request without a body; `None` when the connection is over, or says something else.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Ask> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let line = std::str::from_utf8(&buffer[..end]).ok()?.lines().next()?;
            let ask = Ask::of(line.split(' ').nth(1)?);
            buffer.drain(..end + 4);
            return ask;
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
    fn pages_end_with_the_rows() {
        let delay = Duration::from_millis(20);
        let first = Ask::of("/20/5/v1/time-registrations?ChunkLimit=3").expect("a page");
        let cursor = format!("{:c>96}", 3);
        assert_eq!(first, Ask { delay, page: Some((3, Some(cursor.clone()))) });
        let last = Ask::of(&format!("/20/5/v1/time-registrations?ChunkLimit=3&ContinuationToken={cursor}"));
        assert_eq!(last, Some(Ask { delay, page: Some((2, None)) }));
        assert_eq!(Ask::of("/0/1/api/v4/integration/projects/7"), Some(Ask { delay: Duration::ZERO, page: None }));
    }

    #[test]
    fn a_page_and_a_project_are_json_of_the_expected_size() {
        let answer = String::from_utf8(page(&Pages::default(), 10, Some("c"))).expect("text");
        let body = answer.split_once("\r\n\r\n").expect("a head").1;
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["data"].as_array().map(Vec::len), Some(10));
        assert!((900..1200).contains(&project().len()), "{}", project().len());
    }
}
