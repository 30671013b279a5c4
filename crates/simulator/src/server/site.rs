//! The shared state and the vendors' routers over their current data.

use std::sync::{PoisonError, RwLock};

use axum::Router;

use crate::state::{Options, SharedState};
use crate::vendor::registry::MOUNTS;

/// The service behind the port.
pub(crate) struct Site {
    pub(crate) shared: SharedState,
    // Not in `SharedState`: the routers hold it, and a reference cycle would never be freed.
    routers: RwLock<Vec<Router>>,
}

impl Site {
    pub(crate) fn new(options: Options, url: String) -> Self {
        let site = Self { shared: SharedState::new(options, url), routers: RwLock::default() };
        site.mount();
        site
    }

    /// Returns the router of a mount, by its index in [`MOUNTS`].
    pub(crate) fn router(&self, mount: usize) -> Router {
        self.routers.read().unwrap_or_else(PoisonError::into_inner)[mount].clone()
    }

    /// Resets data, tokens and their settings, faults, log and clock to the state at the start.
    pub(crate) fn reset(&self) {
        self.shared.clock.reset();
        self.shared.tokens.reset();
        self.shared.faults.clear();
        self.shared.log.clear();
        self.mount();
    }

    /// Replaces all routers by new routers over freshly seeded data. Requests in progress complete on the old data.
    fn mount(&self) {
        let routers = MOUNTS.iter().map(|mount| (mount.router)(&self.shared)).collect();
        *self.routers.write().unwrap_or_else(PoisonError::into_inner) = routers;
    }
}
