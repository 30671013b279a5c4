//! Tokens of requests, and their rejection.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use keyfob_client::{
    CallOptions, ErrorKind, RetryPolicy, StatusCode,
    auth::{self, BoxFuture, CacheKey, Clock, Credentials, SecretString, Token, TokenRequest, TokenSource},
};

use crate::script::{Server, create, get, get_with, json, response, status};

pub(crate) fn tokens(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.header("authorization").unwrap_or("none").to_owned()).collect()
}

#[tokio::test]
async fn one_token_serves_many_calls() {
    let server = Server::start([json("1"), json("2"), json("3")]).await;
    let session = server.session();
    for _ in 0..3 {
        get(&session).await.unwrap();
    }
    assert_eq!(tokens(&server), ["Bearer t1"; 3]);
}

#[tokio::test]
async fn a_rejected_token_is_refreshed_transparently_for_any_method() {
    let server = Server::start([status(401), json("1")]).await;
    get(&server.session()).await.unwrap();
    assert_eq!(tokens(&server), ["Bearer t1", "Bearer t2"]);
    let server = Server::start([status(401), json("1")]).await;
    create(&server.session()).await.unwrap();
    assert_eq!(tokens(&server), ["Bearer t1", "Bearer t2"]);
}

#[tokio::test]
async fn a_401_for_a_fresh_token_is_returned_to_the_caller() {
    let server = Server::start([status(401), status(401), status(401)]).await;
    let session = server.session();
    let error = get(&session).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(StatusCode::UNAUTHORIZED)));
    assert_eq!(server.count(), 2, "one replay");
    get(&session).await.unwrap_err();
    assert_eq!(tokens(&server).last().unwrap(), "Bearer t2", "and no third token");
}

#[tokio::test]
async fn two_revocations_six_seconds_apart_cost_two_replays_and_no_failed_call() {
    let server = Server::start([json("1"), status(401), json("2"), status(401), json("3"), json("4")]).await;
    let (clock, fake) = Clock::fake();
    let session = server.builder().clock(clock).build().unwrap();
    for number in 1..=4 {
        assert_eq!(get(&session).await.unwrap(), number);
        fake.advance(Duration::from_secs(6));
    }
    assert_eq!(tokens(&server), ["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2", "Bearer t3", "Bearer t3"]);
}

#[tokio::test]
async fn an_error_response_does_not_prove_a_token() {
    let server = Server::start([status(401), status(404), status(401), json("1")]).await;
    let (clock, fake) = Clock::fake();
    let session = server.builder().clock(clock).build().unwrap();
    assert_eq!(get(&session).await.unwrap_err().kind(), ErrorKind::NotFound);
    fake.advance(Duration::from_secs(6));
    // The first token was rejected 6 seconds ago, and the second one has not worked either.
    assert_eq!(get(&session).await.unwrap_err().status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(tokens(&server), ["Bearer t1", "Bearer t2", "Bearer t2"]);
}

/// Source of tokens that is down, and counts its fetches.
struct Down(Arc<AtomicU32>);

impl TokenSource for Down {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, auth::Error>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err(auth::Error::unavailable("down")) })
    }

    fn key(&self) -> CacheKey {
        CacheKey::new(["down"], &SecretString::from("secret"))
    }
}

#[tokio::test]
async fn a_call_without_retries_sends_one_token_request() {
    let server = Server::start([]).await;
    for (policy, options, fetches) in [
        (RetryPolicy::default(), CallOptions::default(), 3),
        (RetryPolicy::default(), CallOptions::default().no_retry(), 1),
        (RetryPolicy::none(), CallOptions::default(), 1),
    ] {
        let counter = Arc::new(AtomicU32::new(0));
        let source = Credentials::custom(Down(Arc::clone(&counter)));
        let session = server.builder().credentials(source).retry(policy).build().unwrap();
        assert_eq!(get_with(&session, options).await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(counter.load(Ordering::Relaxed), fetches);
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_call_is_replayed_once_however_often_its_tokens_are_rejected() {
    // The second token is a minute old when it is rejected, so the authenticator would replace it too.
    let busy = response(503, &[("retry-after", "60")], "");
    let server = Server::start([status(401), busy, status(401), json("1")]).await;
    let error = get(&server.session()).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Auth, 3));
    let server = Server::start([status(401), status(503), json("1")]).await;
    get(&server.session()).await.unwrap();
    assert_eq!(tokens(&server), ["Bearer t1", "Bearer t2", "Bearer t2"], "other retries are not replays");
}

#[tokio::test]
async fn a_403_refreshes_the_token_only_if_configured() {
    let server = Server::start([status(403), json("1")]).await;
    assert_eq!(get(&server.session()).await.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(server.count(), 1);
    let server = Server::start([status(403), json("1")]).await;
    let session = server.builder().token_rejected_status(StatusCode::FORBIDDEN).build().unwrap();
    get(&session).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_unauthenticated_host_receives_no_credentials() {
    static FEED: keyfob_client::Operation =
        keyfob_client::Operation { host: "feed", path: "/feed", ..crate::script::GET_TEMPLATE };
    let server = Server::start([json("1")]).await;
    let session = server.builder().unauthenticated_host("feed", &server.url).build().unwrap();
    session.operation(&FEED).send::<i64>().await.unwrap();
    assert_eq!(tokens(&server), ["none"]);
}
