//! The accept loop: HTTP/1.1 and HTTP/2 on one port, with or without TLS, and a kill switch per connection.

mod control;
mod dispatch;
mod home;
pub(crate) mod site;
mod tls;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use site::Site;
pub(crate) use tls::Identity;
use wire::{Kill, Wire};

/// Room for header sections, because a token alone may have 50,000 characters.
const MAX_HEADERS: u32 = 512 * 1024;
/// A pause after a failed accept (no file handles left), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Serves until `stop` says so or its sender is gone, then lets the requests under way end.
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
        let kill = Kill::default();
        let wire = Wire::new(stream, kill.clone());
        tokio::spawn(async move {
            match tls {
                Some(tls) => {
                    if let Ok(stream) = tls.accept(wire).await {
                        connection(stream, site, peer, kill, stop).await;
                    }
                }
                None => connection(wire, site, peer, kill, stop).await,
            }
        });
    }
}

async fn connection<S>(stream: S, site: Arc<Site>, peer: SocketAddr, kill: Kill, mut stop: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let switch = kill.clone();
    let service = service_fn(move |request| dispatch::serve(Arc::clone(&site), switch.clone(), peer, request));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(MAX_HEADERS as usize).max_headers(200).half_close(false);
    builder.http2().max_header_list_size(MAX_HEADERS).max_concurrent_streams(1_000);
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    tokio::select! {
        // Errors are the client's: it went away, or it was cut off on purpose.
        _ = serving.as_mut() => return,
        () = kill.pulled() => return,
        _ = stop.changed() => (),
    }
    serving.as_mut().graceful_shutdown();
    tokio::select! {
        _ = serving => (),
        () = kill.pulled() => (),
    }
}
