//! Retries: the requests that are sent again, and the number of attempts.

use std::time::Duration;

use keyfob_client::{CallOptions, ErrorKind, RetryPolicy};

use crate::script::{Response, Server, create, create_with, get, get_with, json, response, status};

#[tokio::test]
async fn a_read_is_retried_until_it_succeeds() {
    for failure in [status(429), status(502), status(503), status(504), status(408), Response::Reset] {
        let server = Server::start([failure.clone(), json("1")]).await;
        assert_eq!(get(&server.session()).await.unwrap(), 1, "{failure:?}");
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn a_create_that_may_have_been_processed_is_never_retried() {
    for failure in [status(429), status(502), status(503), status(504), Response::Reset] {
        let server = Server::start([failure.clone(), json("1")]).await;
        let error = create(&server.session()).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(server.count(), 1, "{failure:?}");
    }
}

#[tokio::test]
async fn a_create_declared_idempotent_is_retried() {
    let server = Server::start([status(503), json("1")]).await;
    create_with(&server.session(), CallOptions::default().idempotent()).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_truncated_body_is_retried_only_for_idempotent_calls() {
    let broken = Response::Raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":".into());
    let server = Server::start([broken.clone(), json("1")]).await;
    assert_eq!(get(&server.session()).await.unwrap(), 1);
    let server = Server::start([broken, json("1")]).await;
    assert_eq!(create(&server.session()).await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn the_number_of_attempts_is_limited() {
    let server = Server::start([status(503), status(503), status(503), json("1")]).await;
    assert_eq!(get(&server.session()).await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(server.count(), 3);
    let server = Server::start([status(503), json("1")]).await;
    get_with(&server.session(), CallOptions::default().no_retry()).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn retry_after_is_honoured_as_seconds_and_as_a_date() {
    // The fake wall clock starts at 2026-01-01T00:00:00Z. The client does not wait for an hour or a year.
    for (value, attempts, seconds) in [
        ("7", 2, Some(7)),
        ("Thu, 01 Jan 2026 00:00:05 GMT", 2, Some(5)),
        ("3600", 1, Some(3600)),
        ("Fri, 01 Jan 2027 00:00:00 GMT", 1, Some(365 * 24 * 3600)),
    ] {
        let server = Server::start([response(429, &[("retry-after", value)], ""), status(400)]).await;
        let error = get(&server.session()).await.unwrap_err();
        assert_eq!(server.count(), attempts, "{value}");
        if attempts == 1 {
            assert_eq!(error.retry_after(), seconds.map(Duration::from_secs), "{value}");
        }
    }
}

#[tokio::test]
async fn a_failed_connection_is_retried_even_for_a_create() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let server = Server::start([]).await;
    let session = server.builder().base_url(closed).retry(RetryPolicy::default().attempts(2)).build().unwrap();
    let error = create(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("cannot connect to the service"), "{error}");
}

#[tokio::test]
async fn a_silent_service_is_a_timeout() {
    let server = Server::start([Response::Silence]).await;
    let call = CallOptions::default().timeout(Duration::from_millis(50)).no_retry();
    let error = get_with(&server.session(), call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_retryable());
}

#[tokio::test]
async fn the_retry_budget_limits_requests_during_an_outage() {
    let server = Server::start(std::iter::repeat_n(status(503), 100_000)).await;
    let session = server.builder().retry(RetryPolicy::default().attempts(4)).build().unwrap();
    let calls = 400;
    for _ in 0..calls {
        get(&session).await.unwrap_err();
    }
    // Without the budget each call would send four requests.
    assert!(server.count() < calls * 2, "{}", server.count());
}
