//! Recording HTTP proxy between a client and the simulator.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, header},
};

/// Request and response body as sent on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
    pub(crate) response_body: Bytes,
}

/// Handle to a running proxy.
pub(crate) struct Recorder {
    pub(crate) url: String,
    log: Arc<Mutex<Vec<Exchange>>>,
}

#[derive(Clone)]
struct Proxy {
    target: String,
    http: reqwest::Client,
    log: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    /// Starts a proxy that forwards all requests to `target`.
    pub(crate) async fn start(target: &str) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let transport = keyfob::TransportConfig::new().title_case_headers();
        let http = transport.client(reqwest::redirect::Policy::none()).unwrap();
        let proxy = Proxy { target: target.to_owned(), http, log: Arc::clone(&log) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(forward).with_state(proxy);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, log }
    }

    /// Returns the exchanges recorded since the last call.
    pub(crate) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let target = format!("{}{}", proxy.target, parts.uri);
    let mut headers = end_to_end(parts.headers.clone());
    // Bodies are recorded uncompressed.
    headers.remove(header::ACCEPT_ENCODING);
    let request = proxy.http.request(parts.method.clone(), target).headers(headers).body(body.clone());
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), end_to_end(response.headers().clone()));
    let response_body = response.bytes().await.unwrap();
    proxy.log.lock().unwrap().push(Exchange {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        content_type: parts.headers.get(header::CONTENT_TYPE).map_or("", |value| value.to_str().unwrap()).to_owned(),
        body,
        response_body: response_body.clone(),
    });
    let mut response = Response::new(Body::from(response_body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Removes the headers that apply to one connection.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::HOST, header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers
}
