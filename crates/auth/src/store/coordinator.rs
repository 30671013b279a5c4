//! Coordination of fetches through a store: read the store, acquire its lock, fetch, publish the token.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::cache::fetcher::{Coordinator, FetchRequest, Fetched, Fetcher};
use crate::cache::snapshot::refresh_from;
use crate::clock::Clock;
use crate::credentials::custom::FetchReason;
use crate::error::{Error, ErrorKind};
use crate::retry::{REFUSAL_PERIOD, random};
use crate::store::stored_token::StoredToken;
use crate::store::telemetry;
use crate::store::token_store::{Lease, TokenStore};
use crate::token::cache_key::CacheKey;
use crate::token::headers::Headers;
use crate::token::lifetime::Lifetime;
use crate::token::version::TokenVersion;

/// Time limit of a store operation. A store that exceeds it counts as down.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Time limit of [`TokenStore::prepare`], for the derivation of a name on a busy machine.
const PREPARE_TIMEOUT: Duration = Duration::from_secs(10);

/// Period for which a fetch may block the fetches of other processes, unless the builder sets another.
pub(crate) const DEFAULT_LEASE: Duration = Duration::from_secs(10);

/// First and longest delay between two attempts to acquire the lock. The delay doubles.
const LOCK_DELAYS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));

/// A store and its availability.
pub(crate) struct StoreCoordinator {
    store: Arc<dyn TokenStore>,
    lease: Duration,
    down: AtomicBool,
}

/// Outcome of waiting for the store's lock.
enum LockOutcome {
    /// Another process fetched a token in the meantime.
    Fetched(Fetched),
    /// This process must fetch.
    Fetch {
        /// Unusable token in the store, whose refresh token and version remain of use.
        stored: Option<StoredToken>,
        /// Acquired lock; `None` if the store is down or the holder of the lock hangs.
        lease: Option<Box<dyn Lease>>,
    },
}

/// Content of the store under a key.
enum StoreContent {
    Empty,
    Usable(Box<Fetched>),
    Unusable(StoredToken),
}

impl Coordinator for StoreCoordinator {
    fn fetch<'a>(&'a self, fetcher: &'a Fetcher, request: FetchRequest) -> BoxFuture<'a, Result<Fetched, Error>> {
        Box::pin(self.fetch(fetcher, request))
    }
}

impl StoreCoordinator {
    pub(crate) fn new(store: Arc<dyn TokenStore>, lease: Duration) -> Self {
        Self { store, lease, down: AtomicBool::new(false) }
    }

    async fn fetch(&self, fetcher: &Fetcher, request: FetchRequest) -> Result<Fetched, Error> {
        let start = fetcher.clock.now();
        let key = fetcher.source.key();
        let available = self.prepare(&fetcher.clock, &key).await
            && match (request.reason, request.version) {
                (FetchReason::Rejected, Some(version)) => {
                    let unproven_at = request.rejected_unproven.then(|| fetcher.clock.wall());
                    self.call(&fetcher.clock, || self.store.invalidate(&key, version, unproven_at)).await.is_some()
                }
                _ => true,
            };
        let outcome = if available {
            self.acquire(fetcher, &key, &request, start).await
        } else {
            LockOutcome::Fetch { stored: None, lease: None }
        };
        let (stored, lease) = match outcome {
            LockOutcome::Fetched(fetched) => return Ok(fetched),
            LockOutcome::Fetch { stored, lease } => (stored, lease),
        };
        // Read under the lock, so that of all processes that wait for it, only the first sends refused credentials.
        let refusal = self.read_refusal(&fetcher.clock, &key).await;
        let result = match refusal.as_ref().and_then(|refusal| refusal.refused(fetcher.clock.wall())) {
            Some(error) => Err(error),
            None => self.fetch_and_publish(fetcher, &key, &request, start, stored, refusal).await,
        };
        if let Some(lease) = lease {
            release(&fetcher.clock, lease).await;
        }
        result
    }

    /// Requests a token from the source, and stores the token or the refusal for other processes.
    async fn fetch_and_publish(
        &self,
        fetcher: &Fetcher,
        key: &CacheKey,
        request: &FetchRequest,
        start: Duration,
        stored: Option<StoredToken>,
        refusal: Option<StoredToken>,
    ) -> Result<Fetched, Error> {
        let refresh_token =
            stored.as_ref().and_then(|stored| stored.refresh_token.clone()).or_else(|| request.refresh_token.clone());
        let mut result = fetcher.fetch_from_source(request, refresh_token.as_ref(), start).await;
        match &mut result {
            Ok(fetched) => self.publish(fetcher, key, request, stored.as_ref(), refresh_token, fetched).await,
            Err(_) if self.down.load(Ordering::Relaxed) => {}
            Err(error) => {
                // Another process may have succeeded in the meantime.
                if let StoreContent::Usable(fetched) = self.read(fetcher, key, request).await {
                    result = Ok(*fetched);
                } else if error.kind() == ErrorKind::Refused {
                    self.publish_refusal(&fetcher.clock, key, refusal.as_ref(), error).await;
                }
            }
        }
        result
    }

    /// Waits until another process has fetched, or until this process must fetch.
    async fn acquire(&self, fetcher: &Fetcher, key: &CacheKey, request: &FetchRequest, start: Duration) -> LockOutcome {
        let Fetcher { clock, retry, .. } = fetcher;
        // Sufficient for the lease of a dead holder and the fetch of its successor.
        let limit = self.lease.saturating_mul(2).min(retry.deadline / 3 * 2);
        let mut delay = LOCK_DELAYS.0;
        loop {
            let stored = match self.read(fetcher, key, request).await {
                StoreContent::Usable(fetched) => return LockOutcome::Fetched(*fetched),
                StoreContent::Empty => None,
                StoreContent::Unusable(stored) => Some(stored),
            };
            if self.down.load(Ordering::Relaxed) {
                return LockOutcome::Fetch { stored: None, lease: None };
            }
            match self.call(clock, || self.store.lock(key, self.lease)).await {
                None => return LockOutcome::Fetch { stored, lease: None },
                Some(Some(lease)) => {
                    // The previous holder may have published a token between the read and the lock.
                    return match self.read(fetcher, key, request).await {
                        StoreContent::Usable(fetched) => {
                            release(clock, lease).await;
                            LockOutcome::Fetched(*fetched)
                        }
                        StoreContent::Empty => LockOutcome::Fetch { stored: None, lease: Some(lease) },
                        StoreContent::Unusable(stored) => {
                            LockOutcome::Fetch { stored: Some(stored), lease: Some(lease) }
                        }
                    };
                }
                Some(None) if clock.now().saturating_sub(start) >= limit => {
                    telemetry::lock_timeout(fetcher.source.label(), self.store.label());
                    return LockOutcome::Fetch { stored, lease: None };
                }
                Some(None) => {}
            }
            clock.sleep(delay.mul_f64(0.5 + 0.5 * random())).await;
            delay = (2 * delay).min(LOCK_DELAYS.1);
        }
    }

    async fn read(&self, fetcher: &Fetcher, key: &CacheKey, request: &FetchRequest) -> StoreContent {
        match self.call(&fetcher.clock, || self.store.get(key)).await.flatten() {
            None => StoreContent::Empty,
            Some(stored) => match adopt(&stored, &fetcher.clock, request) {
                Some(fetched) => StoreContent::Usable(Box::new(fetched)),
                None => StoreContent::Unusable(stored),
            },
        }
    }

    /// Returns the record of the last refusal, which may no longer be in effect.
    async fn read_refusal(&self, clock: &Clock, key: &CacheKey) -> Option<StoredToken> {
        if self.down.load(Ordering::Relaxed) {
            return None;
        }
        let key = key.of_refusal();
        self.call(clock, || self.store.get(&key)).await.flatten()
    }

    /// Stores a refusal, so that no process sends the credentials again before its period has passed.
    async fn publish_refusal(&self, clock: &Clock, key: &CacheKey, last: Option<&StoredToken>, error: &Error) {
        let version = TokenVersion::after(last.map_or(0, |last| last.version.number()));
        let period = error.retry_after().unwrap_or(REFUSAL_PERIOD);
        let record = StoredToken::of_refusal(version, error, clock.wall(), period);
        let key = key.of_refusal();
        self.call(clock, || self.store.put_if_newer(&key, &record)).await;
    }

    /// Stores a fetched token for other processes.
    async fn publish(
        &self,
        fetcher: &Fetcher,
        key: &CacheKey,
        request: &FetchRequest,
        stored: Option<&StoredToken>,
        refresh_token: Option<SecretString>,
        fetched: &mut Fetched,
    ) {
        let known = [request.version, stored.map(StoredToken::version)];
        let number = known.into_iter().flatten().map(TokenVersion::number).max().unwrap_or(0);
        let version = TokenVersion::after(number);
        let rejected =
            if request.rejected_unproven { Some(fetcher.clock.wall()) } else { stored.and_then(StoredToken::rejected) };
        fetched.version = Some(version);
        fetched.rejected_ago = stored.and_then(|stored| stored.rejected_ago(fetcher.clock.wall()));
        let refresh_token = fetched.token.refresh_token.clone().or(refresh_token);
        let is_private = fetched.token.lifetime == Lifetime::SingleUse && refresh_token.is_none();
        // If the store was down a moment ago, its timeout would delay the callers once more.
        if is_private || self.down.load(Ordering::Relaxed) {
            return;
        }
        let token = StoredToken::new(version, &fetched.token, fetched.requested.wall, refresh_token, rejected);
        // If the store has a newer token, it remains for the other processes; this process uses its own.
        self.call(&fetcher.clock, || self.store.put_if_newer(key, &token)).await;
    }

    /// Runs a store operation with a time limit, and logs when the store becomes unavailable or available again.
    async fn call<'a, T>(
        &'a self,
        clock: &Clock,
        operation: impl FnOnce() -> BoxFuture<'a, Result<T, Error>>,
    ) -> Option<T> {
        match bounded(clock, STORE_TIMEOUT, operation).await {
            Ok(value) => {
                if self.down.swap(false, Ordering::Relaxed) {
                    telemetry::store_recovered(self.store.label());
                }
                Some(value)
            }
            Err(error) => {
                self.on_failure(&error);
                None
            }
        }
    }

    /// Prepares the store for a key. Returns false if the store is unavailable.
    async fn prepare(&self, clock: &Clock, key: &CacheKey) -> bool {
        let result = bounded(clock, PREPARE_TIMEOUT, || self.store.prepare(key)).await;
        // A success does not show that the store is available: most stores have nothing to prepare.
        result.inspect_err(|error| self.on_failure(error)).is_ok()
    }

    fn on_failure(&self, error: &Error) {
        if !self.down.swap(true, Ordering::Relaxed) {
            telemetry::store_down(self.store.label(), error);
        }
    }
}

/// Runs a store operation with a time limit. A store that panics counts as down.
async fn bounded<'a, T>(
    clock: &Clock,
    limit: Duration,
    operation: impl FnOnce() -> BoxFuture<'a, Result<T, Error>>,
) -> Result<T, Error> {
    // The operation may panic before it returns its future.
    let operation = AssertUnwindSafe(async { operation().await }).catch_unwind();
    match clock.timeout(limit, operation).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Error::unavailable("the store panicked; correct its implementation")),
        Err(_) => {
            let seconds = limit.as_secs();
            Err(Error::unavailable(format!("the store did not respond within {seconds} seconds")))
        }
    }
}

/// Releases a lock. One that cannot be released in time expires with its lease.
async fn release(clock: &Clock, lease: Box<dyn Lease>) {
    let release = AssertUnwindSafe(async { lease.release().await }).catch_unwind();
    let _ = clock.timeout(STORE_TIMEOUT, release).await;
}

/// Converts a stored token for use by this process, if it is better than the token that this process has.
fn adopt(stored: &StoredToken, clock: &Clock, request: &FetchRequest) -> Option<Fetched> {
    let now = clock.instants();
    let (token, age) = stored.usable(now.wall)?;
    let better = match (request.reason, request.version) {
        (_, Some(ours)) if ours == stored.version => false,
        // A token of an earlier fetch may have been rejected as well.
        (FetchReason::Rejected, Some(ours)) => stored.version.number() > ours.number(),
        // A token that is due for a refresh itself is no improvement while the current one is valid.
        (FetchReason::Refresh, _) => age < refresh_from(token.lifetime, request.jitter),
        _ => true,
    };
    let headers = if better { Headers::bearer(&token.value).ok()? } else { return None };
    Some(Fetched {
        token,
        headers,
        requested: now.earlier_by(age),
        margin: stored.margin(),
        version: Some(stored.version),
        rejected_ago: stored.rejected_ago(now.wall),
        shared: true,
    })
}
