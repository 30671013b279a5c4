//! Bits: onboarding applications, as remote procedures over POST.

mod applications;
mod guard;
mod ids;
mod oauth;
mod organizations;
mod refusal;
mod webhook;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};

use crate::state::SharedState;
pub(crate) use webhook::webhook_requests;
use world::World;

/// What every handler gets.
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
        // The documentation prints it without the version, and every other path with it.
        .route("/oauth2/userinfo", get(oauth::user_info))
        .route("/v1/oauth2/userinfo", get(oauth::user_info));
    guard::put_on(guarded, shared)
        .route("/v1/oauth2/token", post(oauth::token))
        .method_not_allowed_fallback(refusal::no_route)
        .fallback(refusal::no_route)
        .with_state(state)
}
