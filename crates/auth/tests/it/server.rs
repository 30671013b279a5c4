//! Token endpoint on its own thread, which counts requests and replies as a test specifies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyfob_auth::{Authenticator, AuthenticatorBuilder, ClientCredentials, Clock, FakeClock};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Sequence number, from 1.
    pub(crate) number: usize,
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Reaction of the server to a request.
pub(crate) enum Reply {
    /// Status, further header lines, body.
    Response(u16, &'static str, String),
    /// Status 200 and a body of unannounced length, in chunks.
    Chunked(String),
    /// Closes the connection without a response.
    Reset,
    /// Sends half of the announced body and closes the connection.
    HalfBody,
    /// Never responds.
    Hang,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Response(status, "content-type: application/json\r\n", body.to_owned())
    }

    /// Creates a token response with this lifetime, written as JSON.
    pub(crate) fn token(value: &str, expires_in: &str) -> Self {
        Self::json(200, &format!(r#"{{"access_token":"{value}","token_type":"Bearer","expires_in":{expires_in}}}"#))
    }
}

pub(crate) struct Server {
    port: u16,
    log: Arc<Mutex<Vec<Request>>>,
    closed: Arc<Mutex<usize>>,
    open: watch::Sender<bool>,
    _stop: oneshot::Sender<()>,
}

type Respond = dyn Fn(&Request) -> Reply + Send + Sync;

impl Server {
    pub(crate) fn start(respond: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, respond)
    }

    pub(crate) fn start_tls(
        tls: tokio_rustls::TlsAcceptor,
        respond: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(tls), respond)
    }

    /// Starts a server of tokens `t1`, `t2`, … with this lifetime in seconds, written as JSON.
    pub(crate) fn tokens(expires_in: &'static str) -> Self {
        Self::start(move |request| Reply::token(&format!("t{}", request.number), expires_in))
    }

    fn listen(
        tls: Option<tokio_rustls::TlsAcceptor>,
        respond: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        crate::secrets::subscribe();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let (stop, stopped) = oneshot::channel();
        let (open, _) = watch::channel(true);
        let server = Self { port, log: Arc::default(), closed: Arc::default(), open, _stop: stop };
        let (log, closed, open) = (Arc::clone(&server.log), Arc::clone(&server.closed), server.open.subscribe());
        let respond: Arc<Respond> = Arc::new(respond);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let serve = async move {
                let listener = TcpListener::from_std(listener).expect("a socket");
                while let Ok((stream, _)) = listener.accept().await {
                    let (respond, log) = (Arc::clone(&respond), Arc::clone(&log));
                    let (closed, open, tls) = (Arc::clone(&closed), open.clone(), tls.clone());
                    tokio::spawn(async move {
                        match tls {
                            None => serve_connection(stream, &*respond, &log, open).await,
                            Some(tls) => match tls.accept(stream).await {
                                Ok(stream) => serve_connection(stream, &*respond, &log, open).await,
                                Err(_) => None,
                            },
                        };
                        *closed.lock().expect("not poisoned") += 1;
                    });
                }
            };
            runtime.block_on(async {
                tokio::select! { () = serve => {}, _ = stopped => {} }
            });
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn requests(&self) -> usize {
        self.log.lock().expect("not poisoned").len()
    }

    pub(crate) fn log(&self) -> Vec<Request> {
        self.log.lock().expect("not poisoned").clone()
    }

    /// Returns the number of closed connections.
    pub(crate) fn closed(&self) -> usize {
        *self.closed.lock().expect("not poisoned")
    }

    /// Delays all responses until [`resume`](Self::resume).
    pub(crate) fn pause(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn resume(&self) {
        self.open.send_replace(true);
    }

    pub(crate) fn credentials(&self) -> ClientCredentials {
        ClientCredentials::new(self.url("/token"), "id", "secret")
    }

    pub(crate) fn builder(&self) -> AuthenticatorBuilder {
        Authenticator::builder(self.credentials())
    }

    /// Builds an authenticator on a fake clock.
    pub(crate) fn on_fake_clock(&self) -> (Authenticator, FakeClock) {
        let (clock, fake) = Clock::fake();
        (self.builder().clock(clock).build().expect("an authenticator"), fake)
    }
}

/// Serves the requests of one connection.
async fn serve_connection<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    respond: &Respond,
    log: &Mutex<Vec<Request>>,
    mut open: watch::Receiver<bool>,
) -> Option<()> {
    loop {
        let mut request = read(&mut stream).await?;
        {
            let mut log = log.lock().expect("not poisoned");
            request.number = log.len() + 1;
            log.push(request.clone());
        }
        // A client that disconnects in the meantime ends the connection.
        tokio::select! {
            result = open.wait_for(|open| *open) => result.map(drop).ok()?,
            _ = stream.read_u8() => return None,
        }
        match respond(&request) {
            Reply::Response(status, headers, body) => {
                let head = format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n", body.len());
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(body.as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
            }
            Reply::Chunked(body) => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
                for chunk in body.as_bytes().chunks(10_000) {
                    stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.ok()?;
                    stream.write_all(chunk).await.ok()?;
                    stream.write_all(b"\r\n").await.ok()?;
                }
                stream.write_all(b"0\r\n\r\n").await.ok()?;
                stream.flush().await.ok()?;
            }
            Reply::Reset => return None,
            Reply::HalfBody => {
                let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":\"canary-half";
                stream.write_all(half).await.ok()?;
                return None;
            }
            Reply::Hang => {
                let _ = stream.read_u8().await;
                return None;
            }
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let (line, headers) = text.split_once("\r\n").unwrap_or((&text, ""));
    let headers = headers.lines().filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut request = Request { number: 0, line: line.to_owned(), headers, body: String::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    request.body = String::from_utf8_lossy(&bytes[head + 4..]).into_owned();
    Some(request)
}

/// Waits up to 20 seconds for a condition.
pub(crate) async fn until(condition: &str, is_true: impl Fn() -> bool) {
    for _ in 0..20_000 {
        if is_true() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("never true: {condition}");
}

/// Waits for the end of a background fetch, if there is one.
pub(crate) async fn settled(fake: &FakeClock) {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    until("the fetch in the background has ended", || fake.waiting() == 0).await;
}

/// Returns the bearer token that a call would send now.
pub(crate) async fn token(authenticator: &Authenticator) -> Result<String, keyfob_auth::Error> {
    authenticator.authorization().await.map(|authorization| bearer(&authorization))
}

pub(crate) fn bearer(authorization: &keyfob_auth::Authorization) -> String {
    let mut headers = reqwest::header::HeaderMap::new();
    authorization.apply(&mut headers);
    let value = headers["authorization"].to_str().expect("text");
    value.strip_prefix("Bearer ").expect("a bearer token").to_owned()
}
