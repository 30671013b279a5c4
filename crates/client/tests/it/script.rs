//! A server on loopback that sends one scripted response per request and records the requests.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use keyfob_client::{
    CallOptions, ClientBuilder, Confidence, Error, Idempotency, Operation, RetryPolicy, Security, Session,
    auth::{BoxFuture, CacheKey, Clock, Credentials, Lifetime, SecretString, Token, TokenRequest, TokenSource},
    codegen::{BuildRequest, Path, RequestBuilder, operation_call},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Reaction of the server to one request.
#[derive(Clone, Debug)]
pub(crate) enum Response {
    /// Sends these bytes and closes.
    Raw(String),
    /// Sends these bytes, then a byte a second. Advances tokio's clock, which must be paused.
    Drip(String),
    /// Sends these bytes, and nothing more for a minute.
    Stall(String),
    /// Closes with a TCP reset, after reading the request.
    Reset,
    /// Sends nothing for a minute.
    Silence,
}

pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().fold(String::new(), |lines, (name, value)| lines + name + ": " + value + "\r\n");
    Response::Raw(format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    ))
}

pub(crate) fn json(body: &str) -> Response {
    response(200, &[("content-type", "application/json")], body)
}

pub(crate) fn status(status: u16) -> Response {
    response(status, &[], "")
}

/// A request as received.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    pub(crate) line: String,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl ReceivedRequest {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.headers.lines().find_map(|line| line.strip_prefix(&prefix))
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) url: String,
    responses: Arc<Mutex<VecDeque<Response>>>,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl Server {
    /// Starts a server that sends these responses in order, then status 500.
    pub(crate) async fn start(responses: impl IntoIterator<Item = Response>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let responses = Arc::new(Mutex::new(responses.into_iter().collect::<VecDeque<_>>()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let script = Arc::clone(&responses);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { url, responses, requests }
    }

    /// Adds a response.
    pub(crate) fn push(&self, response: Response) {
        self.responses.lock().unwrap().push_back(response);
    }

    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// Builds a session with this server, a fake clock that skips every sleep, and tokens `t1`, `t2`, …
    pub(crate) fn session(&self) -> Session {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder<Session> {
        builder_of(&self.url)
    }
}

/// Starts building a session with the server at this URL.
pub(crate) fn builder_of(url: &str) -> ClientBuilder<Session> {
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    ClientBuilder::new("test-api")
        .base_url(url)
        .credentials(Credentials::custom(Counted::default()))
        .clock(clock)
        .retry(RetryPolicy::default().attempts(3))
}

async fn serve(
    mut stream: TcpStream,
    responses: Arc<Mutex<VecDeque<Response>>>,
    log: Arc<Mutex<Vec<ReceivedRequest>>>,
) {
    let Some(request) = read(&mut stream).await else { return };
    let response = {
        log.lock().unwrap().push(request);
        responses.lock().unwrap().pop_front().unwrap_or_else(|| status(500))
    };
    match response {
        Response::Raw(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Response::Drip(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::advance(Duration::from_secs(1)).await;
                tokio::task::yield_now().await;
            }
        }
        Response::Stall(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Response::Reset => {
            let _ = stream.set_zero_linger();
        }
        Response::Silence => tokio::time::sleep(Duration::from_secs(60)).await,
    }
}

async fn read(stream: &mut TcpStream) -> Option<ReceivedRequest> {
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
    let mut request =
        ReceivedRequest { line: line.to_owned(), headers: headers.to_owned(), body: bytes[head + 4..].to_vec() };
    let length = request.header("content-length").map(|length| length.parse::<usize>().unwrap());
    let chunked = request.header("transfer-encoding").is_some();
    let done = |body: &[u8]| match length {
        Some(length) => body.len() >= length,
        None => !chunked || body.ends_with(b"0\r\n\r\n"),
    };
    while !done(&request.body) {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}

/// Source of the tokens `t1`, `t2`, …, valid for an hour each.
#[derive(Default)]
pub(crate) struct Counted(AtomicU32);

impl TokenSource for Counted {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, keyfob_client::auth::Error>> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Box::pin(async move { Ok(Token::new(format!("t{number}")).lifetime(Lifetime::For(Duration::from_secs(3600)))) })
    }

    fn key(&self) -> CacheKey {
        CacheKey::new(["test"], &SecretString::from("secret"))
    }
}

pub(crate) const GET_TEMPLATE: Operation = Operation {
    api: "test-api",
    id: "thing",
    summary: "Reads a thing",
    method: "GET",
    path: "/things/{id}",
    query: &[],
    open_query: false,
    comma_separated: &[],
    headers: &[],
    required: &[],
    fixed_query: &[],
    body: "",
    body_required: false,
    host: "",
    idempotency: Idempotency::Idempotent,
    scope: None,
    security: Security::Client,
    confidence: Confidence::Documented,
    source: "",
};

pub(crate) static GET: Operation = GET_TEMPLATE;
pub(crate) static CREATE: Operation = Operation {
    id: "create_thing",
    method: "POST",
    path: "/things",
    idempotency: Idempotency::NotIdempotent,
    ..GET_TEMPLATE
};

struct Get;

impl BuildRequest for Get {
    fn path(&self, path: &mut Path<'_>) {
        path.text("/things/1");
    }

    fn build(&self, request: &mut RequestBuilder) {
        request.query("q", &"query-canary".to_owned());
    }
}

struct Create;

impl BuildRequest for Create {
    fn path(&self, path: &mut Path<'_>) {
        path.text("/things");
    }

    fn build(&self, request: &mut RequestBuilder) {
        request.json(&serde_json::json!({"name": "body-canary"}), "application/json");
    }
}

/// Reads a thing.
pub(crate) async fn get(session: &Session) -> Result<serde_json::Value, Error> {
    get_with(session, CallOptions::default()).await
}

pub(crate) async fn get_with(session: &Session, call: CallOptions) -> Result<serde_json::Value, Error> {
    Ok(operation_call::value::<serde_json::Value>(session, &GET, &Get, &call).await?.into_inner())
}

/// Creates a thing.
pub(crate) async fn create(session: &Session) -> Result<serde_json::Value, Error> {
    create_with(session, CallOptions::default()).await
}

pub(crate) async fn create_with(session: &Session, call: CallOptions) -> Result<serde_json::Value, Error> {
    Ok(operation_call::value::<serde_json::Value>(session, &CREATE, &Create, &call).await?.into_inner())
}
