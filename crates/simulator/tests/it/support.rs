//! Shared helpers: HTTP clients, and a simulator with a Ditio token.

use std::sync::Arc;

use keyfob_simulator::{Simulator, credentials};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

/// Returns the builder of a client that trusts only these certificates, without process-wide TLS settings. Header names are
/// in title case, as those of most clients. Responses stay as received, even if another crate enables decompression.
pub(crate) fn client(roots: rustls::RootCertStore) -> ClientBuilder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder().tls_backend_preconfigured(config).http1_title_case_headers().no_gzip()
}

/// Returns a client for plain HTTP.
pub(crate) fn http() -> Client {
    client(rustls::RootCertStore::empty()).build().unwrap()
}

/// A simulator with a client and a token.
pub(crate) struct Ditio {
    pub(crate) simulator: Simulator,
    pub(crate) http: Client,
    pub(crate) token: String,
}

impl Ditio {
    pub(crate) async fn start() -> Self {
        Self::over(Simulator::start().await.unwrap()).await
    }

    pub(crate) async fn over(simulator: Simulator) -> Self {
        let http = http();
        let token = token(&http, simulator.url(), "ditioapiv3").await;
        Self { simulator, http, token }
    }

    /// Returns a request to the core API with the token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/ditio/core{path}", self.simulator.url())).bearer_auth(&self.token)
    }

    /// Sends a request and returns status and JSON body; null without a body.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        read_response(request.send().await.unwrap()).await
    }
}

/// Returns status and JSON body of a response; null without a JSON body.
pub(crate) async fn read_response(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Sends a token request with credentials in the body.
pub(crate) async fn request_token(http: &Client, url: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
    read_response(http.post(format!("{url}/ditio/identity/connect/token")).form(form).send().await.unwrap()).await
}

pub(crate) fn form(scope: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", credentials::DITIO_CLIENT_ID),
        ("client_secret", credentials::DITIO_CLIENT_SECRET),
        ("scope", scope),
    ]
}

pub(crate) async fn token(http: &Client, url: &str, scope: &str) -> String {
    let (status, body) = request_token(http, url, &form(scope)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}
