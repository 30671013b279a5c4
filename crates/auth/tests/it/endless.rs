//! Durations without an end: `Duration::MAX` means no limit, and no sum with one panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Clock, Credentials, Error, FileStore, Lifetime, MemoryStore, Retry, Token,
    TokenRequest, TokenSource, TransportConfig,
};

use crate::folder::Folder;
use crate::server::{Reply, Server, token};

#[tokio::test]
async fn a_lease_a_deadline_and_a_connect_timeout_may_have_no_end() {
    let folder = Folder::new();
    let (memory, (fake, _)) = (MemoryStore::new(), Clock::fake());
    for clock in [Clock::system(), fake] {
        let server = Server::tokens("3600");
        let builder = || {
            let transport = TransportConfig::new().connect_timeout(Duration::MAX);
            let retry = Retry::new().deadline(Duration::MAX);
            server.builder().clock(clock.clone()).transport(transport).retry(retry).lease(Duration::MAX)
        };
        let file = FileStore::open(folder.store()).expect("a store");
        for builder in [builder(), builder().store(memory.clone()), builder().store(file)] {
            let authenticator = builder.build().expect("an authenticator");
            let first = authenticator.authorization().await.expect("a token").generation();
            let _ = authenticator.reject(first);
            assert!(authenticator.authorization().await.expect("a token").generation() > first);
        }
    }
}

#[tokio::test]
async fn an_outage_ends_a_fetch_without_a_deadline_after_its_attempts() {
    let server = Server::start(|_| Reply::Response(503, "retry-after: 1e309\r\n", String::new()));
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    let retry = Retry::new().deadline(Duration::MAX);
    let authenticator = server.builder().clock(clock).retry(retry).build().expect("an authenticator");
    let error = token(&authenticator).await.expect_err("an outage");
    let hour = Duration::from_secs(3600);
    assert_eq!((server.requests(), error.retry_after()), (3, Some(hour)));
    assert_eq!(fake.elapsed(), 2 * hour);
}

/// Source that fails or issues tokens, with durations that have no end.
struct Endless {
    fetches: Arc<AtomicUsize>,
    respond: fn() -> Result<Token, Error>,
}

impl TokenSource for Endless {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        async { (self.respond)() }.boxed()
    }

    fn key(&self) -> CacheKey {
        crate::stores::key("endless")
    }
}

fn endless(clock: &Clock, respond: fn() -> Result<Token, Error>) -> (Authenticator, Arc<AtomicUsize>) {
    let fetches = Arc::new(AtomicUsize::new(0));
    let source = Endless { fetches: Arc::clone(&fetches), respond };
    let builder = Authenticator::builder(Credentials::custom(source)).clock(clock.clone()).store(MemoryStore::new());
    (builder.build().expect("an authenticator"), fetches)
}

#[tokio::test]
async fn a_source_that_fails_without_an_end_is_called_again_after_an_hour() {
    let failures: [fn() -> Result<Token, Error>; 2] = [
        || Err(Error::unavailable("down").with_retry_after(Duration::MAX)),
        || Err(Error::refused("no", None, None).with_retry_after(Duration::MAX)),
    ];
    for respond in failures {
        let (clock, fake) = Clock::fake();
        let (authenticator, fetches) = endless(&clock, respond);
        for fetch in 1..=3 {
            let error = token(&authenticator).await.expect_err("an outage");
            assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
            assert_eq!(token(&authenticator).await.expect_err("the same outage").kind(), error.kind());
            assert_eq!(fetches.load(Ordering::SeqCst), fetch);
            fake.advance(Duration::from_secs(3600));
        }
    }
}

#[tokio::test]
async fn a_token_without_an_end_is_used_until_it_is_rejected() {
    let (clock, fake) = Clock::fake();
    let (authenticator, fetches) = endless(&clock, || Ok(Token::new("t").lifetime(Lifetime::For(Duration::MAX))));
    for _ in 0..4 {
        token(&authenticator).await.expect("a token");
        fake.advance(Duration::from_secs(50 * 365 * 24 * 3600));
    }
    let authorization = authenticator.authorization().await.expect("a token");
    let info = authenticator.token_info().expect("a token");
    assert!(info.remaining > Some(Duration::from_secs(u64::MAX / 2)));
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
    let _ = authenticator.reject(authorization.generation());
    token(&authenticator).await.expect("a token");
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_clock_without_an_end_expires_every_token_and_breaks_nothing() {
    let server = Server::tokens("3600");
    let (authenticator, fake) = server.on_fake_clock();
    for _ in 0..3 {
        token(&authenticator).await.expect("a token");
        fake.advance(Duration::MAX);
    }
    assert_eq!(server.requests(), 3);
}
