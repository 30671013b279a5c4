//! Servers with faults that the simulator does not have.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use keyfob::auth::TransportConfig;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// Number of bytes that a server reads between two pauses, larger than the buffers of a connection.
const STEP: usize = 8 * 1024 * 1024;

/// Size of an upload during which a server pauses five times, in bytes.
pub(super) const LARGE: usize = 5 * STEP;

/// A port that refuses connections, and the number of connections that were tried.
pub(super) struct Refusing {
    pub(super) url: String,
    resolver: Arc<Resolver>,
    /// Bound and not listening, so that no other process gets the port.
    _socket: TcpSocket,
}

/// Resolver of any name to loopback: reqwest resolves the name for each connection.
#[derive(Default)]
struct Resolver(AtomicUsize);

impl Resolve for Resolver {
    fn resolve(&self, _: Name) -> Resolving {
        self.0.fetch_add(1, Ordering::SeqCst);
        let addresses: Addrs = Box::new(std::iter::once(([127, 0, 0, 1], 0).into()));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

impl Refusing {
    pub(super) fn start() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://refused.localhost:{}", socket.local_addr().unwrap().port());
        Self { url, resolver: Arc::default(), _socket: socket }
    }

    pub(super) fn transport(&self) -> TransportConfig {
        let resolver = Arc::clone(&self.resolver);
        TransportConfig::new().configure_client(move |client| client.dns_resolver(Arc::clone(&resolver)))
    }

    pub(super) fn connections(&self) -> usize {
        self.resolver.0.load(Ordering::SeqCst)
    }
}

/// Reaction of an HTTP/1.1 server to a request.
#[derive(Clone, Copy)]
pub(super) enum Reaction {
    /// Reads the body with pauses of three quarters of the read timeout, and responds with an empty object.
    ReadSlowly,
    /// Responds with status 503 and a body of one byte a second.
    DripError,
}

/// An HTTP/1.1 server that advances tokio's clock, which must be paused.
pub(super) struct Http1Server {
    pub(super) url: String,
    requests: Arc<AtomicUsize>,
}

impl Http1Server {
    pub(super) fn start(reaction: Reaction, read_timeout: Duration) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(16).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reaction, read_timeout, Arc::clone(&counted)));
            }
        });
        Self { url, requests }
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn serve(
    mut stream: TcpStream,
    reaction: Reaction,
    read_timeout: Duration,
    requests: Arc<AtomicUsize>,
) -> Option<()> {
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
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or("0", str::trim);
    let (length, mut received, mut pause) = (length.parse::<usize>().ok()?, buffer.len() - head, STEP);
    let mut buffer = vec![0; 64 * 1024];
    while received < length {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => received += read,
            _ => return None,
        }
        if received >= pause {
            if let Reaction::ReadSlowly = reaction {
                tokio::time::advance(read_timeout * 3 / 4).await;
            }
            pause += STEP;
        }
    }
    match reaction {
        Reaction::ReadSlowly => {
            let response = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
            stream.write_all(response.as_bytes()).await.ok()
        }
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
