//! `ItemPath`: a warehouse's materials, orders and storage, as its web layer over Power Pick serves them.

mod auth;
mod calls;
mod dates;
mod engine;
mod filter;
mod guard;
mod handlers;
mod history;
mod listing;
mod refusal;
mod resources;
mod rules;
mod schema;
mod seed;
mod state;
mod stock;
mod store;
mod values;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::post;

use crate::state::SharedState;
use crate::state::tokens::Grant;
use crate::vendor::Vendor;
use crate::vendor::credentials::ITEMPATH_TOKEN;

pub(crate) fn router(shared: &SharedState) -> Router {
    let grant = Grant { client: seed::APPLICATION_USER.to_string(), kind: "application", scopes: Vec::new() };
    shared.tokens.register(Vendor::ItemPath, ITEMPATH_TOKEN, grant);
    let app = state::App::new(shared);
    let routes = resources::all().fold(Router::new(), handlers::routes);
    routes
        .route_layer(from_fn_with_state(app.clone(), guard::guard))
        .route("/api/users/login", post(auth::login))
        .route("/api/users/refresh", post(auth::refresh))
        .route("/api/users/application-token", post(auth::application_token))
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}
