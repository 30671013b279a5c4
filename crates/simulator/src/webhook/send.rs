//! POST requests to a receiver on this machine.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use url::Url;

use super::WebhookRequest;

/// Time limit for a request to the receiver.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The URL of a receiver.
pub(super) struct Target {
    url: Url,
}

impl Target {
    pub(super) fn parse(url: &str) -> io::Result<Self> {
        let url = Url::parse(url).map_err(|error| invalid(&format!("invalid receiver URL: {error}")))?;
        if url.scheme() != "http" {
            return Err(invalid("the receiver URL must start with http://"));
        }
        Ok(Self { url })
    }

    /// Sends a request on a new connection and returns the status.
    pub(super) async fn post(&self, request: &WebhookRequest) -> io::Result<u16> {
        let sent = tokio::time::timeout(TIMEOUT, self.exchange(request)).await;
        sent.unwrap_or_else(|_| {
            Err(io::Error::new(io::ErrorKind::TimedOut, "no response from the receiver within 30 s"))
        })
    }

    async fn exchange(&self, request: &WebhookRequest) -> io::Result<u16> {
        let stream = TcpStream::connect(self.address().await?).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let connection = tokio::spawn(connection);
        let host = self.url.authority().to_owned();
        let mut builder = http::Request::post(&self.url[url::Position::BeforePath..url::Position::AfterQuery])
            .header(http::header::HOST, host);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let message = builder.body(Body::from(request.body.clone())).map_err(|error| invalid(&error.to_string()))?;
        let status = sender.send_request(message).await.map(|response| response.status().as_u16());
        connection.abort();
        status.map_err(io::Error::other)
    }

    /// Resolves the receiver's address. Only loopback addresses are accepted.
    async fn address(&self) -> io::Result<SocketAddr> {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or(80);
        let mut addresses = lookup_host((host.trim_matches(['[', ']']), port)).await?;
        addresses
            .find(|address| address.ip().to_canonical().is_loopback())
            .ok_or_else(|| invalid("the receiver must be on this machine (a loopback address)"))
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
