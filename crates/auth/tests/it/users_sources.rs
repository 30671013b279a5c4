//! Sources that users write, and cache keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Clock, Credentials, Error, ErrorKind, FetchReason, Lifetime, SecretString,
    Token, TokenRequest, TokenSource,
};

use crate::server::{Reply, Server, token};

/// Counts, and does what a test says.
struct Source {
    fetches: Arc<AtomicUsize>,
    answer: fn(usize, &TokenRequest<'_>) -> Result<Token, Error>,
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
        async move { (self.answer)(number, &request) }.boxed()
    }

    fn key(&self) -> CacheKey {
        CacheKey::new(["test"], &SecretString::from("secret"))
    }
}

fn source(
    answer: fn(usize, &TokenRequest<'_>) -> Result<Token, Error>,
) -> (Authenticator, keyfob_auth::FakeClock, Arc<AtomicUsize>) {
    let fetches = Arc::new(AtomicUsize::new(0));
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    let credentials = Credentials::custom(Source { fetches: Arc::clone(&fetches), answer });
    (Authenticator::builder(credentials).clock(clock).build().expect("an authenticator"), fake, fetches)
}

#[tokio::test]
async fn a_users_own_source_is_cached_refreshed_and_told_why() {
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
async fn a_source_that_panics_is_an_error_to_its_callers_and_no_storm() {
    let (authenticator, _clock, fetches) = source(|_, _| panic!("the source is broken"));
    for _ in 0..100 {
        let error = token(&authenticator).await.expect_err("a panic");
        assert_eq!(error.kind(), ErrorKind::Malformed);
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn only_what_may_pass_is_repeated_for_a_users_own_source() {
    let (authenticator, _clock, fetches) = source(|_, _| Err(Error::unavailable("not now")));
    token(&authenticator).await.expect_err("an outage");
    assert_eq!(fetches.load(Ordering::SeqCst), 3);
    let (authenticator, _clock, fetches) = source(|_, _| Err(Error::refused("no", None, None)));
    token(&authenticator).await.expect_err("a refusal");
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_users_own_source_has_the_same_http_client_with_the_same_limits() {
    struct Http(String);
    impl TokenSource for Http {
        fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
            async move {
                let http = request.http();
                let wish = http.client()?.get(&self.0).build().map_err(|_| Error::configuration("no address"))?;
                let answer = http.send(wish).await?;
                if !answer.status().is_success() {
                    return Err(answer.to_error());
                }
                let token: String = answer.json()?;
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
