//! Rejected tokens: the reaction to 401 responses.

use std::time::Duration;

use futures::future::{join, join_all};
use futures::poll;
use keyfob_auth::{Authenticator, Credentials, FakeClock, Rejection, SecretString};
use reqwest::header::HeaderName;

use crate::server::{Server, bearer, settled, token, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_concurrent_rejections_make_exactly_one_more_request() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    let first = authenticator.authorization().await.expect("a token");
    let tasks = (0..10_000).map(|_| {
        let (authenticator, generation) = (authenticator.clone(), first.generation());
        tokio::spawn(async move {
            assert_eq!(authenticator.reject(generation), Rejection::Replay);
            token(&authenticator).await
        })
    });
    for result in join_all(tasks).await {
        assert_eq!(result.expect("no panic").expect("a token"), "t2");
    }
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_late_rejection_of_an_older_token_does_not_drop_the_newer_one() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    let old = authenticator.authorization().await.expect("a token").generation();
    assert_eq!(authenticator.reject(old), Rejection::Replay);
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
    clock.advance(Duration::from_secs(60));
    assert_eq!(authenticator.reject(old), Rejection::Replay);
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_fresh_token_that_is_rejected_again_is_final_and_fetches_nothing_for_thirty_seconds() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    let first = authenticator.authorization().await.expect("a token").generation();
    assert_eq!(authenticator.reject(first), Rejection::Replay);
    let second = authenticator.authorization().await.expect("a token").generation();
    assert!(second > first);
    for _ in 0..29 {
        assert_eq!(authenticator.reject(second), Rejection::Final);
        assert_eq!(token(&authenticator).await.expect("the same token"), "t2");
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(server.requests(), 2);
    clock.advance(Duration::from_secs(2));
    assert_eq!(authenticator.reject(second), Rejection::Replay);
    assert_eq!(token(&authenticator).await.expect("a token"), "t3");
}

/// Makes an API call as a client does, with one replay after a 401 response. Returns the number of requests sent.
async fn call(authenticator: &Authenticator, accepted: impl Fn(&str) -> bool) -> usize {
    for sent in 1..=2 {
        let authorization = authenticator.authorization().await.expect("a token");
        if accepted(&bearer(&authorization)) {
            authenticator.accept(authorization.generation());
            return sent;
        }
        if authenticator.reject(authorization.generation()) == Rejection::Final {
            return sent;
        }
    }
    2
}

#[tokio::test]
async fn two_revocations_six_seconds_apart_cost_two_fetches_and_no_failed_call() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    for revocations in 0..=2 {
        let valid = format!("t{}", revocations + 1);
        let sent = call(&authenticator, |token| token == valid).await;
        assert_eq!(sent, if revocations == 0 { 1 } else { 2 });
        for _ in 0..6 {
            clock.advance(Duration::from_secs(1));
            assert_eq!(call(&authenticator, |token| token == valid).await, 1, "{valid} is in use");
        }
    }
    assert_eq!(server.requests(), 3);
}

/// Waits until the fetch in the background waits for the clock.
async fn waiting(clock: &FakeClock) {
    until("the fetch waits", || clock.sleeping() == 1).await;
}

#[tokio::test]
async fn tokens_that_worked_are_replaced_at_most_once_in_two_seconds() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    let generation = async || authenticator.authorization().await.expect("a token").generation();
    let mut last = generation().await;
    authenticator.accept(last);
    assert_eq!(authenticator.reject(last), Rejection::Replay);
    last = generation().await;
    for requests in [2, 4] {
        authenticator.accept(last);
        clock.advance(Duration::from_millis(500));
        assert_eq!(authenticator.reject(last), Rejection::Replay);
        let mut next = Box::pin(generation());
        assert!(poll!(&mut next).is_pending());
        waiting(&clock).await;
        clock.advance(Duration::from_millis(1499));
        assert!(poll!(&mut next).is_pending());
        assert_eq!((server.requests(), clock.sleeping()), (requests, 1), "within 2 seconds of the last request");
        clock.advance(Duration::from_millis(1));
        last = next.await;
        assert_eq!(server.requests(), requests + 1);
        // A server that revokes its tokens that often is not asked for one every time.
        authenticator.accept(last);
        for _ in 0..2 {
            assert_eq!(authenticator.reject(last), Rejection::Final);
            assert_eq!(generation().await, last);
            clock.advance(Duration::from_millis(999));
        }
        clock.advance(Duration::from_millis(2));
        assert_eq!(authenticator.reject(last), Rejection::Replay);
        last = generation().await;
        assert_eq!(server.requests(), requests + 2);
    }
}

#[tokio::test]
async fn two_revocations_within_two_seconds_delay_calls_and_fail_none() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    assert_eq!(call(&authenticator, |token| token == "t1").await, 1);
    assert_eq!(call(&authenticator, |token| token == "t2").await, 2);
    clock.advance(Duration::from_millis(100));
    let calls = join_all((0..100).map(|_| call(&authenticator, |token| token == "t3")));
    let advance = async {
        waiting(&clock).await;
        clock.advance(Duration::from_millis(1900));
    };
    let (calls, ()) = join(calls, advance).await;
    assert!(calls.iter().all(|sent| *sent <= 2), "{calls:?}");
    assert_eq!(call(&authenticator, |token| token == "t3").await, 1);
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn the_token_after_one_that_worked_is_final_for_thirty_seconds_if_it_never_works() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    assert_eq!(call(&authenticator, |_| true).await, 1);
    // The client is disabled: the replacement is rejected at once.
    assert_eq!(call(&authenticator, |_| false).await, 2);
    for _ in 0..29 {
        clock.advance(Duration::from_secs(1));
        assert_eq!(call(&authenticator, |_| false).await, 1);
    }
    assert_eq!(server.requests(), 2);
    // Enabled again: the token works, and from then on it is replaced like any other.
    assert_eq!(call(&authenticator, |token| token == "t2").await, 1);
    assert_eq!(call(&authenticator, |token| token == "t3").await, 2);
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_success_with_an_older_token_does_not_prove_the_newer_one() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    let first = authenticator.authorization().await.expect("a token").generation();
    assert_eq!(authenticator.reject(first), Rejection::Replay);
    let second = authenticator.authorization().await.expect("a token").generation();
    clock.advance(Duration::from_secs(6));
    // The response to a request that was sent before the rejection arrives late.
    authenticator.accept(first);
    assert_eq!(authenticator.reject(second), Rejection::Final);
}

#[tokio::test]
async fn a_disabled_client_causes_at_most_one_replay_per_call_and_few_fetches() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    let mut sent = 0;
    for _ in 0..1000 {
        let requests = call(&authenticator, |_| false).await;
        assert!(requests <= 2);
        sent += requests;
        clock.advance(Duration::from_millis(50));
        settled(&clock).await;
    }
    // 50 seconds: the first token, its immediate replacement, and one more after 30 seconds.
    assert_eq!(server.requests(), 3);
    assert_eq!(sent, 1002);
}

#[tokio::test]
async fn a_revoked_token_costs_one_replay() {
    let server = Server::tokens("3600");
    let (authenticator, _clock) = server.on_fake_clock();
    assert_eq!(call(&authenticator, |token| token == "t1").await, 1);
    assert_eq!(call(&authenticator, |token| token == "t2").await, 2);
    assert_eq!(call(&authenticator, |token| token == "t2").await, 1);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn the_second_rejection_of_single_use_tokens_is_final() {
    let server = Server::tokens("0");
    let (authenticator, _clock) = server.on_fake_clock();
    let first = authenticator.authorization().await.expect("a token").generation();
    assert_eq!(authenticator.reject(first), Rejection::Replay);
    let second = authenticator.authorization().await.expect("a token").generation();
    assert_eq!(authenticator.reject(second), Rejection::Final);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn rejecting_a_bearer_token_is_final_at_once_and_the_token_remains_in_use() {
    let authenticator = Authenticator::builder(Credentials::bearer("given")).build().expect("an authenticator");
    let authorization = authenticator.authorization().await.expect("a token");
    assert_eq!(bearer(&authorization), "given");
    assert_eq!(authenticator.reject(authorization.generation()), Rejection::Final);
    assert_eq!(token(&authenticator).await.expect("a token"), "given");
}

#[tokio::test]
async fn a_user_name_and_a_password_are_sent_by_http_basic() {
    let authenticator = Authenticator::builder(Credentials::basic("Aladdin", "open sesame")).build().expect("a pair");
    let mut headers = reqwest::header::HeaderMap::new();
    authenticator.authorization().await.expect("a header").apply(&mut headers);
    // The example of RFC 7617, section 2.
    assert_eq!(headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert!(headers["authorization"].is_sensitive());
    let error = Authenticator::builder(Credentials::basic("a:b", "secret")).build().expect_err("a colon");
    assert_eq!(error.kind(), keyfob_auth::ErrorKind::Configuration);
    assert!(error.to_string().contains("colon") && !error.to_string().contains("a:b"), "{error}");
}

#[tokio::test]
async fn custom_headers_are_sent_in_place_of_a_token() {
    let pairs = [("x-api-user", "user name"), ("x-api-token", "secret")];
    let pairs = pairs.map(|(name, value)| (HeaderName::from_static(name), SecretString::from(value)));
    let authenticator = Authenticator::builder(Credentials::headers(pairs)).build().expect("an authenticator");
    let mut headers = reqwest::header::HeaderMap::new();
    let authorization = authenticator.authorization().await.expect("headers");
    authorization.apply(&mut headers);
    assert_eq!(headers["x-api-user"], "user name");
    assert_eq!(headers["x-api-token"], "secret");
    assert!(headers["x-api-token"].is_sensitive());
    assert!(!headers.contains_key("authorization"));
    assert_eq!(authenticator.reject(authorization.generation()), Rejection::Final);
    let error = authenticator.access_token().await.expect_err("no access token");
    assert_eq!(error.kind(), keyfob_auth::ErrorKind::Configuration);
}
