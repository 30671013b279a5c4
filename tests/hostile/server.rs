//! A server on loopback that misbehaves as a scenario specifies and counts its requests.

mod connection;
mod frames;
mod http1;
mod http2;
mod tls;

use std::{
    io, net,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use keyfob::auth::FakeClock;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

use crate::reply::Step;

pub(crate) use self::{frames::frame, tls::certificate_pem};

/// Time within which the connections of a stopped server must end.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// Receive buffer of accepted connections, in bytes: small, so that a client notices a server that does not read.
const RECEIVE_BUFFER: u32 = 64 * 1024;

/// Protocol between client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1 over TCP.
    Http1,
    /// HTTP/1.1 over TLS.
    Tls,
    /// HTTP/2 over TCP, with prior knowledge.
    Http2,
    /// HTTP/2 over TCP, with frames that the scenario encodes. The client has a token.
    Frames,
}

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Sequence number, from 1, among the token requests or among the other requests.
    pub(crate) number: usize,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    /// Returns `true` for a request of the token endpoint.
    pub(crate) fn is_token_request(&self) -> bool {
        self.target == "/token"
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

type Respond = dyn Fn(&Request) -> Vec<Step> + Send + Sync;

/// State that all connections of a server share.
struct Context {
    respond: Box<Respond>,
    requests: Mutex<Vec<Request>>,
    /// Clock of the client, which some steps advance.
    clock: FakeClock,
    stopped: watch::Receiver<bool>,
}

impl Context {
    /// Counts a request and returns the reaction to it.
    fn respond(&self, mut request: Request) -> Vec<Step> {
        let mut requests = self.requests.lock().unwrap();
        let is_token_request = request.is_token_request();
        request.number = 1 + requests.iter().filter(|known| known.is_token_request() == is_token_request).count();
        requests.push(request.clone());
        drop(requests);
        (self.respond)(&request)
    }

    /// Waits until the server is stopped.
    async fn stopped(&self) {
        let _ = self.stopped.clone().wait_for(|stopped| *stopped).await;
    }
}

/// A running server, on a thread of its own, so that its allocations do not count as the client's.
pub(crate) struct Server {
    url: String,
    context: Arc<Context>,
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl Server {
    pub(crate) fn start(
        protocol: Protocol,
        clock: FakeClock,
        respond: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = {
            let _entered = runtime.enter();
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(RECEIVE_BUFFER).unwrap();
            socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
            socket.listen(64).unwrap()
        };
        let address = listener.local_addr().unwrap();
        let url = match protocol {
            Protocol::Tls => format!("https://localhost:{}", address.port()),
            Protocol::Http1 | Protocol::Http2 | Protocol::Frames => format!("http://{address}"),
        };
        let (stop, stopped) = watch::channel(false);
        let context = Arc::new(Context { respond: Box::new(respond), requests: Mutex::default(), clock, stopped });
        let shared = Arc::clone(&context);
        let thread = thread::spawn(move || {
            runtime.block_on(accept(listener, protocol, shared)).unwrap();
        });
        Self { url, context, stop, thread }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server, after all clients have disconnected, and returns every request that was sent to it.
    pub(crate) fn stop(self) -> Vec<Request> {
        self.stop.send_replace(true);
        self.thread.join().expect("the server stops");
        self.context.requests.lock().unwrap().clone()
    }
}

/// Serves connections until the server is stopped, and then those that were not accepted before.
async fn accept(listener: TcpListener, protocol: Protocol, context: Arc<Context>) -> io::Result<()> {
    let mut connections = JoinSet::new();
    let mut serve = |stream: TcpStream| {
        let context = Arc::clone(&context);
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            // Connections of a misbehaving server end in errors.
            let _ = match protocol {
                Protocol::Http1 => http1::serve(stream, &context).await,
                Protocol::Tls => match tls::accept(stream).await {
                    Ok(stream) => http1::serve(stream, &context).await,
                    Err(error) => Err(error),
                },
                Protocol::Http2 => http2::serve(stream, &context).await,
                Protocol::Frames => frames::serve(stream, &context).await,
            };
        });
    };
    loop {
        tokio::select! {
            accepted = listener.accept() => serve(accepted?.0),
            () = context.stopped() => break,
        }
    }
    let listener: net::TcpListener = listener.into_std()?;
    while let Ok((stream, _)) = listener.accept() {
        stream.set_nonblocking(true)?;
        serve(TcpStream::from_std(stream)?);
    }
    let ended = timeout(STOP_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
    assert!(ended.is_ok(), "a connection does not end: the client has not closed it");
    Ok(())
}
