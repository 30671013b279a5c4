//! Token store in the memory of one process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use crate::error::Error;
use crate::store::stored_token::StoredToken;
use crate::store::token_store::{Lease, TokenStore};
use crate::token::cache_key::CacheKey;
use crate::token::version::{TokenVersion, random};

/// Token store for several authenticators in one process. All clones share their tokens.
///
/// A single [`Authenticator`](crate::Authenticator) and its clones share their token without a store.
#[derive(Clone, Default)]
pub struct MemoryStore {
    slots: Arc<Mutex<HashMap<CacheKey, Slot>>>,
}

#[derive(Default)]
struct Slot {
    token: Option<StoredToken>,
    /// Fencing token of the lock's holder, and the end of its lease; `None` for a lease without an end.
    lock: Option<(u64, Option<Instant>)>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<CacheKey, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T: Send + 'static>(
        &self,
        key: &CacheKey,
        change: impl FnOnce(&mut Slot) -> T,
    ) -> BoxFuture<'static, Result<T, Error>> {
        ready(Ok(change(self.slots().entry(*key).or_default()))).boxed()
    }
}

impl TokenStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a CacheKey) -> BoxFuture<'a, Result<Option<StoredToken>, Error>> {
        self.change(key, |slot| slot.token.clone())
    }

    fn put_if_newer<'a>(&'a self, key: &'a CacheKey, token: &'a StoredToken) -> BoxFuture<'a, Result<bool, Error>> {
        self.change(key, |slot| {
            let newer = slot.token.as_ref().is_none_or(|old| old.version.number() < token.version.number());
            if newer {
                slot.token = Some(token.clone());
            }
            newer
        })
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a CacheKey,
        version: TokenVersion,
        unproven_at: Option<SystemTime>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.change(key, |slot| {
            let current = slot.token.as_ref().filter(|token| token.version == version);
            let invalidated = current.map(|token| token.invalidated(unproven_at));
            let replaced = invalidated.is_some();
            slot.token = invalidated.or_else(|| slot.token.take());
            replaced
        })
    }

    fn lock<'a>(&'a self, key: &'a CacheKey, lease: Duration) -> BoxFuture<'a, Result<Option<Box<dyn Lease>>, Error>> {
        let acquired = self.change(key, |slot| {
            let now = Instant::now();
            if slot.lock.is_some_and(|(_, until)| until.is_none_or(|until| now < until)) {
                return None;
            }
            let fence = random();
            slot.lock = Some((fence, now.checked_add(lease)));
            Some(fence)
        });
        let (store, key) = (self.clone(), *key);
        acquired
            .map(move |acquired| {
                acquired
                    .map(|fence| fence.map(|fence| -> Box<dyn Lease> { Box::new(MemoryLease { store, key, fence }) }))
            })
            .boxed()
    }

    fn label(&self) -> &'static str {
        "memory"
    }
}

struct MemoryLease {
    store: MemoryStore,
    key: CacheKey,
    fence: u64,
}

impl Lease for MemoryLease {
    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        if let Some(slot) = self.store.slots().get_mut(&self.key) {
            slot.lock.take_if(|(fence, _)| *fence == self.fence);
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}
