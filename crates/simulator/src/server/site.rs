//! The shared state and the vendors' routers over their current data.

use std::sync::{PoisonError, RwLock};

use axum::Router;
use serde_json::Value;

use crate::state::{Options, SharedState};
use crate::vendor::registry::MOUNTS;
use crate::vendor::world::World;

/// The service behind the port.
pub(crate) struct Site {
    pub(crate) shared: SharedState,
    // Not in `SharedState`: the routers hold it, and a reference cycle would never be freed.
    routers: RwLock<Vec<Router>>,
    /// World at the start, to which a reset returns.
    start: World,
    world: RwLock<World>,
}

impl Site {
    pub(crate) fn new(options: Options, world: World, url: String) -> Self {
        let shared = SharedState::new(options, url);
        let site = Self { shared, routers: RwLock::default(), start: world.clone(), world: RwLock::default() };
        site.load(world);
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
        self.load(self.start.clone());
    }

    /// Returns the loaded world as JSON.
    pub(crate) fn world(&self) -> Value {
        self.world.read().unwrap_or_else(PoisonError::into_inner).to_json()
    }

    /// Replaces all routers by new routers over freshly seeded data and a world. Requests in progress complete on the old
    /// data.
    pub(crate) fn load(&self, world: World) {
        // Held until the routers are replaced, so that the routers of two worlds are not mixed.
        let mut current = self.world.write().unwrap_or_else(PoisonError::into_inner);
        world.install(&self.shared);
        *current = world;
        let routers = MOUNTS.iter().map(|mount| (mount.router)(&self.shared)).collect();
        *self.routers.write().unwrap_or_else(PoisonError::into_inner) = routers;
    }
}
