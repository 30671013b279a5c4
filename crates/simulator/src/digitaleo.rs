//! Digitaleo: contacts, lists and campaigns. Ids and actions are parameters, not part of the path.

mod api_error;
mod auth;
mod dispatch;
mod listing;
mod request;
mod resources;
mod time;
mod validate;
mod webhook;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::request::call::Host;
pub(crate) use crate::digitaleo::webhook::webhook_requests;
use crate::digitaleo::world::World;
use crate::state::SharedState;
use crate::vendor::Vendor;

/// Minimum length of an access token, in characters: the documentation announces tokens of up to 50,000 characters.
const MIN_TOKEN_CHARS: usize = 49_000;
/// Maximum size of a request body, in bytes; import files may be large.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// State shared by all handlers.
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
        settings.size = settings.size.or(Some(MIN_TOKEN_CHARS));
    });
    let state = Digitaleo { shared: shared.clone(), world: Arc::new(Mutex::new(World::new(shared))) };
    let resources = |host| any(move |state, path, request| resource(host, state, path, request));
    Router::new()
        .route("/oauth/token", any(auth::token::token))
        .route("/contacts/rest/{resource}", resources(Host::Contacts))
        .route("/api/rest/{resource}", resources(Host::Api))
        .route("/sms/rest/{resource}", resources(Host::Sms))
        .route("/contacts/imports/{file}", get(import_errors))
        .fallback(async || ApiError::not_found())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(state)
}

async fn resource(
    host: Host,
    State(digitaleo): State<Digitaleo>,
    Path(resource): Path<String>,
    request: Request,
) -> Response {
    match dispatch::dispatch(host, &digitaleo, &resource, request).await {
        Ok(body) => axum::Json(body).into_response(),
        Err(error) => error.into_response(),
    }
}

/// Returns the rejected lines of an import; `importErrors` of a list contains the URL.
async fn import_errors(State(digitaleo): State<Digitaleo>, Path(file): Path<String>) -> Response {
    match digitaleo.world().import_errors.get(&file) {
        Some(csv) => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
