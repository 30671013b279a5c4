//! An HTTP/1.1 server that is slow or silent, and advances tokio's clock, which must be paused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// Number of bytes that the server reads between two pauses, larger than the buffers of a connection: when the server has
/// read them, the client has sent some of them since the last pause.
pub(crate) const STEP: usize = 8 * 1024 * 1024;

/// Reaction of the server to a request.
#[derive(Clone, Copy)]
pub(crate) enum Reaction {
    /// Reads the body with pauses of this length, and responds with this JSON.
    Slow(Duration, &'static str),
    /// Reads none of the body.
    Stopped,
    /// Reads the body and sends nothing.
    Silent,
    /// Reads the body and responds with status 503 and a body of one byte a second.
    DripError,
}

/// A server that reacts to each request in the same way.
pub(crate) struct SlowServer {
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
}

impl SlowServer {
    pub(crate) fn start(reaction: Reaction) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(16).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reaction, Arc::clone(&counted)));
            }
        });
        Self { url, requests }
    }

    /// Returns the number of requests.
    pub(crate) fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, reaction: Reaction, requests: Arc<AtomicUsize>) -> Option<()> {
    let mut buffer = Vec::new();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut buffer).await.ok()? == 0 {
            return None;
        }
    };
    requests.fetch_add(1, Ordering::SeqCst);
    if let Reaction::Stopped = reaction {
        return std::future::pending().await;
    }
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or("0", str::trim);
    let (length, mut received, mut pause) = (length.parse::<usize>().ok()?, buffer.len() - head, STEP);
    let mut buffer = vec![0; 64 * 1024];
    while received < length {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => received += read,
            _ => return None,
        }
        if let Reaction::Slow(duration, _) = reaction
            && received >= pause
        {
            tokio::time::advance(duration).await;
            pause += STEP;
        }
    }
    match reaction {
        Reaction::Slow(_, json) => {
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", json.len());
            stream.write_all(format!("{head}{json}").as_bytes()).await.ok()
        }
        Reaction::Stopped | Reaction::Silent => std::future::pending().await,
        Reaction::DripError => {
            stream.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 100000000\r\n\r\n").await.ok()?;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::advance(Duration::from_secs(1)).await;
                tokio::task::yield_now().await;
            }
            None
        }
    }
}
