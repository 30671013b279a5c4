//! Any number of callers share one fetch.

use futures::FutureExt;
use futures::future::join_all;

use crate::server::{Server, token};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_cold_tasks_make_exactly_one_token_request() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    let tasks = (0..10_000).map(|_| {
        let authenticator = authenticator.clone();
        tokio::spawn(async move { token(&authenticator).await })
    });
    for result in join_all(tasks).await {
        assert_eq!(result.expect("no panic").expect("a token"), "t1");
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn clones_share_one_token() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    assert_eq!(token(&authenticator.clone()).await.expect("a token"), "t1");
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    assert_eq!(server.requests(), 1);
}

#[test]
fn an_authenticator_is_built_outside_a_runtime_and_works_on_one_thread() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    assert_eq!(server.requests(), 0, "a constructor does not fetch");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    assert_eq!(runtime.block_on(token(&authenticator)).expect("a token"), "t1");
}

#[test]
fn a_call_outside_a_runtime_fails_with_advice() {
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    let error = authenticator.authorization().now_or_never().expect("no wait").expect_err("no runtime");
    assert_eq!(error.kind(), keyfob_auth::ErrorKind::Configuration);
    assert!(error.to_string().contains("tokio"), "{error}");
}
