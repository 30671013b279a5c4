//! Token endpoint on a loopback port that counts requests and responds as configured.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// Size of a token, in bytes; typical of JWTs.
pub const TOKEN_BYTES: usize = 1200;

/// Running server; stops when dropped.
#[derive(Debug)]
pub struct TokenServer {
    port: u16,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

#[derive(Debug)]
struct Shared {
    requests: AtomicU64,
    behaviour: Mutex<Behaviour>,
}

/// Behaviour of the endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Behaviour {
    /// Value of `expires_in`, in seconds.
    pub lifetime: u64,
    /// Delay before each response.
    pub delay: Duration,
    /// True if every response is a 503.
    pub down: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self { lifetime: 3600, delay: Duration::from_millis(50), down: false }
    }
}

impl TokenServer {
    /// Starts the server on a free port.
    ///
    /// # Errors
    ///
    /// If no port or thread is available.
    pub fn start(behaviour: Behaviour) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").context("a loopback port")?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { requests: AtomicU64::new(0), behaviour: Mutex::new(behaviour) });
        let serving = Arc::clone(&shared);
        runtime.spawn(async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&serving)));
            }
        });
        Ok(Self { port, shared, runtime: Some(runtime) })
    }

    /// Returns `http://127.0.0.1:port`, without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the URL of the token endpoint. Any other path behaves the same.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}/token", self.origin())
    }

    /// Returns the number of token requests received so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Changes the behaviour for all later requests.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Serves one connection until it is closed or sends an invalid request.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while read_request(&mut stream, &mut buffer).await.is_some() {
        let number = shared.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let behaviour = *shared.behaviour.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::time::sleep(behaviour.delay).await;
        if stream.write_all(response(behaviour, number).as_bytes()).await.is_err() {
            return;
        }
    }
}

fn response(behaviour: Behaviour, number: u64) -> String {
    let (status, body) = if behaviour.down {
        ("503 Service Unavailable", r#"{"error":"temporarily_unavailable"}"#.to_owned())
    } else {
        let token = format!("{number:0>TOKEN_BYTES$}");
        let lifetime = behaviour.lifetime;
        ("200 OK", format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{lifetime}}}"#))
    };
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Reads one request and removes it from the buffer; returns `None` when the connection is closed.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    loop {
        if let Some(end) = request_end(buffer).filter(|end| *end <= buffer.len()) {
            buffer.drain(..end);
            return Some(());
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// Returns the end of the first request in these bytes, once its head is complete.
fn request_end(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    Some(head + length.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_with_its_body() {
        let request = b"POST /token HTTP/1.1\r\nContent-Length: 3\r\n\r\na=bGET";
        assert_eq!(request_end(request), Some(request.len() - 3));
        assert_eq!(request_end(b"GET / HTTP/1.1\r\n\r\n"), Some(18));
        assert_eq!(request_end(b"GET / HTTP/1.1\r\n"), None);
    }
}
