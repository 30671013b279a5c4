//! The accept loop: HTTP/1.1 and HTTP/2 on one port, with or without TLS. Faults can reset a connection.

mod compression;
mod control;
mod dispatch;
mod home;
pub(crate) mod site;
mod spelling;
mod tls;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, Version};
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

/// Serves until `stop` changes or its sender is dropped, then completes the requests in progress.
pub(crate) async fn run(
    listener: TcpListener,
    site: Arc<Site>,
    tls: Option<TlsAcceptor>,
    mut stop: watch::Receiver<()>,
) {
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
        let (site, tls, stop) = (Arc::clone(&site), tls.clone(), stop.clone());
        let reset = ResetSwitch::default();
        let stream = ResettableStream::new(stream, reset.clone());
        tokio::spawn(async move {
            match tls {
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve_connection(stream, site, peer, reset, stop).await;
                    }
                }
                None => serve_connection(stream, site, peer, reset, stop).await,
            }
        });
    }
}

async fn serve_connection<S>(
    stream: S,
    site: Arc<Site>,
    peer: SocketAddr,
    reset: ResetSwitch,
    mut stop: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (switch, spelling) = (reset.clone(), Spelling::default());
    let stream = SpellingStream::new(stream, spelling.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        let name = spelling.name().filter(|_| request.version() < Version::HTTP_2);
        if let Some(name) = name {
            request.extensions_mut().insert(name);
        }
        dispatch::serve(Arc::clone(&site), switch.clone(), peer, request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(MAX_HEADER_BYTES as usize).max_headers(200).half_close(false);
    builder.http2().max_header_list_size(MAX_HEADER_BYTES).max_concurrent_streams(1_000);
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    tokio::select! {
        // An error means that the client closed the connection or that a fault reset it.
        _ = serving.as_mut() => return,
        () = reset.triggered() => return,
        _ = stop.changed() => (),
    }
    serving.as_mut().graceful_shutdown();
    tokio::select! {
        _ = serving => (),
        () = reset.triggered() => (),
    }
}
