//! Bits: onboarding applications, as remote procedure calls over POST.

mod api_error;
mod applications;
mod guard;
mod ids;
pub(crate) mod loaded;
mod oauth;
mod organizations;
mod webhook;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};

pub(crate) use crate::bits::webhook::webhook_requests;
use crate::bits::world::World;
use crate::state::SharedState;

/// State shared by all handlers.
#[derive(Clone)]
struct Bits {
    shared: SharedState,
    world: Arc<Mutex<World>>,
}

impl Bits {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn router(shared: &SharedState) -> Router {
    let state = Bits { shared: shared.clone(), world: Arc::new(Mutex::new(World::new(shared))) };
    let guarded = Router::new()
        .route("/v1/applications.create", post(applications::create))
        .route("/v1/applications.get", post(applications::status))
        .route("/v1/applications.organization.get", post(applications::organization))
        .route("/v1/applications.bankAccounts.list", post(applications::bank_accounts))
        // The documentation omits the version from this path only.
        .route("/oauth2/userinfo", get(oauth::user_info))
        .route("/v1/oauth2/userinfo", get(oauth::user_info));
    guard::require_access_token(guarded, shared)
        .route("/v1/oauth2/token", post(oauth::token))
        .method_not_allowed_fallback(api_error::no_route)
        .fallback(api_error::no_route)
        .with_state(state)
}
