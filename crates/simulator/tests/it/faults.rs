//! Each kind of fault, as a client observes it.

use std::io::ErrorKind;
use std::time::Duration;

use keyfob_simulator::{Fault, Simulator, Vendor};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Ditio, form, request_token};

const TYPES: &str = "/api/MachineType";

/// Returns the bytes of a response and the end of the connection.
async fn raw(ditio: &Ditio, request: &str) -> (String, std::io::Result<()>) {
    let address = ditio.simulator.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.map(drop);
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

fn get(ditio: &Ditio) -> String {
    let token = &ditio.token;
    format!("GET /ditio/core{TYPES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n")
}

async fn body(ditio: &Ditio) -> (reqwest::Response, StatusCode) {
    let response = ditio.request(reqwest::Method::GET, TYPES).send().await.unwrap();
    let status = response.status();
    (response, status)
}

#[tokio::test]
async fn a_status_fault_has_its_retry_after_and_hits_the_requested_number_of_times() {
    let ditio = Ditio::start().await;
    ditio.simulator.inject(Fault::status(503).retry_after("7").path("/ditio/core").times(2));
    for _ in 0..2 {
        let (response, status) = body(&ditio).await;
        assert_eq!((status.as_u16(), &response.headers()["retry-after"]), (503, &"7".parse().unwrap()));
    }
    assert_eq!(body(&ditio).await.1, StatusCode::OK);
    ditio.simulator.inject(Fault::status(429).retry_after_date(Duration::from_secs(60)));
    let (response, _) = body(&ditio).await;
    assert!(response.headers()["retry-after"].to_str().unwrap().ends_with(" GMT"));
}

#[tokio::test]
async fn a_token_endpoint_can_fail_and_its_requests_still_count() {
    let ditio = Ditio::start().await;
    ditio.simulator.inject(Fault::status(503).on(Vendor::Ditio).path("*/connect/token"));
    let requested = request_token(&ditio.http, ditio.simulator.url(), &form("ditioapiv3")).await;
    assert_eq!(requested.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ditio.simulator.token_requests(Vendor::Ditio), 2);
}

#[tokio::test]
async fn connections_are_reset_before_and_after_the_request_is_applied() {
    let ditio = Ditio::start().await;
    ditio.simulator.inject(Fault::reset_before());
    ditio.simulator.inject(Fault::reset_after());
    for _ in 0..2 {
        let (bytes, end) = raw(&ditio, &get(&ditio)).await;
        assert_eq!(bytes, "");
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
    let token = [("a", "b")];
    ditio.simulator.inject(Fault::reset_before().path("/ditio/identity"));
    let url = format!("{}/ditio/identity/connect/token", ditio.simulator.url());
    assert!(ditio.http.post(url).form(&token).send().await.is_err());
    let logged: Vec<_> = ditio.simulator.requests().iter().map(|request| (request.status, request.fault)).collect();
    assert_eq!(logged[1..], [(0, Some("resetBefore")), (0, Some("resetAfter")), (0, Some("resetBefore"))]);
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_its_content_length() {
    let ditio = Ditio::start().await;
    ditio.simulator.inject(Fault::truncated());
    let (bytes, end) = raw(&ditio, &get(&ditio)).await;
    end.unwrap();
    let (head, body) = bytes.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), promised.parse::<usize>().unwrap() / 2);
    ditio.simulator.inject(Fault::truncated());
    assert!(body_fails(&ditio).await);
}

async fn body_fails(ditio: &Ditio) -> bool {
    body(ditio).await.0.bytes().await.is_err()
}

#[tokio::test]
async fn a_proxys_page_is_html() {
    let ditio = Ditio::start().await;
    ditio.simulator.inject(Fault::html(502));
    let (response, status) = body(&ditio).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn a_response_can_have_a_wrong_type_a_repeated_header_a_long_empty_or_dripped_body() {
    let ditio = Ditio::start().await;
    let good = body(&ditio).await.0.text().await.unwrap();

    ditio.simulator.inject(Fault::content_type("text/plain"));
    let (response, _) = body(&ditio).await;
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.text().await.unwrap(), good);

    ditio.simulator.inject(Fault::duplicate_header("content-type", "application/xml"));
    let (response, _) = body(&ditio).await;
    assert_eq!(response.headers().get_all("content-type").iter().count(), 2);

    ditio.simulator.inject(Fault::oversized(300_000));
    let text = body(&ditio).await.0.text().await.unwrap();
    assert_eq!(text.len(), good.len() + 300_000);
    assert_eq!(text.trim_end(), good);

    ditio.simulator.inject(Fault::empty_body());
    let (response, status) = body(&ditio).await;
    assert_eq!((status, response.text().await.unwrap().as_str()), (StatusCode::OK, ""));

    ditio.simulator.inject(Fault::drip(64, Duration::from_millis(1)));
    let mut response = body(&ditio).await.0;
    let mut pieces = Vec::new();
    while let Some(piece) = response.chunk().await.unwrap() {
        pieces.extend_from_slice(&piece);
    }
    assert_eq!(pieces, good.as_bytes());

    ditio.simulator.inject(Fault::delay(Duration::from_millis(1)));
    assert_eq!(body(&ditio).await.1, StatusCode::OK);
    assert_eq!(ditio.simulator.requests().last().unwrap().fault, Some("delay"));
}

#[tokio::test]
async fn faults_reset_and_truncate_http_2_too() {
    let ditio = Ditio::start().await;
    let roots = rustls::RootCertStore::empty();
    let http = crate::support::client(roots).http2_prior_knowledge().build().unwrap();
    let ditio = Ditio { http, ..ditio };
    ditio.simulator.inject(Fault::reset_after());
    assert!(ditio.request(reqwest::Method::GET, TYPES).send().await.is_err());
    ditio.simulator.inject(Fault::truncated());
    assert!(body_fails(&ditio).await);
    assert_eq!(body(&ditio).await.1, StatusCode::OK);
}

#[tokio::test]
async fn reset_after_applies_the_request_and_reset_before_does_not() {
    let ditio = Ditio::start().await;
    let project = serde_json::json!({
        "companyId": keyfob_simulator::credentials::DITIO_COMPANY_ID, "projectNumber": "P-1",
    });
    let root = "/api/v4/integration/projects";
    for (fault, status) in [(Fault::reset_before(), 404), (Fault::reset_after(), 200)] {
        ditio.simulator.inject(fault.method("POST").path("*/projects"));
        assert!(ditio.request(reqwest::Method::POST, root).json(&project).send().await.is_err());
        let (found, _) = ditio.call(reqwest::Method::GET, &format!("{root}/by-project-number/P-1"), None).await;
        assert_eq!(found, status);
    }
}

#[tokio::test]
async fn the_log_has_no_secrets() {
    let simulator = Simulator::start().await.unwrap();
    let ditio = Ditio::over(simulator).await;
    let _ = ditio.call(reqwest::Method::GET, "/api/MachineType?access_token=canary", None).await;
    let log = ditio.simulator.requests();
    let text = serde_json::to_string(&log).unwrap();
    for secret in [keyfob_simulator::credentials::DITIO_CLIENT_SECRET, &ditio.token, "canary"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(log[0].body.contains("client_secret=[redacted]&scope=ditioapiv3"), "{}", log[0].body);
    assert!(log[1].headers.contains(&("authorization".to_owned(), "Bearer [redacted]".to_owned())));
    assert_eq!(log[1].status, 200);
    let _: Value = serde_json::from_str(&text).unwrap();
}
