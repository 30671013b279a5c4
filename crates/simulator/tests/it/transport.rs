//! HTTP versions, TLS, and shutdown.

use std::time::Duration;

use keyfob_simulator::{Fault, Simulator};
use reqwest::Version;

use crate::support::{client, http};

#[tokio::test]
async fn http_2_works_without_tls() {
    let simulator = Simulator::start().await.unwrap();
    let http = client(rustls::RootCertStore::empty()).http2_prior_knowledge().build().unwrap();
    let response = http.get(simulator.url()).send().await.unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    assert!(response.text().await.unwrap().contains("/ditio/core"));
}

#[tokio::test]
async fn tls_is_trusted_by_its_certificate_only() {
    let simulator = Simulator::builder().tls(true).start().await.unwrap();
    let mut roots = rustls::RootCertStore::empty();
    let refused = client(roots.clone()).build().unwrap().get(simulator.url()).send().await;
    assert!(refused.is_err());
    let pem = reqwest_der(simulator.certificate_pem().unwrap());
    roots.add(pem.into()).unwrap();
    let port = simulator.url().rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let response =
            client(roots.clone()).build().unwrap().get(format!("https://{host}:{port}/")).send().await.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
    }
}

#[tokio::test]
async fn the_date_header_carries_simulated_time() {
    let simulator = Simulator::start().await.unwrap();
    simulator.advance(Duration::from_secs(90));
    simulator.inject(Fault::status(503).times(1));
    for path in ["/bits/v2/projects", "/bits/v2/projects", "/", "/_control/state", "/nothing"] {
        let response = http().get(format!("{}{path}", simulator.url())).send().await.unwrap();
        assert_eq!(response.headers()["date"], "Mon, 02 Mar 2026 08:01:30 GMT", "{path}");
    }
    let start = "2027-01-31T23:59:59.999Z".parse().unwrap();
    let simulator = Simulator::builder().epoch(start).start().await.unwrap();
    let http = client(rustls::RootCertStore::empty()).http2_prior_knowledge().build().unwrap();
    let response = http.get(simulator.url()).send().await.unwrap();
    assert_eq!(response.headers()["date"], "Sun, 31 Jan 2027 23:59:59 GMT");
}

/// Returns the DER bytes of a PEM certificate.
fn reqwest_der(pem: &str) -> Vec<u8> {
    use base64::Engine;
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[tokio::test]
async fn the_port_is_free_after_stop_and_after_drop() {
    let simulator = Simulator::start().await.unwrap();
    let address: std::net::SocketAddr = simulator.url().trim_start_matches("http://").parse().unwrap();
    simulator.stop().await;
    let again = Simulator::builder().listen(address).start().await.unwrap();
    drop(again);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn undocumented_paths_are_not_found() {
    let simulator = Simulator::start().await.unwrap();
    for path in ["/nothing", "/ditio/core/api/v9/projects", "/ditio/corex", "/_control/nothing"] {
        let response = http().get(format!("{}{path}", simulator.url())).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
    }
}
