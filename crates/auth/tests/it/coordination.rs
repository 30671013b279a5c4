//! Fetches through a store, beside other processes that use it at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, AuthenticatorBuilder, BoxFuture, CacheKey, Clock, Credentials, Error, FakeClock, Lease, Lifetime,
    MemoryStore, Rejection, Retry, StoredToken, Token, TokenRequest, TokenSource, TokenStore, TokenVersion,
};

use crate::secrets::Log;
use crate::server::{settled, token};
use crate::stores::{key, stored_at};

/// Source of the tokens `t1`, `t2`, …, valid for an hour each.
#[derive(Clone, Default)]
struct Source(Arc<AtomicUsize>);

impl Source {
    fn fetches(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn on(&self, clock: &Clock, store: impl TokenStore) -> AuthenticatorBuilder {
        Authenticator::builder(Credentials::custom(self.clone())).clock(clock.clone()).store(store)
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let hour = Lifetime::For(Duration::from_secs(3600));
        async move { Ok(Token::new(format!("t{number}")).lifetime(hour)) }.boxed()
    }

    fn key(&self) -> CacheKey {
        key("coordination")
    }
}

/// Store that other processes use too.
#[derive(Clone, Default)]
struct Busy {
    store: MemoryStore,
    /// Content in place of that of `store`, once it is set.
    content: Arc<Mutex<Option<StoredToken>>>,
    /// Token that another process stores just before it releases the lock.
    stored_before_lock: Option<StoredToken>,
    /// Another process never releases the lock.
    is_locked: bool,
}

impl Busy {
    fn set(&self, token: StoredToken) {
        self.content.lock().expect("not poisoned").replace(token);
    }
}

impl TokenStore for Busy {
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        match self.content.lock().expect("not poisoned").clone() {
            Some(token) => async { Ok(Some(token)) }.boxed(),
            None => self.store.get(key),
        }
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        self.store.put_if_newer(key, token)
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.store.invalidate(key, version, unproven_at)
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        async move {
            if let Some(token) = &self.stored_before_lock {
                self.store.put_if_newer(key, token).await?;
            }
            if self.is_locked { Ok(None) } else { self.store.lock(key, lease).await }
        }
        .boxed()
    }
}

fn clock() -> (Clock, FakeClock) {
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    (clock, fake)
}

/// Creates a stored token with this version that was issued this many seconds ago.
fn issued(clock: &Clock, seconds: u64, number: u64, nonce: u64) -> StoredToken {
    stored_at(number, nonce, clock.wall() - Duration::from_secs(seconds))
}

#[tokio::test]
async fn a_token_that_is_stored_between_the_first_read_and_the_lock_is_used() {
    let (source, (clock, _)) = (Source::default(), clock());
    let store = Busy { stored_before_lock: Some(issued(&clock, 0, 5, 9)), ..Busy::default() };
    let authenticator = source.on(&clock, store.clone()).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t9");
    assert_eq!(source.fetches(), 0);
    let lease = store.store.lock(&source.key(), Duration::from_secs(10)).await.expect("up");
    assert!(lease.is_some(), "the lock is released");
}

#[tokio::test]
async fn a_token_that_is_due_for_a_refresh_is_adopted_only_by_a_process_without_a_valid_one() {
    let (source, store, (clock, fake)) = (Source::default(), Busy::default(), clock());
    let authenticator = source.on(&clock, store.clone()).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    // Later than any jitter delays the refresh: both tokens are due.
    fake.advance(Duration::from_secs(3130));
    store.set(issued(&clock, 3230, 7, 90));
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    settled(&fake).await;
    assert_eq!(token(&authenticator).await.expect("a token"), "t2", "fetched, not adopted");
    let other = source.on(&clock, store.clone()).build().expect("an authenticator");
    assert_eq!(token(&other).await.expect("a token"), "t90", "adopted: this process has no token");
    // A token that is not due is adopted in place of a refresh.
    fake.advance(Duration::from_secs(3130));
    store.set(issued(&clock, 10, 99, 91));
    token(&authenticator).await.expect("a token");
    settled(&fake).await;
    assert_eq!(token(&authenticator).await.expect("a token"), "t91");
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn after_a_rejection_only_a_token_with_a_higher_number_is_adopted() {
    let (source, store, (clock, fake)) = (Source::default(), Busy::default(), clock());
    let authenticator = source.on(&clock, store.clone()).build().expect("an authenticator");
    let reject = async || authenticator.reject(authenticator.authorization().await.expect("a token").generation());
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    // Another process fetched at the same time. Its token may be of an earlier fetch, and may have been rejected too.
    store.set(issued(&clock, 0, 1, 70));
    assert_eq!(reject().await, Rejection::Replay);
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
    fake.advance(Duration::from_secs(31));
    store.set(issued(&clock, 0, 3, 71));
    assert_eq!(reject().await, Rejection::Replay);
    assert_eq!(token(&authenticator).await.expect("a token"), "t71");
    assert_eq!(source.fetches(), 2);
}

/// Returns the time for which a process waits for the holder of a lock that is never released.
async fn waited(lease: u64, deadline: u64) -> Duration {
    let (source, (clock, fake)) = (Source::default(), clock());
    let store = Busy { is_locked: true, ..Busy::default() };
    let retry = Retry::new().deadline(Duration::from_secs(deadline));
    let builder = source.on(&clock, store).lease(Duration::from_secs(lease)).retry(retry);
    assert_eq!(token(&builder.build().expect("an authenticator")).await.expect("a token"), "t1");
    fake.elapsed()
}

#[tokio::test]
async fn a_process_waits_two_leases_for_the_lock_but_at_most_two_thirds_of_its_deadline() {
    for (lease, deadline, seconds) in [(1, 30, 2), (3, 30, 6), (10, 30, 20), (3600, 30, 20), (3600, 60, 40)] {
        let (waited, limit) = (waited(lease, deadline).await, Duration::from_secs(seconds));
        // The lock is tried at least five times a second.
        assert!(waited >= limit && waited <= limit + Duration::from_millis(200), "{lease} {deadline}: {waited:?}");
    }
}

/// Store whose operations panic, at once or in their futures. Its lock can be acquired and panics when it is released.
#[derive(Clone, Copy)]
enum Panicking {
    AtOnce,
    InTheFuture,
    OnRelease,
}

fn fail<T>() -> T {
    panic!("panics on purpose")
}

impl Panicking {
    fn operation<T: Default + Send + 'static>(self) -> BoxFuture<'static, Result<T, Error>> {
        match self {
            Self::AtOnce => fail(),
            Self::InTheFuture => async { fail() }.boxed(),
            Self::OnRelease => async { Ok(T::default()) }.boxed(),
        }
    }
}

impl TokenStore for Panicking {
    fn get<'a>(&'a self, _: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        self.operation()
    }

    fn put_if_newer<'a>(&'a self, _: &'a CacheKey, _: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        self.operation()
    }

    fn invalidate<'a>(
        &'a self,
        _: &'a CacheKey,
        _: TokenVersion,
        _: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.operation()
    }

    fn lock<'a>(&'a self, _: &'a CacheKey, _: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        let acquired = self.operation::<()>();
        async move {
            acquired.await?;
            Ok(Some(Box::new(PanickingLease) as Box<dyn Lease>))
        }
        .boxed()
    }
}

struct PanickingLease;

impl Lease for PanickingLease {
    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        fail()
    }
}

#[tokio::test]
async fn a_store_that_panics_is_a_store_that_is_down() {
    for store in [Panicking::AtOnce, Panicking::InTheFuture, Panicking::OnRelease] {
        let log = Log::start();
        let (source, (clock, fake)) = (Source::default(), clock());
        let authenticator = source.on(&clock, store).build().expect("an authenticator");
        for number in 1..=3 {
            assert_eq!(token(&authenticator).await.expect("a token"), format!("t{number}"));
            fake.advance(Duration::from_secs(3600));
        }
        assert_eq!(source.fetches(), 3);
        let logged = log.end().matches("the token store is unavailable").count();
        assert_eq!(logged, usize::from(!matches!(store, Panicking::OnRelease)));
    }
}
