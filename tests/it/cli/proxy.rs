//! Proxies of the environment: never for this machine, and named when they fail.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::TcpSocket;

use super::run::{Keyfob, Running};

/// Variables that name a proxy for every request.
const VARIABLES: [&str; 6] = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// A proxy that counts its connections and closes each of them at once.
struct Proxy {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        std::thread::spawn(move || {
            for _ in listener.incoming() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { url, connections }
    }

    fn environment(&self, keyfob: Keyfob) -> Keyfob {
        VARIABLES.iter().fold(keyfob, |keyfob, name| keyfob.env(name, &self.url))
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

#[test]
fn the_tour_uses_no_proxy() {
    let proxy = Proxy::start();
    let report = proxy.environment(Keyfob::new(&["tour", "--json"])).run().json();
    assert_eq!((&report["passed"], proxy.connections()), (&true.into(), 0));
}

#[test]
fn a_secret_for_this_machine_is_not_sent_to_a_proxy() {
    let proxy = Proxy::start();
    let running = Running::start();
    for api in ["bits userinfo", "itempath materials", "dvinci job_openings"] {
        let (api, operation) = api.split_once(' ').unwrap();
        let run = proxy.environment(running.keyfob(&["call", api, operation])).run();
        assert_eq!((run.status, proxy.connections()), (0, 0), "{run:?}");
    }
}

/// Returns a port that refuses connections: bound and not listening, so that no other process gets it.
fn refusing() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[test]
fn a_proxy_that_refuses_connections_stops_neither_the_tour_nor_calls_to_this_machine() {
    let (_socket, address) = refusing();
    let proxy = format!("http://{address}");
    let running = Running::start();
    for names in [["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"], ["http_proxy", "https_proxy", "all_proxy"]] {
        let with_proxy = |keyfob: Keyfob| names.iter().fold(keyfob, |keyfob, name| keyfob.env(name, &proxy)).run();
        assert_eq!(with_proxy(Keyfob::new(&["tour", "--json"])).json()["passed"], true);
        with_proxy(running.keyfob(&["call", "bits", "userinfo"])).json();
        // The variables apply to other machines, in upper case and in lower case.
        for url in ["http://bits.invalid", "https://bits.invalid"] {
            let arguments = ["call", "bits", "userinfo", "--no-retry", "--allow-plain-http", "--base-url", url];
            with_proxy(running.keyfob(&arguments)).failed(5, &["through the proxy", &address.to_string()]);
        }
    }
}

#[test]
fn a_proxy_that_refuses_the_connection_is_named() {
    let (_socket, address) = refusing();
    for url in ["https://itempath.invalid", "http://itempath.invalid"] {
        let arguments = ["call", "itempath", "materials", "--no-retry", "--allow-plain-http", "--base-url", url];
        let keyfob =
            Keyfob::new(&arguments).env("ITEMPATH_USERNAME", "kari").env("ITEMPATH_PASSWORD", "password-canary");
        let proxy = format!("http://user:proxy-canary@{address}");
        let run = VARIABLES.iter().fold(keyfob, |keyfob, name| keyfob.env(name, &proxy)).run();
        run.failed(5, &["through the proxy", &address.to_string()]);
        assert!(!run.stderr.contains("canary"), "{run:?}");
    }
}
