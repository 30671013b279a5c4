//! HTTP versions, TLS, and shutdown.

use keyfob_simulator::Simulator;
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
