//! `ItemPath`: materials, orders and storage of a warehouse, served by a web layer over Power Pick.

mod api;
mod api_error;
mod app;
mod auth;
mod body;
mod context;
mod dates;
pub(crate) mod loaded;
mod resources;
mod rules;
mod schema;
mod seed;
mod store;
mod warehouse;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::post;

use crate::itempath::api::routes;
use crate::itempath::app::App;
use crate::itempath::auth::{guard, tokens};
use crate::itempath::seed::native::APPLICATION_USER;
use crate::state::SharedState;
use crate::state::tokens::Grant;
use crate::vendor::Vendor;
use crate::vendor::credentials::ITEMPATH_TOKEN;

pub(crate) fn router(shared: &SharedState) -> Router {
    let grant = Grant { client: APPLICATION_USER.to_string(), kind: "application", scopes: Vec::new() };
    shared.tokens.register(Vendor::ItemPath, ITEMPATH_TOKEN, grant);
    let app = App::new(shared);
    let routes = resources::all().fold(Router::new(), routes::add);
    routes
        .route_layer(from_fn_with_state(app.clone(), guard::guard))
        .route("/api/users/login", post(tokens::login))
        .route("/api/users/refresh", post(tokens::refresh))
        .route("/api/users/application-token", post(tokens::application_token))
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}
