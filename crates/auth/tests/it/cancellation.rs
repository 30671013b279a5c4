//! Cancelled callers, runtimes that are shut down, and dropped authenticators.

use std::time::Duration;

use futures::future::join_all;
use futures::{FutureExt, poll};
use keyfob_auth::Authenticator;

use crate::server::{Server, token, until};

#[tokio::test]
async fn cancelling_the_first_caller_does_not_affect_the_fetch_of_the_others() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    server.pause();
    let mut first = authenticator.authorization().boxed();
    assert!(poll!(&mut first).is_pending());
    until("the request has arrived", || server.requests() == 1).await;
    let others: Vec<_> = (0..100)
        .map(|_| {
            let authenticator = authenticator.clone();
            tokio::spawn(async move { token(&authenticator).await })
        })
        .collect();
    drop(first);
    tokio::task::yield_now().await;
    server.resume();
    for other in join_all(others).await {
        assert_eq!(other.expect("no panic").expect("a token"), "t1");
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_fetch_completes_after_all_its_callers_are_cancelled() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    server.pause();
    let mut only = authenticator.authorization().boxed();
    assert!(poll!(&mut only).is_pending());
    drop(only);
    until("the request has arrived", || server.requests() == 1).await;
    server.resume();
    until("the token is cached", || authenticator.token_info().is_some()).await;
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    assert_eq!(server.requests(), 1);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn a_second_runtime_fetches_after_the_first_is_shut_down(authenticator: &Authenticator, server: &Server) {
    let first = runtime();
    server.pause();
    first.block_on(async {
        let mut call = authenticator.authorization().boxed();
        assert!(poll!(&mut call).is_pending());
        until("the request has arrived", || server.requests() == 1).await;
    });
    drop(first);
    server.resume();
    assert_eq!(runtime().block_on(token(authenticator)).expect("a token"), "t2");
    assert_eq!(server.requests(), 2);
}

#[test]
fn when_the_runtime_of_a_fetch_is_shut_down_the_next_caller_fetches() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    a_second_runtime_fetches_after_the_first_is_shut_down(&authenticator, &server);
}

#[test]
fn when_the_runtime_of_a_fetch_is_shut_down_a_waiting_caller_on_another_fetches() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    let first = runtime();
    server.pause();
    first.block_on(async {
        assert!(poll!(authenticator.authorization().boxed()).is_pending());
        until("the request has arrived", || server.requests() == 1).await;
    });
    let waiter = std::thread::spawn({
        let authenticator = authenticator.clone();
        move || runtime().block_on(token(&authenticator))
    });
    std::thread::sleep(Duration::from_millis(50));
    server.resume();
    drop(first);
    assert_eq!(waiter.join().expect("no panic").expect("a token"), "t2");
}

#[test]
fn a_custom_client_with_a_connection_pool_works_after_a_change_of_runtimes() {
    let server = Server::tokens("0");
    // The default pool has an idle connection that belongs to the first runtime.
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls()).build().expect("a client");
    let authenticator = server.builder().http_client(client).build().expect("an authenticator");
    let first = runtime();
    assert_eq!(first.block_on(token(&authenticator)).expect("a token"), "t1");
    drop(first);
    let second = runtime().block_on(token(&authenticator)).expect("a token");
    assert!(second == "t2" || second == "t3", "{second}");
}

fn tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

#[test]
fn a_token_fetched_on_one_runtime_is_used_on_another() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    assert_eq!(runtime().block_on(token(&authenticator)).expect("a token"), "t1");
    assert_eq!(runtime().block_on(token(&authenticator)).expect("a token"), "t1");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn dropping_the_last_clone_aborts_a_fetch_in_progress() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    server.pause();
    let mut call = authenticator.authorization().boxed();
    assert!(poll!(&mut call).is_pending());
    drop(call);
    until("the request has arrived", || server.requests() == 1).await;
    assert_eq!(server.closed(), 0);
    drop(authenticator);
    until("the connection is closed", || server.closed() == 1).await;
}

#[test]
fn a_stuck_fetch_is_given_up_once_and_does_not_end_the_fetch_that_follows() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    // The first fetch is spawned on a runtime that is not driven.
    let stuck = runtime();
    stuck.block_on(async {
        assert!(poll!(authenticator.authorization().boxed()).is_pending());
    });
    runtime().block_on(async {
        let mut waiters = [(); 2].map(|()| token(&authenticator).boxed());
        for waiter in &mut waiters {
            assert!(poll!(waiter).is_pending());
        }
        server.pause();
        // 30 seconds of a fetch, and 5 in which it counts as late.
        clock.advance(Duration::from_secs(34));
        let [first, second] = &mut waiters;
        assert!(poll!(&mut *first).is_pending());
        tokio::task::yield_now().await;
        assert_eq!(server.requests(), 0, "the fetch is not given up before its limit");
        clock.advance(Duration::from_secs(1));
        assert!(poll!(&mut *first).is_pending());
        until("the second fetch has sent its request", || server.requests() == 1).await;
        // The other waiter gives up the first fetch too, and must not touch the second.
        assert!(poll!(&mut *second).is_pending());
        server.resume();
        assert_eq!(first.await.expect("a token"), "t1");
        assert_eq!(second.await.expect("a token"), "t1");
    });
    // The first fetch has been aborted: its task sends no request when its runtime is driven again.
    stuck.block_on(async {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    assert_eq!(stuck.metrics().num_alive_tasks(), 0);
    assert_eq!(server.requests(), 1);
    assert_eq!(authenticator.token_info().expect("a token").generation.number(), 1);
}
