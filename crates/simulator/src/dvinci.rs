//! d.vinci: recruiting. A REST API over one store, its token endpoint, the feed of job publications, a form to apply by.

mod answers;
mod app;
mod applications;
mod apply;
mod attachments;
mod call;
mod channels;
mod configuration;
mod countries;
mod crud;
mod feed;
mod field;
mod files;
mod filters;
mod guard;
mod hiring_requests;
mod history;
mod instants;
mod job_openings;
mod job_publications;
mod locations;
mod onboardings;
mod operations;
mod org_units;
mod persons;
mod placements;
mod plain;
mod portals;
mod read;
mod reply;
mod seed;
mod show;
mod showings;
mod store;
mod table;
mod terms;
mod token;
mod transitions;
mod user_groups;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;

use app::App;
use reply::Refusal;

use crate::state::SharedState;

/// The tenant as its pages call it: nothing answers there, so that answers do not depend on the port.
const TENANT: &str = "https://nordlicht.dvinci.example";
const MAIL_DOMAIN: &str = "nordlicht.dvinci.example";

/// More than the largest attachment in base64.
const MAX_BODY: usize = 64 * 1024 * 1024;

pub(crate) fn router(shared: &SharedState) -> Router {
    let app = App::new(shared);
    operations::routes(&app)
        .route("/plt/oauth2/token", post(token::token))
        .merge(feed::routes())
        .merge(apply::routes())
        .fallback(async || Refusal::NotFound)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(app)
}
