//! Everything behind the port: the machinery, and the vendors' routers over the state that is current.

use std::sync::{PoisonError, RwLock};

use axum::Router;

use crate::state::{Options, SharedState};
use crate::vendor::registry::MOUNTS;

pub(crate) struct Site {
    pub(crate) shared: SharedState,
    // Not inside `SharedState`: the routers hold it, and a circle would never be freed.
    routers: RwLock<Vec<Router>>,
}

impl Site {
    pub(crate) fn new(options: Options, url: String) -> Self {
        let site = Self { shared: SharedState::new(options, url), routers: RwLock::default() };
        site.mount();
        site
    }

    /// The router of a mount, by its number in [`MOUNTS`].
    pub(crate) fn router(&self, mount: usize) -> Router {
        self.routers.read().unwrap_or_else(PoisonError::into_inner)[mount].clone()
    }

    /// Everything as it was at the start: data, tokens and their settings, faults, log, clock.
    pub(crate) fn reset(&self) {
        self.shared.clock.reset();
        self.shared.tokens.reset();
        self.shared.faults.clear();
        self.shared.log.clear();
        self.mount();
    }

    /// Seeds every vendor anew and puts the new routers in place; answers under way end on the old state.
    fn mount(&self) {
        let routers = MOUNTS.iter().map(|mount| (mount.router)(&self.shared)).collect();
        *self.routers.write().unwrap_or_else(PoisonError::into_inner) = routers;
    }
}
