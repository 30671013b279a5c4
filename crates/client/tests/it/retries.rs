//! Retries: the requests that are sent again, and the number of attempts.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use keyfob_client::{
    CallOptions, Error, ErrorKind, Method, RetryPolicy,
    auth::{
        BoxFuture, CacheKey, Clock, Credentials, Lifetime, SecretString, Token, TokenRequest, TokenSource,
        TransportConfig,
    },
};
use serde_json::Value;

use crate::{
    refusing::Refusing,
    script::{Response, Server, builder_of, create, create_with, get, get_with, json, response, status},
};

#[tokio::test]
async fn a_read_is_retried_until_it_succeeds() {
    for failure in [status(429), status(500), status(502), status(503), status(504), status(408), Response::Reset] {
        let server = Server::start([failure.clone(), json("1")]).await;
        assert_eq!(get(&server.session()).await.unwrap(), 1, "{failure:?}");
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn a_create_that_may_have_been_processed_is_never_retried() {
    for failure in [status(429), status(500), status(502), status(503), status(504), Response::Reset] {
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
async fn a_replacement_or_deletion_that_made_the_service_fail_is_not_sent_again() {
    for method in [Method::PUT, Method::DELETE] {
        let server = Server::start([status(500), json("1")]).await;
        server.session().request(method.clone(), "/things/1").send::<i64>().await.unwrap_err();
        assert_eq!(server.count(), 1, "{method}");
        let server = Server::start([status(503), json("1")]).await;
        server.session().request(method.clone(), "/things/1").send::<i64>().await.unwrap();
        assert_eq!(server.count(), 2, "{method}");
    }
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
async fn a_refused_connection_is_always_tried_again() {
    let refusing = Refusing::start();
    let transport = TransportConfig::new().configure_client(refusing.counting());
    let policy = RetryPolicy::default().attempts(4);
    let session = builder_of(&refusing.url).transport(transport).retry(policy).build().unwrap();
    let attempts = || refusing.take_connections();

    let error = create(&session).await.unwrap_err();
    assert_eq!((error.kind(), attempts()), (ErrorKind::Unavailable, 4));
    assert!(error.to_string().contains("cannot connect to the service"), "{error}");
    get(&session).await.unwrap_err();
    assert_eq!(attempts(), 4);
    create_with(&session, CallOptions::default().no_retry()).await.unwrap_err();
    assert_eq!(attempts(), 1, "except without retries");
}

/// Makes a read that fails once, and returns the time that the client's clock advanced.
async fn pause_of_one_retry() -> Duration {
    let server = Server::start([status(503), json("1")]).await;
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    let seconds = Duration::from_secs(100);
    let policy = RetryPolicy::default().delays(seconds, 10 * seconds).deadline(Duration::MAX);
    get(&server.builder().clock(clock).retry(policy).build().unwrap()).await.unwrap();
    fake.elapsed()
}

#[tokio::test]
async fn retries_pause_for_the_policys_delay_with_a_jitter_that_differs_between_clients() {
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let pause = pause_of_one_retry().await;
        assert!((99..=200).contains(&pause.as_secs()), "{pause:?}");
        // Rounded, because the measured pauses differ by microseconds even without a jitter.
        pauses.push((pause + Duration::from_millis(500)).as_secs());
    }
    assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
}

/// Makes a call against a service that fails this number of times, and returns its result, the number of requests and the
/// time that the client's clock advanced.
async fn outage(failures: usize, failure: Response, call: CallOptions) -> (Result<Value, Error>, usize, Duration) {
    let script = std::iter::repeat_n(failure, failures).chain([json("1")]);
    let server = Server::start(script).await;
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    let result = get_with(&server.builder().clock(clock).build().unwrap(), call).await;
    (result, server.count(), fake.elapsed())
}

#[tokio::test]
async fn a_batch_job_survives_an_outage_until_its_time_is_over() {
    let minutes = |minutes: u64| CallOptions::default().retry_for(Duration::from_secs(60 * minutes));
    for failure in [status(503), status(500), Response::Reset] {
        let (result, requests, elapsed) = outage(15, failure, minutes(10)).await;
        assert_eq!((result.unwrap(), requests), (1.into(), 16));
        assert!(elapsed < Duration::from_secs(600), "{elapsed:?}");
    }
    let (result, requests, elapsed) = outage(1000, status(503), minutes(10)).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Unavailable);
    assert!((30..80).contains(&requests) && elapsed <= Duration::from_secs(600), "{requests} in {elapsed:?}");
    assert!(elapsed > Duration::from_secs(550), "{elapsed:?}");

    let (result, requests, elapsed) = outage(2, response(429, &[("retry-after", "120")], ""), minutes(10)).await;
    assert_eq!((result.unwrap(), requests), (1.into(), 3));
    assert!((239..=241).contains(&elapsed.as_secs()), "Retry-After is honoured: {elapsed:?}");
    let (_, requests, _) = outage(9, response(429, &[("retry-after", "120")], ""), minutes(1)).await;
    assert_eq!(requests, 1, "a wait beyond the time is not started");
    let (_, requests, _) = outage(9, status(503), minutes(10).no_retry()).await;
    assert_eq!(requests, 1);
    let (_, requests, _) = outage(9, status(404), minutes(10)).await;
    assert_eq!(requests, 1, "a request that fails again is not repeated");
}

#[tokio::test]
async fn the_retry_time_of_a_batch_job_is_not_cut_short_by_the_retry_budget() {
    let server = Server::start(std::iter::repeat_n(status(503), 300).chain([json("1")])).await;
    let second = Duration::from_secs(1);
    let policy = RetryPolicy::default().delays(second, second).retry_for(600 * second);
    assert_eq!(get(&server.builder().retry(policy).build().unwrap()).await.unwrap(), 1);
    assert_eq!(server.count(), 301);
}

/// Source of tokens that is unavailable for a number of requests.
struct Outage(AtomicUsize);

impl TokenSource for Outage {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, keyfob_client::auth::Error>> {
        let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        Box::pin(async move {
            match left {
                Ok(_) => Err(keyfob_client::auth::Error::unavailable("down")),
                Err(_) => Ok(Token::new("t1".to_owned()).lifetime(Lifetime::For(Duration::from_secs(3600)))),
            }
        })
    }

    fn key(&self) -> CacheKey {
        CacheKey::new(["outage"], &SecretString::from("secret"))
    }
}

#[tokio::test]
async fn a_batch_job_survives_an_outage_of_the_token_endpoint() {
    let server = Server::start([json("1"), json("2")]).await;
    let session = |failures| {
        server.builder().credentials(Credentials::custom(Outage(AtomicUsize::new(failures)))).build().unwrap()
    };
    let batch = || CallOptions::default().retry_for(Duration::from_secs(600));
    assert_eq!(get_with(&session(20), CallOptions::default()).await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(get_with(&session(20), batch()).await.unwrap(), 1);
    assert_eq!(create_with(&session(20), batch()).await.unwrap(), 2, "a create, which was not sent");
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
