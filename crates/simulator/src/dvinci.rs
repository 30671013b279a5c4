//! d.vinci: recruiting. The REST API, the token endpoint, the feed of job publications, the application form and the OData
//! reporting service.

mod api_error;
mod app;
mod ascii;
mod auth;
mod odata;
mod portal;
mod resources;
mod rest;
mod schema;
mod seed;
mod store;
mod tenant;
mod time;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;

use crate::dvinci::api_error::ApiError;
use crate::dvinci::app::App;
use crate::dvinci::auth::token;
use crate::dvinci::portal::{apply, feed};
use crate::dvinci::rest::routes;
use crate::state::SharedState;

/// Maximum size of a request body, in bytes: more than the largest attachment in base64.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

pub(crate) fn router(shared: &SharedState) -> Router {
    let app = App::new(shared);
    routes::routes(&app)
        .route("/plt/oauth2/token", post(token::token))
        .merge(feed::routes())
        .merge(apply::routes())
        .merge(odata::routes())
        .fallback(async || ApiError::NotFound)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(app)
}
