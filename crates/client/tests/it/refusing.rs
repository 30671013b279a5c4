//! A port that refuses connections, and counts them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use reqwest::{
    ClientBuilder,
    dns::{Addrs, Name, Resolve, Resolving},
};
use tokio::net::TcpSocket;

/// A port that refuses connections, and the number of connections that were tried.
pub(crate) struct Refusing {
    pub(crate) url: String,
    resolver: Arc<Resolver>,
    /// Bound and not listening, so that no other process gets the port.
    _socket: TcpSocket,
}

/// Resolver of any name to loopback: reqwest resolves the name for each connection.
#[derive(Default)]
struct Resolver(AtomicUsize);

impl Resolve for Resolver {
    fn resolve(&self, _: Name) -> Resolving {
        self.0.fetch_add(1, Ordering::SeqCst);
        let addresses: Addrs = Box::new(std::iter::once(([127, 0, 0, 1], 0).into()));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

impl Refusing {
    pub(crate) fn start() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://refused.localhost:{}", socket.local_addr().unwrap().port());
        Self { url, resolver: Arc::default(), _socket: socket }
    }

    /// Returns the setting of an HTTP client with which its connections are counted.
    pub(crate) fn counting(&self) -> impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static {
        let resolver = Arc::clone(&self.resolver);
        move |client| client.dns_resolver(Arc::clone(&resolver))
    }

    /// Returns the number of connections since the last call.
    pub(crate) fn take_connections(&self) -> usize {
        self.resolver.0.swap(0, Ordering::SeqCst)
    }
}
