//! Storage of the active token, with a per-thread cache in front.
//!
//! Loading a shared pointer and cloning it modifies memory that other cores modify too. Each thread therefore remembers
//! the authorization that it handed out last, and reuses it while the cell's snapshot id is unchanged: one read of a
//! rarely modified number and one increment of the thread's own shard. The thread cache holds weak references, so that
//! a replaced token is freed at once.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use arc_swap::{ArcSwap, Guard};

use crate::cache::snapshot::Snapshot;
use crate::token::authorization::{Authorization, Generation, Shard};

/// Cell that holds the current [`Snapshot`].
pub(crate) struct TokenCell {
    snapshot: ArcSwap<Snapshot>,
    /// Id of `snapshot`.
    id: AtomicU64,
}

impl TokenCell {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self { id: AtomicU64::new(snapshot.id()), snapshot: ArcSwap::from_pointee(snapshot) }
    }

    pub(crate) fn load(&self) -> Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    pub(crate) fn load_full(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Replaces the snapshot. Readers that start after this returns do not see the old one.
    pub(crate) fn store(&self, snapshot: Arc<Snapshot>) {
        let id = snapshot.id();
        self.snapshot.store(snapshot);
        self.id.store(id, Ordering::Release);
    }

    /// Returns the authorization while the token's state need not be checked. This is the warm path.
    #[inline]
    pub(crate) fn fresh(&self, ticks: u64) -> Option<Authorization> {
        match lookup(self.id.load(Ordering::Acquire)) {
            Some(authorization) if authorization.is_fresh(ticks) => Some(authorization),
            _ => self.load_fresh(ticks),
        }
    }

    #[cold]
    fn load_fresh(&self, ticks: u64) -> Option<Authorization> {
        let snapshot = self.snapshot.load();
        let authorization = snapshot.authorization(thread_index()).filter(|found| found.is_fresh(ticks))?;
        insert(snapshot.id(), &authorization);
        Some(authorization)
    }
}

/// Number of slots in a thread's cache. Authenticators whose snapshot ids select the same slot evict each other.
const SLOTS: usize = 8;

/// Cache of one thread.
struct ThreadCache {
    slots: RefCell<[Option<Slot>; SLOTS]>,
    /// Index of this thread, which selects its shard of a token's headers; [`UNASSIGNED`] before the first use.
    index: Cell<usize>,
}

const UNASSIGNED: usize = usize::MAX;

/// Authorization that a thread handed out, and the id of its snapshot.
struct Slot {
    id: u64,
    generation: Generation,
    shard: Weak<Shard>,
}

thread_local! {
    static CACHE: ThreadCache =
        const { ThreadCache { slots: RefCell::new([const { None }; SLOTS]), index: Cell::new(UNASSIGNED) } };
}

fn slot(id: u64) -> usize {
    usize::try_from(id % SLOTS as u64).unwrap_or(0)
}

#[inline]
fn lookup(id: u64) -> Option<Authorization> {
    // Access fails in a thread whose thread-locals have been destroyed.
    let found = CACHE.try_with(|cache| {
        let slots = cache.slots.borrow();
        match &slots[slot(id)] {
            Some(found) if found.id == id => Some(Authorization::new(found.shard.upgrade()?, found.generation)),
            _ => None,
        }
    });
    found.ok().flatten()
}

fn insert(id: u64, authorization: &Authorization) {
    let entry = Slot { id, generation: authorization.generation(), shard: authorization.downgrade() };
    let _ = CACHE.try_with(|cache| cache.slots.borrow_mut()[slot(id)].replace(entry));
}

/// Returns the index of the current thread. Indices are assigned in the order of first use.
pub(crate) fn thread_index() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let next = || NEXT.fetch_add(1, Ordering::Relaxed);
    let assigned = CACHE.try_with(|cache| {
        if cache.index.get() == UNASSIGNED {
            cache.index.set(next());
        }
        cache.index.get()
    });
    assigned.unwrap_or_else(|_| next())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{AUTHORIZATION, HeaderMap};
    use secrecy::SecretString;

    use super::*;
    use crate::cache::snapshot::ActiveToken;
    use crate::clock::Clock;
    use crate::token::headers::Headers;

    fn snapshot(token: &str, clock: &Clock) -> Snapshot {
        let headers = Headers::bearer(&SecretString::from(token)).expect("legal");
        Snapshot::of(ActiveToken::fixed(headers, clock), clock)
    }

    fn header(cell: &TokenCell, clock: &Clock) -> Option<String> {
        let mut headers = HeaderMap::new();
        cell.fresh(clock.ticks())?.apply(&mut headers);
        Some(headers[AUTHORIZATION].to_str().expect("ASCII").to_owned())
    }

    #[test]
    fn a_thread_distinguishes_more_tokens_than_its_cache_has_slots() {
        let clock = Clock::system();
        let all: Vec<_> = (0..3 * SLOTS).map(|i| TokenCell::new(snapshot(&i.to_string(), &clock))).collect();
        for _ in 0..3 {
            for (i, cell) in all.iter().enumerate() {
                assert_eq!(header(cell, &clock), Some(format!("Bearer {i}")));
                assert_eq!(header(cell, &clock), Some(format!("Bearer {i}")));
            }
        }
    }

    #[test]
    fn a_cached_authorization_is_not_returned_after_its_token_is_replaced() {
        let clock = Clock::system();
        let cell = TokenCell::new(snapshot("old", &clock));
        for _ in 0..2 {
            assert_eq!(header(&cell, &clock).as_deref(), Some("Bearer old"));
        }
        cell.store(Arc::new(snapshot("new", &clock)));
        for _ in 0..2 {
            assert_eq!(header(&cell, &clock).as_deref(), Some("Bearer new"));
        }
        cell.store(Arc::new(Snapshot::empty()));
        assert_eq!(header(&cell, &clock), None);
    }

    #[test]
    fn the_thread_cache_keeps_no_token_alive() {
        let clock = Clock::system();
        let cell = TokenCell::new(snapshot("secret", &clock));
        let cached = cell.fresh(clock.ticks()).expect("a token").downgrade();
        assert!(cached.upgrade().is_some());
        drop(cell);
        assert!(cached.upgrade().is_none());
    }

    #[test]
    fn a_cached_authorization_is_checked_again_when_its_time_has_come() {
        let (clock, fake) = Clock::fake();
        let cell = TokenCell::new(snapshot("a", &clock));
        cell.load()
            .token()
            .expect("a token")
            .headers
            .set_recheck_at(clock.ticks_after(&clock.instants(), Duration::from_secs(1)));
        assert!(header(&cell, &clock).is_some() && header(&cell, &clock).is_some());
        fake.advance(Duration::from_secs(2));
        assert_eq!(header(&cell, &clock), None);
    }
}
