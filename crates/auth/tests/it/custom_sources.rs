//! Custom token sources.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Clock, Credentials, Error, ErrorKind, FetchReason, Lifetime, SecretString,
    Token, TokenRequest, TokenSource,
};

use crate::server::{Reply, Server, token};

/// Source that counts its fetches and returns the result that a test specifies.
struct Source {
    fetches: Arc<AtomicUsize>,
    respond: fn(usize, &TokenRequest<'_>) -> Result<Token, Error>,
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
        async move { (self.respond)(number, &request) }.boxed()
    }

    fn key(&self) -> CacheKey {
        CacheKey::new(["test"], &SecretString::from("secret"))
    }
}

fn source(
    respond: fn(usize, &TokenRequest<'_>) -> Result<Token, Error>,
) -> (Authenticator, keyfob_auth::FakeClock, Arc<AtomicUsize>) {
    let fetches = Arc::new(AtomicUsize::new(0));
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    let credentials = Credentials::custom(Source { fetches: Arc::clone(&fetches), respond });
    (Authenticator::builder(credentials).clock(clock).build().expect("an authenticator"), fake, fetches)
}

#[tokio::test]
async fn tokens_of_a_custom_source_are_cached_and_each_fetch_has_its_reason() {
    let (authenticator, clock, fetches) = source(|number, request| {
        let expected = [FetchReason::First, FetchReason::Expired, FetchReason::Rejected][number - 1];
        assert_eq!(request.reason(), expected);
        Ok(Token::new(format!("t{number}")).lifetime(Lifetime::For(Duration::from_secs(60))).scopes(["a"]))
    });
    for _ in 0..10 {
        assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    }
    clock.advance(Duration::from_secs(60));
    let authorization = authenticator.authorization().await.expect("a token");
    assert_eq!(crate::server::bearer(&authorization), "t2");
    let _ = authenticator.reject(authorization.generation());
    assert_eq!(token(&authenticator).await.expect("a token"), "t3");
    assert_eq!(fetches.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_source_that_panics_returns_an_error_and_is_called_once() {
    let (authenticator, _clock, fetches) = source(|_, _| panic!("the source is broken"));
    for _ in 0..100 {
        let error = token(&authenticator).await.expect_err("a panic");
        assert_eq!(error.kind(), ErrorKind::Malformed);
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn only_transient_errors_of_a_custom_source_are_retried() {
    let (authenticator, _clock, fetches) = source(|_, _| Err(Error::unavailable("not now")));
    token(&authenticator).await.expect_err("an outage");
    assert_eq!(fetches.load(Ordering::SeqCst), 3);
    let (authenticator, _clock, fetches) = source(|_, _| Err(Error::refused("no", None, None)));
    token(&authenticator).await.expect_err("a refusal");
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_custom_source_has_the_http_client_with_its_limits() {
    struct Http(String);
    impl TokenSource for Http {
        fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
            async move {
                let http = request.http();
                let request = http.client()?.get(&self.0).build().map_err(|_| Error::configuration("no URL"))?;
                let response = http.send(request).await?;
                if !response.status().is_success() {
                    return Err(response.to_error());
                }
                let token: String = response.json()?;
                Ok(Token::new(token))
            }
            .boxed()
        }
        fn key(&self) -> CacheKey {
            CacheKey::new([&self.0], &SecretString::from(""))
        }
    }
    let server = Server::start(|_| Reply::json(200, "\"t\""));
    let authenticator =
        Authenticator::builder(Credentials::custom(Http(server.url("/")))).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t");

    let plain = Http("http://id.example.com/".to_owned());
    let authenticator = Authenticator::builder(Credentials::custom(plain)).build().expect("an authenticator");
    let error = token(&authenticator).await.expect_err("plain http");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
