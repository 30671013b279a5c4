//! Tokens of requests, and their rejection.

use keyfob_client::{ErrorKind, StatusCode};

use crate::script::{Server, create, get, json, status};

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
