//! Refused credentials are not sent again by any process that shares the store.

use std::time::Duration;

use keyfob_auth::{Authenticator, Clock, Error, ErrorKind, FakeClock, FileStore, MemoryStore, Recovery, TokenStore};

use crate::fleet::{WorkerConfig, together};
use crate::folder::Folder;
use crate::server::{Reply, Server, token};

/// Starts a server that refuses the credentials, slowly enough for all workers to arrive during the first request.
pub(crate) fn refusing_server() -> Server {
    Server::start(|_| {
        std::thread::sleep(Duration::from_millis(200));
        Reply::json(401, r#"{"error":"invalid_client","error_description":"canary-text"}"#)
    })
}

/// Runs 10 processes that request 20 tokens with a wrong secret.
pub(crate) fn check_processes(server: &Server, store: String) {
    let config = WorkerConfig { tasks: 2, ..WorkerConfig::new(store, server) };
    assert_eq!(together(10, &config), vec!["refused"; 10]);
    assert_eq!(server.requests(), 1);
}

#[test]
fn ten_processes_with_a_wrong_secret_send_it_once_with_a_file_store() {
    let (server, folder) = (refusing_server(), Folder::new());
    check_processes(&server, folder.store().display().to_string());
}

fn authenticator(server: &Server, clock: &Clock, store: &(impl TokenStore + Clone)) -> Authenticator {
    server.builder().clock(clock.clone()).store(store.clone()).build().expect("an authenticator")
}

async fn refusal(authenticator: &Authenticator) -> Error {
    let error = token(authenticator).await.expect_err("refused");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, Some("invalid_client")));
    assert_eq!(error.recovery(), Recovery::Reauthenticate);
    error
}

fn clock() -> (Clock, FakeClock) {
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    (clock, fake)
}

#[tokio::test]
async fn a_refusal_is_shared_for_thirty_seconds_and_then_tried_once() {
    let folder = Folder::new();
    check_period(&MemoryStore::new()).await;
    check_period(&FileStore::open(folder.store()).expect("a store")).await;
}

pub(crate) async fn check_period(store: &(impl TokenStore + Clone)) {
    let (server, (clock, fake)) = (refusing_server(), clock());
    let first = authenticator(&server, &clock, store);
    assert_eq!(refusal(&first).await.retry_after(), Some(Duration::from_secs(30)));
    fake.advance(Duration::from_secs(20));
    for _ in 0..3 {
        let later = authenticator(&server, &clock, store);
        assert_eq!(refusal(&later).await.retry_after(), Some(Duration::from_secs(10)), "the rest of the period");
    }
    assert_eq!(server.requests(), 1);
    fake.advance(Duration::from_secs(10));
    for _ in 0..3 {
        refusal(&authenticator(&server, &clock, store)).await;
    }
    refusal(&first).await;
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_refused_refresh_is_shared_too_and_leaves_the_valid_token_in_the_store() {
    let server = Server::start(|request| match request.number {
        1 => Reply::token("t1", "3600"),
        2 => Reply::json(401, r#"{"error":"invalid_client"}"#),
        number => Reply::token(&format!("t{number}"), "3600"),
    });
    let (store, (clock, fake)) = (MemoryStore::new(), clock());
    let fleet: Vec<_> = (0..5).map(|_| authenticator(&server, &clock, &store)).collect();
    for authenticator in &fleet {
        assert_eq!(token(authenticator).await.expect("a token"), "t1");
    }
    // Every instance's refresh is due.
    fake.advance(Duration::from_secs(3500));
    for authenticator in &fleet {
        assert_eq!(token(authenticator).await.expect("still valid"), "t1");
        crate::server::settled(&fake).await;
    }
    assert_eq!(server.requests(), 2, "one refresh for all");
    assert_eq!(token(&authenticator(&server, &clock, &store)).await.expect("still stored"), "t1");
    fake.advance(Duration::from_secs(31));
    for authenticator in &fleet {
        token(authenticator).await.expect("a token");
        crate::server::settled(&fake).await;
    }
    assert_eq!(token(&fleet[0]).await.expect("a token"), "t3");
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn another_secret_is_sent_at_once() {
    let (server, store, (clock, _)) = (refusing_server(), MemoryStore::new(), clock());
    refusal(&authenticator(&server, &clock, &store)).await;
    let corrected = keyfob_auth::ClientCredentials::new(server.url("/token"), "id", "corrected");
    let corrected = Authenticator::builder(corrected).clock(clock).store(store).build().expect("an authenticator");
    refusal(&corrected).await;
    assert_eq!(server.requests(), 2);
}
