//! Token endpoint and store that count requests.

use std::ops::{Add, Div, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use futures::FutureExt as _;
use keyfob_auth::{
    BoxFuture, CacheKey, Error, Lease, Lifetime, MemoryStore, SecretString, StoredToken, Token, TokenRequest,
    TokenSource, TokenStore, TokenVersion,
};
use keyfob_bench::token_server::TOKEN_BYTES;

/// Numbers of requests by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) fetches: u64,
    pub(super) gets: u64,
    pub(super) locks: u64,
    pub(super) puts: u64,
    pub(super) releases: u64,
}

impl Counts {
    /// Returns the number of store operations.
    pub(super) fn operations(self) -> u64 {
        self.gets + self.locks + self.puts + self.releases
    }

    fn with(self, other: Self, join: fn(u64, u64) -> u64) -> Self {
        Self {
            fetches: join(self.fetches, other.fetches),
            gets: join(self.gets, other.gets),
            locks: join(self.locks, other.locks),
            puts: join(self.puts, other.puts),
            releases: join(self.releases, other.releases),
        }
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.with(other, u64::add)
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.with(other, u64::sub)
    }
}

impl Div<u64> for Counts {
    type Output = Self;

    fn div(self, by: u64) -> Self {
        self.with(Self { fetches: by, gets: by, locks: by, puts: by, releases: by }, u64::div_ceil)
    }
}

/// Token endpoint without network.
#[derive(Clone)]
pub(super) struct Endpoint {
    /// Name in the cache key of the tokens.
    name: String,
    delay: Duration,
    lifetime: Duration,
    fetches: Arc<AtomicU64>,
}

impl Endpoint {
    pub(super) fn new(delay: Duration, lifetime: Duration) -> Self {
        Self { name: "fleet".to_owned(), delay, lifetime, fetches: Arc::default() }
    }

    /// Creates an endpoint whose tokens have a separate cache key.
    pub(super) fn named(number: usize) -> Self {
        Self { name: number.to_string(), ..Self::new(Duration::ZERO, super::LIFETIME) }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { fetches: self.fetches.load(Ordering::Relaxed), ..Counts::default() }
    }
}

impl TokenSource for Endpoint {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        async {
            self.fetches.fetch_add(1, Ordering::Relaxed);
            wait(self.delay).await;
            Ok(Token::new("x".repeat(TOKEN_BYTES)).lifetime(Lifetime::For(self.lifetime)))
        }
        .boxed()
    }

    fn key(&self) -> CacheKey {
        CacheKey::new([self.name.as_str()], &SecretString::from("secret"))
    }
}

/// In-memory store with a delay per operation.
#[derive(Clone)]
pub(super) struct Counting {
    store: MemoryStore,
    delay: Duration,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Counters {
    gets: AtomicU64,
    locks: AtomicU64,
    puts: AtomicU64,
    releases: AtomicU64,
}

impl Counting {
    pub(super) fn new(delay: Duration) -> Self {
        Self { store: MemoryStore::new(), delay, counters: Arc::default() }
    }

    pub(super) fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counters { gets, locks, puts, releases } = &*self.counters;
        Counts { fetches: 0, gets: read(gets), locks: read(locks), puts: read(puts), releases: read(releases) }
    }

    async fn count(&self, counter: fn(&Counters) -> &AtomicU64) {
        counter(&self.counters).fetch_add(1, Ordering::Relaxed);
        wait(self.delay).await;
    }
}

/// Sleeps for `delay`; a zero delay does not use the timer.
async fn wait(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

impl TokenStore for Counting {
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        async {
            self.count(|counters| &counters.gets).await;
            self.store.get(key).await
        }
        .boxed()
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        async {
            self.count(|counters| &counters.puts).await;
            self.store.put_if_newer(key, token).await
        }
        .boxed()
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
            self.count(|counters| &counters.locks).await;
            let acquired = self.store.lock(key, lease).await?;
            Ok(acquired.map(|lease| -> Box<dyn Lease> {
                Box::new(CountingLease { lease, counters: Arc::clone(&self.counters) })
            }))
        }
        .boxed()
    }
}

struct CountingLease {
    lease: Box<dyn Lease>,
    counters: Arc<Counters>,
}

impl Lease for CountingLease {
    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        self.counters.releases.fetch_add(1, Ordering::Relaxed);
        self.lease.release()
    }
}
