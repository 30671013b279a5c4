//! Server of one file with range requests that follows a plan of interruptions and changes of the file.

use std::sync::{Arc, Mutex};

use keyfob_client::{RetryPolicy, Session};
use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::script;

/// Faults of successive requests for the file; later requests succeed.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    length: usize,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    /// Length of the new version that replaces the file before the response.
    change: Option<usize>,
    /// Number of body bytes after which the connection breaks.
    breaks_after: Option<usize>,
}

impl Plan {
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let length = || prop_oneof![Just(0), 1..50_usize, 1..300_000_usize];
        let step = (prop::option::weighted(0.2, length()), prop::option::weighted(0.8, length()));
        let step = step.prop_map(|(change, breaks_after)| Step { change, breaks_after });
        (length(), prop::collection::vec(step, 0..6)).prop_map(|(length, steps)| Self { length, steps })
    }

    /// Returns `true` if the plan has fewer interruptions than the client has attempts.
    pub(crate) fn is_survivable(&self) -> bool {
        self.steps.iter().filter(|step| step.breaks_after.is_some()).count() < ATTEMPTS as usize
    }
}

const ATTEMPTS: u32 = 5;

#[derive(Default)]
struct State {
    plan: Vec<Step>,
    versions: Vec<Vec<u8>>,
    made: u8,
}

impl State {
    fn make(&mut self, length: usize) {
        self.made = self.made.wrapping_add(1);
        // No two versions have a byte in common.
        let mark = self.made % 16 * 16;
        let pattern: Vec<u8> = (mark..mark + 13).collect();
        let mut file = pattern.repeat(length / pattern.len() + 1);
        file.truncate(length);
        self.versions.push(file);
    }
}

#[derive(Clone)]
pub(crate) struct FileServer {
    url: String,
    state: Arc<Mutex<State>>,
}

impl FileServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { url: format!("http://{}", listener.local_addr().unwrap()), state: Arc::default() };
        let state = Arc::clone(&server.state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&state)));
            }
        });
        server
    }

    /// Builds a session with its own retry budget, which uses the connection pool of `http`.
    pub(crate) fn session(&self, http: &reqwest::Client) -> Session {
        let builder = script::builder_of(&self.url).http_client(http.clone());
        builder.retry(RetryPolicy::default().attempts(ATTEMPTS)).build().unwrap()
    }

    /// Starts a plan with a new file.
    pub(crate) fn follow(&self, plan: &Plan) {
        let mut state = self.state.lock().unwrap();
        state.plan = plan.steps.iter().rev().cloned().collect();
        state.versions.clear();
        state.make(plan.length);
    }

    /// Returns all versions of the file since the start of the plan.
    pub(crate) fn versions(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().versions.clone()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let (response, body) = {
        let mut state = state.lock().unwrap();
        let step = state.plan.pop().unwrap_or(Step { change: None, breaks_after: None });
        if let Some(length) = step.change {
            state.make(length);
        }
        let file = state.versions.last().unwrap();
        let tag = format!("\"{}\"", state.made);
        let range = header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        let range = range.filter(|_| header("if-range") == Some(&tag));
        let (line, from) = match range {
            Some(from) if from < file.len() => {
                (format!("206 Partial Content\r\ncontent-range: bytes {from}-{}/{}", file.len() - 1, file.len()), from)
            }
            Some(_) => ("416 Range Not Satisfiable".to_owned(), file.len()),
            None => ("200 OK".to_owned(), 0),
        };
        let rest = &file[from..];
        let sent = step.breaks_after.map_or(rest.len(), |bytes| bytes.min(rest.len()));
        let headers = "accept-ranges: bytes\r\nconnection: close";
        let response = format!("HTTP/1.1 {line}\r\netag: {tag}\r\ncontent-length: {}\r\n{headers}\r\n\r\n", rest.len());
        (response, rest[..sent].to_vec())
    };
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.write_all(&body).await;
    let _ = stream.shutdown().await;
}
