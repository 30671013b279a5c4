//! A fetch in a fleet: look into the store, become the one who asks, ask, and tell the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::authorization::Headers;
use crate::clock::Clock;
use crate::error::Error;
use crate::fetch::{Fetched, Fetcher, Obtain, Wish};
use crate::key::CacheKey;
use crate::retry::random;
use crate::snapshot::refresh_from;
use crate::source::FetchReason;
use crate::store::{Lease, StoredToken, TokenStore, telemetry};
use crate::token::Lifetime;
use crate::version::TokenVersion;

/// A store that takes longer than this is down.
const STORE_LIMIT: Duration = Duration::from_secs(2);

/// How long a fetch may keep others from fetching, unless the builder says otherwise.
pub(crate) const LEASE: Duration = Duration::from_secs(10);

/// The pauses between two looks at somebody else's lock.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));

/// The store, and how it is.
pub(crate) struct Sharing {
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) lease: Duration,
    down: AtomicBool,
}

/// What asking around led to.
enum Turn {
    /// Somebody has fetched.
    Served(Fetched),
    /// It is ours to fetch, with what the store holds, and with its lock unless the store is down or the holder stuck.
    Ours(Option<StoredToken>, Option<Box<dyn Lease>>),
}

impl Obtain for Sharing {
    fn obtain<'a>(&'a self, fetcher: &'a Fetcher, wish: Wish) -> BoxFuture<'a, Result<Fetched, Error>> {
        Box::pin(self.obtain(fetcher, wish))
    }
}

impl Sharing {
    pub(crate) fn new(store: Arc<dyn TokenStore>, lease: Duration) -> Self {
        Self { store, lease, down: AtomicBool::new(false) }
    }

    async fn obtain(&self, fetcher: &Fetcher, wish: Wish) -> Result<Fetched, Error> {
        let start = fetcher.clock.now();
        let key = fetcher.source.key();
        let up = match (wish.reason, wish.version) {
            (FetchReason::Rejected, Some(version)) => {
                let at = fetcher.clock.wall();
                self.ask(&fetcher.clock, self.store.invalidate(&key, version, at)).await.is_some()
            }
            _ => true,
        };
        let turn = if up { self.turn(fetcher, &key, &wish, start).await } else { Turn::Ours(None, None) };
        let (stored, lease) = match turn {
            Turn::Served(fetched) => return Ok(fetched),
            Turn::Ours(stored, lease) => (stored, lease),
        };
        let refresh_token =
            stored.as_ref().and_then(|stored| stored.refresh_token.clone()).or_else(|| wish.refresh_token.clone());
        let mut result = fetcher.run(wish.reason, refresh_token.clone(), start).await;
        match &mut result {
            Ok(fetched) => self.share(fetcher, &key, &wish, stored.as_ref(), refresh_token, fetched).await,
            Err(_) if self.down.load(Ordering::Relaxed) => {}
            // Another process may have had more luck.
            Err(_) => {
                if let Ok(Some(fetched)) = self.look(fetcher, &key, &wish).await {
                    result = Ok(fetched);
                }
            }
        }
        if let Some(lease) = lease {
            // Not for longer than anything else of the store: its lock ends by itself.
            let _ = fetcher.clock.timeout(STORE_LIMIT, lease.release()).await;
        }
        result
    }

    /// Waits until somebody has fetched, or it is our turn.
    async fn turn(&self, fetcher: &Fetcher, key: &CacheKey, wish: &Wish, start: Duration) -> Turn {
        let Fetcher { clock, retry, .. } = fetcher;
        // Long enough for a dead holder's lease and then for the fetch of whoever is next.
        let patience = (2 * self.lease).min(retry.deadline * 2 / 3);
        let mut pause = PAUSES.0;
        loop {
            let stored = match self.look(fetcher, key, wish).await {
                Ok(Some(fetched)) => return Turn::Served(fetched),
                Ok(None) => None,
                Err(stored) => Some(stored),
            };
            if self.down.load(Ordering::Relaxed) {
                return Turn::Ours(None, None);
            }
            match self.ask(clock, self.store.lock(key, self.lease)).await {
                None => return Turn::Ours(stored, None),
                Some(Some(lease)) => {
                    // Its last holder may have finished between our look and our lock.
                    return match self.look(fetcher, key, wish).await {
                        Ok(Some(fetched)) => {
                            let _ = clock.timeout(STORE_LIMIT, lease.release()).await;
                            Turn::Served(fetched)
                        }
                        Ok(None) => Turn::Ours(None, Some(lease)),
                        Err(stored) => Turn::Ours(Some(stored), Some(lease)),
                    };
                }
                Some(None) if clock.now().saturating_sub(start) >= patience => {
                    telemetry::impatient(fetcher.source.label(), self.store.label());
                    return Turn::Ours(stored, None);
                }
                Some(None) => {}
            }
            clock.sleep(pause.mul_f64(0.5 + 0.5 * random())).await;
            pause = (2 * pause).min(PAUSES.1);
        }
    }

    /// Looks into the store: a token to use, or nothing, or what is there but of no use.
    async fn look(&self, fetcher: &Fetcher, key: &CacheKey, wish: &Wish) -> Result<Option<Fetched>, StoredToken> {
        match self.ask(&fetcher.clock, self.store.get(key)).await.flatten() {
            None => Ok(None),
            Some(stored) => adopt(&stored, &fetcher.clock, wish).map(Some).ok_or(stored),
        }
    }

    /// Tells the others about a new token.
    async fn share(
        &self,
        fetcher: &Fetcher,
        key: &CacheKey,
        wish: &Wish,
        stored: Option<&StoredToken>,
        refresh_token: Option<SecretString>,
        fetched: &mut Fetched,
    ) {
        let known = [wish.version, stored.map(StoredToken::version)];
        let number = known.into_iter().flatten().map(TokenVersion::number).max().unwrap_or(0);
        let version = TokenVersion::after(number);
        let rejected = match wish.reason {
            FetchReason::Rejected => Some(fetcher.clock.wall()),
            _ => stored.and_then(StoredToken::rejected),
        };
        fetched.version = Some(version);
        fetched.rejected_ago = stored.and_then(|stored| stored.rejected_ago(fetcher.clock.wall()));
        let refresh_token = fetched.token.refresh_token.clone().or(refresh_token);
        // A store that was down a moment ago is not waited for again.
        if self.down.load(Ordering::Relaxed)
            || (fetched.token.lifetime == Lifetime::SingleUse && refresh_token.is_none())
        {
            return;
        }
        let token = StoredToken::new(version, &fetched.token, fetched.asked.wall, refresh_token, rejected);
        // If somebody's newer token is there, theirs stays for the others and ours is good for us.
        self.ask(&fetcher.clock, self.store.put_if_newer(key, &token)).await;
    }

    /// Asks the store, but not for long, and tells once when it is down and once when it is back.
    async fn ask<T>(&self, clock: &Clock, asked: BoxFuture<'_, Result<T, Error>>) -> Option<T> {
        let answer = clock.timeout(STORE_LIMIT, asked).await.unwrap_or_else(|_| {
            let seconds = STORE_LIMIT.as_secs();
            Err(Error::unavailable(format!("it did not answer within {seconds} seconds")))
        });
        match answer {
            Ok(answer) => {
                if self.down.swap(false, Ordering::Relaxed) {
                    telemetry::is_back(self.store.label());
                }
                Some(answer)
            }
            Err(error) => {
                if !self.down.swap(true, Ordering::Relaxed) {
                    telemetry::is_down(self.store.label(), &error);
                }
                None
            }
        }
    }
}

/// Makes a stored token ours, if it is better than what we have.
fn adopt(stored: &StoredToken, clock: &Clock, wish: &Wish) -> Option<Fetched> {
    let now = clock.moment();
    let (token, age) = stored.usable(now.wall)?;
    let better = match (wish.reason, wish.version) {
        (_, Some(ours)) if ours == stored.version => false,
        // One of an earlier fetch may have been rejected as well.
        (FetchReason::Rejected, Some(ours)) => stored.version.number() > ours.number(),
        // There is time to get a better one.
        (FetchReason::Refresh, _) => age < refresh_from(token.lifetime, wish.jitter),
        _ => true,
    };
    let headers = if better { Headers::bearer(&token.value).ok()? } else { return None };
    Some(Fetched {
        token,
        headers,
        asked: now.before(age),
        margin: stored.margin(),
        version: Some(stored.version),
        rejected_ago: stored.rejected_ago(now.wall),
        shared: true,
    })
}
