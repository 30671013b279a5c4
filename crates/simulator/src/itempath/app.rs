//! State shared by all handlers. The store is seeded on first use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::NaiveDateTime;

use crate::itempath::seed;
use crate::itempath::store::Store;
use crate::state::SharedState;

/// A handle on the state; cheap to clone.
#[derive(Clone)]
pub(super) struct App(Arc<Inner>);

pub(super) struct Inner {
    pub(super) shared: SharedState,
    /// End of the seeded history.
    seeded_at: NaiveDateTime,
    store: OnceLock<Mutex<Store>>,
    token_ids: AtomicU64,
}

impl App {
    pub(super) fn new(shared: &SharedState) -> Self {
        Self(Arc::new(Inner {
            shared: shared.clone(),
            seeded_at: shared.clock.now().naive_utc(),
            store: OnceLock::new(),
            token_ids: AtomicU64::new(0),
        }))
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        let store = self.store.get_or_init(|| Mutex::new(seed::store(&self.shared, self.seeded_at)));
        store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the simulated time. The simulated site is in UTC.
    pub(super) fn now(&self) -> NaiveDateTime {
        self.shared.clock.now().naive_utc()
    }

    /// Returns a new UUID for a token.
    pub(super) fn token_id(&self) -> String {
        let number = self.token_ids.fetch_add(1, Ordering::Relaxed);
        let hex = self.shared.random(&format!("itempath/token-ids/{number}")).hex(32);
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
