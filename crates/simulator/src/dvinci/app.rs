//! State shared by all handlers: the store and the cache of the feed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::dvinci::portal::cache::Cache;
use crate::dvinci::seed;
use crate::dvinci::store::Store;
use crate::state::SharedState;

/// A handle on the state; cheap to clone.
#[derive(Clone)]
pub(super) struct App(Arc<Inner>);

struct Inner {
    shared: SharedState,
    store: Mutex<Store>,
    cache: Mutex<Cache>,
}

impl App {
    pub(super) fn new(shared: &SharedState) -> Self {
        Self(Arc::new(Inner {
            shared: shared.clone(),
            store: Mutex::new(seed::store(shared)),
            cache: Mutex::default(),
        }))
    }

    pub(super) fn shared(&self) -> &SharedState {
        &self.0.shared
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn cache(&self) -> MutexGuard<'_, Cache> {
        self.0.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
