//! Time limits on responses, and settings without a limit.

use std::time::Duration;

use keyfob_client::{CallOptions, ErrorKind, Method, RetryPolicy};

use crate::{
    manual_time::ManualTime,
    script::{Response, Server, get, get_with, json, response},
};

/// Time limit of a test, in real time: reached only if a call never ends.
const HANG: Duration = Duration::from_secs(30);

fn drip(status: u16) -> Response {
    Response::Drip(format!("HTTP/1.1 {status} X\r\ncontent-length: 100000000\r\n\r\n"))
}

#[tokio::test]
async fn an_error_body_that_never_ends_delays_a_call_for_five_seconds_only() {
    let _time = ManualTime::start();
    let server = Server::start([drip(401), drip(503), json("1")]).await;
    let start = tokio::time::Instant::now();
    assert_eq!(get(&server.session()).await.unwrap(), 1);
    assert_eq!(server.count(), 3);
    // The server advances the clock, perhaps a few times more before it notices the end of the connection.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());

    let server = Server::start([drip(400)]).await;
    let error = get(&server.session()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.service_error().unwrap().body(), b"", "an incomplete body is not returned");
}

#[tokio::test]
async fn an_error_body_is_read_up_to_64_kib() {
    let server = Server::start([response(400, &[], &"x".repeat(1_000_000))]).await;
    let error = get(&server.session()).await.unwrap_err();
    assert_eq!(error.service_error().unwrap().body().len(), 64 * 1024);
}

#[tokio::test]
async fn the_longest_duration_means_no_limit_in_every_setting() {
    let late = response(429, &[("retry-after", "9000000000000000000")], "");
    let server = Server::start([late.clone(), json("1"), late, json("2")]).await;
    let policy = RetryPolicy::default()
        .delays(Duration::MAX, Duration::MAX)
        .deadline(Duration::MAX)
        .longest_retry_after(Duration::MAX);
    let session = server
        .builder()
        .connect_timeout(Duration::MAX)
        .read_timeout(Duration::MAX)
        .timeout(Duration::MAX)
        .retry(policy)
        .build()
        .unwrap();
    let calls = async {
        assert_eq!(get(&session).await.unwrap(), 1);
        let options = CallOptions::default().timeout(Duration::MAX).retry_for(Duration::MAX);
        assert_eq!(get_with(&session, options).await.unwrap(), 2);
    };
    tokio::time::timeout(HANG, calls).await.unwrap();
}

#[tokio::test]
async fn a_body_in_pieces_is_read_without_a_limit_and_with_the_longest() {
    let server = Server::start([]).await;
    let unlimited = server.builder().read_timeout(Duration::MAX).build().unwrap();
    for session in [unlimited, server.session()] {
        server.push(Response::Raw(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n2\r\n[1\r\n3\r\n,2]\r\n0\r\n\r\n".into(),
        ));
        let body = session.request(Method::GET, "/").send::<Vec<i64>>().await.unwrap();
        assert_eq!(*body, [1, 2]);
    }
}

#[tokio::test]
async fn the_time_limit_of_a_call_applies_after_a_redirect_too() {
    let server = Server::start([response(302, &[("location", "/slow")], ""), Response::Silence]).await;
    let options = CallOptions::default().timeout(Duration::from_millis(50)).no_retry();
    let call = get_with(&server.session(), options).await;
    assert_eq!(call.unwrap_err().kind(), ErrorKind::Timeout);
}
