//! The accept loop: HTTP/1.1 and HTTP/2 on one port, with or without TLS, and tunnels of a proxy. Faults can reset a
//! connection.

mod compression;
mod control;
mod dispatch;
mod home;
pub(crate) mod site;
mod spelling;
mod tls;
mod tunnel;
mod wire;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Response, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use site::Site;
use spelling::{Spelling, SpellingStream};
pub(crate) use tls::Identity;
use wire::{ResetSwitch, ResettableStream};

/// Maximum size of a header section, in bytes: a token alone can have 50,000 characters.
const MAX_HEADER_BYTES: u32 = 512 * 1024;
/// Delay after a failed accept (out of file descriptors), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// TLS settings of the server.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// True if the port itself uses TLS. Tunnels always do.
    pub(crate) on_port: bool,
}

/// State of a connection.
#[derive(Clone)]
struct Connection {
    site: Arc<Site>,
    peer: SocketAddr,
    reset: ResetSwitch,
    acceptor: TlsAcceptor,
    stop: watch::Receiver<()>,
}

/// Serves until `stop` changes or its sender is dropped, then completes the requests in progress.
pub(crate) async fn run(listener: TcpListener, site: Arc<Site>, tls: Tls, mut stop: watch::Receiver<()>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (reset, acceptor) = (ResetSwitch::default(), tls.acceptor.clone());
        let stream = ResettableStream::new(stream, reset.clone());
        let connection = Connection { site: Arc::clone(&site), peer, reset, acceptor, stop: stop.clone() };
        let on_port = tls.on_port;
        tokio::spawn(async move {
            if !on_port {
                connection.serve(stream).await;
            } else if let Ok(stream) = connection.acceptor.accept(stream).await {
                connection.serve(stream).await;
            }
        });
    }
}

impl Connection {
    async fn serve<S>(mut self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (connection, spelling) = (self.clone(), Spelling::default());
        let stream = SpellingStream::new(stream, spelling.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            let name = spelling.name().filter(|_| request.version() < Version::HTTP_2);
            if let Some(name) = name {
                request.extensions_mut().insert(name);
            }
            connection.clone().respond(request)
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().max_buf_size(MAX_HEADER_BYTES as usize).max_headers(200).half_close(false);
        builder.http2().max_header_list_size(MAX_HEADER_BYTES).max_concurrent_streams(1_000);
        let serving = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        tokio::pin!(serving);
        tokio::select! {
            // An error means that the client closed the connection or that a fault reset it.
            _ = serving.as_mut() => return,
            () = self.reset.triggered() => return,
            _ = self.stop.changed() => (),
        }
        serving.as_mut().graceful_shutdown();
        tokio::select! {
            _ = serving => (),
            () = self.reset.triggered() => (),
        }
    }

    async fn respond(self, request: Request<Incoming>) -> Result<Response<Body>, dispatch::Reset> {
        if request.method() != Method::CONNECT {
            return dispatch::serve(self.site, self.reset, self.peer, request).await;
        }
        if !tunnel::is_permitted(&request) {
            return Ok(tunnel::forbidden());
        }
        let stream = tunnel::accept(request, self.acceptor.clone());
        tokio::spawn(async move {
            if let Some(stream) = stream.await {
                self.serve_tunnel(stream).await;
            }
        });
        Ok(Response::default())
    }

    /// Serves a tunnel. The type of the future is erased, because a tunnel could contain another one.
    fn serve_tunnel(self, stream: tunnel::TunnelStream) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self.serve(stream))
    }
}
