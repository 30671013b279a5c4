//! A token endpoint on a thread of its own: it counts, and it does to its clients whatever a test says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyfob_auth::{Authenticator, AuthenticatorBuilder, ClientCredentials, Clock, FakeClock};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// A request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Its number among all, from 1.
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

/// What the server does.
pub(crate) enum Reply {
    /// Status, further header lines, body.
    Answer(u16, &'static str, String),
    /// Closes the connection instead.
    Reset,
    /// Promises a whole body and sends half.
    HalfBody,
    /// Sends nothing, ever.
    Hang,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Answer(status, "content-type: application/json\r\n", body.to_owned())
    }

    /// A token with this lifetime, as JSON.
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

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, answer)
    }

    pub(crate) fn start_tls(
        tls: tokio_rustls::TlsAcceptor,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(tls), answer)
    }

    /// Tokens `t1`, `t2`, … that all live so many seconds, written as JSON.
    pub(crate) fn tokens(expires_in: &'static str) -> Self {
        Self::start(move |request| Reply::token(&format!("t{}", request.number), expires_in))
    }

    fn listen(
        tls: Option<tokio_rustls::TlsAcceptor>,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        crate::secrets::subscribe();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let (stop, stopped) = oneshot::channel();
        let (open, _) = watch::channel(true);
        let server = Self { port, log: Arc::default(), closed: Arc::default(), open, _stop: stop };
        let (log, closed, open) = (Arc::clone(&server.log), Arc::clone(&server.closed), server.open.subscribe());
        let answer: Arc<Answer> = Arc::new(answer);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let serve = async move {
                let listener = TcpListener::from_std(listener).expect("a socket");
                while let Ok((stream, _)) = listener.accept().await {
                    let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                    let (closed, open, tls) = (Arc::clone(&closed), open.clone(), tls.clone());
                    tokio::spawn(async move {
                        match tls {
                            None => converse(stream, &*answer, &log, open).await,
                            Some(tls) => match tls.accept(stream).await {
                                Ok(stream) => converse(stream, &*answer, &log, open).await,
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

    /// How many connections have ended.
    pub(crate) fn closed(&self) -> usize {
        *self.closed.lock().expect("not poisoned")
    }

    /// Takes requests, but answers none until [`release`](Self::release).
    pub(crate) fn hold(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn release(&self) {
        self.open.send_replace(true);
    }

    pub(crate) fn credentials(&self) -> ClientCredentials {
        ClientCredentials::new(self.url("/token"), "id", "secret")
    }

    pub(crate) fn builder(&self) -> AuthenticatorBuilder {
        Authenticator::builder(self.credentials())
    }

    /// An authenticator on a clock that stands still.
    pub(crate) fn on_fake_clock(&self) -> (Authenticator, FakeClock) {
        let (clock, fake) = Clock::fake();
        (self.builder().clock(clock).build().expect("an authenticator"), fake)
    }
}

/// One connection: request and answer, again and again.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    answer: &Answer,
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
        // A client that gives up in the meantime ends the conversation.
        tokio::select! {
            result = open.wait_for(|open| *open) => result.map(drop).ok()?,
            _ = stream.read_u8() => return None,
        }
        match answer(&request) {
            Reply::Answer(status, headers, body) => {
                let head = format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n", body.len());
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(body.as_bytes()).await.ok()?;
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

/// Waits for something that is about to happen.
pub(crate) async fn until(what: &str, happened: impl Fn() -> bool) {
    for _ in 0..20_000 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("never happened: {what}");
}

/// Lets a fetch in the background, if there is one, come to its end.
pub(crate) async fn settled(fake: &FakeClock) {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    until("the fetch in the background has ended", || fake.waiting() == 0).await;
}

/// The bearer token that a call made now would send.
pub(crate) async fn token(authenticator: &Authenticator) -> Result<String, keyfob_auth::Error> {
    authenticator.authorization().await.map(|authorization| bearer(&authorization))
}

pub(crate) fn bearer(authorization: &keyfob_auth::Authorization) -> String {
    let mut headers = reqwest::header::HeaderMap::new();
    authorization.apply(&mut headers);
    let value = headers["authorization"].to_str().expect("text");
    value.strip_prefix("Bearer ").expect("a bearer token").to_owned()
}
