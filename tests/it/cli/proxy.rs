//! Proxies of the environment: never for this machine, and named when they fail.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

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

#[test]
fn a_proxy_that_refuses_the_connection_is_named() {
    // The listener's port is free again, so nothing is sent anywhere.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
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
