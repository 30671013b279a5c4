//! Tunnels of a proxy: a client that uses the simulator as its proxy sends CONNECT for a vendor's https URL.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::vendor::hosts;

/// A TLS connection through a tunnel.
pub(super) type TunnelStream = TlsStream<TokioIo<Upgraded>>;

/// Returns true for a tunnel to a public host of a vendor. The simulator opens no connections to other hosts.
pub(super) fn is_permitted(request: &Request<Incoming>) -> bool {
    hosts::is_known(&request.uri().host().unwrap_or_default().to_ascii_lowercase())
}

/// Returns the response to a tunnel that is not permitted.
pub(super) fn forbidden() -> Response<Body> {
    let mut response = Response::new(Body::from("the simulator is a proxy for the vendors' public hosts only\n"));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// Waits until the response to the request has been sent, and returns the stream. `None` if the client closes it before.
pub(super) async fn accept(request: Request<Incoming>, acceptor: TlsAcceptor) -> Option<TunnelStream> {
    let upgraded = hyper::upgrade::on(request).await.ok()?;
    acceptor.accept(TokioIo::new(upgraded)).await.ok()
}
