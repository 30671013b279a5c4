//! HTTP versions, TLS, and shutdown.

use std::io::Read;
use std::time::Duration;

use keyfob_simulator::{Fault, Simulator};
use reqwest::Version;

use crate::support::{client, http, token};

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
    let pem = reqwest_der(simulator.certificate_pem());
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

#[tokio::test]
async fn large_responses_are_compressed_on_request_and_files_are_not() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    let token = token(&http, simulator.url(), "reportingapiv1").await;
    let get = async |url: &str, accepted: &str| {
        let request = http.get(url).bearer_auth(&token).header("accept-encoding", accepted);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        let coding = response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
        (coding, response.bytes().await.unwrap())
    };
    let table = |name: &str| format!("{}/ditio/reporting/v1/{name}", simulator.url());
    for name in ["time-registrations", "item-registrations/web-query"] {
        let (coding, plain) = get(&table(name), "identity").await;
        assert_eq!(coding, None);
        let (coding, compressed) = get(&table(name), "deflate, gzip").await;
        assert_eq!(coding.as_deref(), Some("gzip"), "{name}");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&compressed[..]).read_to_end(&mut text).unwrap();
        assert_eq!(text, plain, "{name}");
        assert!(compressed.len() * 2 < plain.len(), "{} of {} bytes", compressed.len(), plain.len());
    }
    let (_, rows) = get(&table("checklist-registrations"), "identity").await;
    let rows: serde_json::Value = serde_json::from_slice(&rows).unwrap();
    let link = rows["data"].as_array().unwrap().iter().find_map(|row| row["pdfUrl"].as_str()).unwrap();
    let (coding, file) = get(link, "gzip").await;
    assert!(coding.is_none() && file.starts_with(b"%PDF"));
    simulator.inject(Fault::truncated().times(1));
    let response = http.get(table("project")).bearer_auth(&token).header("accept-encoding", "gzip").send().await;
    assert!(
        response.unwrap().headers().get("content-encoding").is_none(),
        "a fault changes the bytes that clients see"
    );
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
