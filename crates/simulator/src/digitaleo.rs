//! Digitaleo: contacts, lists and campaigns, with ids and actions in the parameters instead of the path.

mod body;
mod campaigns;
mod contacts;
mod dispatch;
mod failure;
mod fields;
mod guard;
mod import;
mod lists;
mod messages;
mod oauth;
mod optouts;
mod params;
mod read;
mod time;
mod traffic;
mod validate;
mod webhook;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};

use crate::state::SharedState;
use crate::vendor::Vendor;
use dispatch::Host;
use failure::Failure;
pub(crate) use webhook::webhook_requests;
use world::World;

/// Characters that a token has at least; the documentation warns of up to 50,000, so clients had better meet them here.
const TOKEN_SIZE: usize = 49_000;
/// Longer bodies are refused; imports may be long.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// What every handler gets.
#[derive(Clone)]
struct Digitaleo {
    shared: SharedState,
    world: Arc<Mutex<World>>,
}

impl Digitaleo {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn router(shared: &SharedState) -> Router {
    shared.tokens.configure(Vendor::Digitaleo, |settings| {
        settings.size = settings.size.or(Some(TOKEN_SIZE));
    });
    let state = Digitaleo { shared: shared.clone(), world: Arc::new(Mutex::new(World::new(shared))) };
    let resources = |host| any(move |state, path, request| resource(host, state, path, request));
    Router::new()
        .route("/oauth/token", any(oauth::token))
        .route("/contacts/rest/{resource}", resources(Host::Contacts))
        .route("/api/rest/{resource}", resources(Host::Api))
        .route("/sms/rest/{resource}", resources(Host::Sms))
        .route("/contacts/imports/{file}", get(import_errors))
        .fallback(async || Failure::not_found())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(state)
}

async fn resource(
    host: Host,
    State(digitaleo): State<Digitaleo>,
    Path(resource): Path<String>,
    request: Request,
) -> Response {
    match dispatch::call(host, &digitaleo, &resource, request).await {
        Ok(answer) => axum::Json(answer).into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// The refused lines of an import, under the link that `importErrors` has.
async fn import_errors(State(digitaleo): State<Digitaleo>, Path(file): Path<String>) -> Response {
    match digitaleo.world().import_errors.get(&file) {
        Some(csv) => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
