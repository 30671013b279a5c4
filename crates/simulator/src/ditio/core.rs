//! Ditio core: the integration API, with the scope `ditioapiv3`.

mod api_error;
mod body;
pub(crate) mod loaded;
mod people;
mod record;
mod resources;
mod state;
mod table;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::Method;

use crate::ditio::audience::{self, Audience};
use crate::state::SharedState;
use crate::web::Routes;
use resources::{
    absences, certificates, crew, documents, employees, lookups, machines, payroll, projects, references, tasks, users,
};
use state::Core;

/// Maximum body size of the vendor's web server, in bytes.
const MAX_BODY_BYTES: usize = 30_000_000;

/// Builds the router over freshly seeded data.
pub(crate) fn router(shared: &SharedState) -> Router {
    let resources = [
        projects::routes(),
        tasks::routes(),
        documents::routes(),
        machines::routes(),
        lookups::routes(),
        users::routes(),
        employees::routes(),
        certificates::routes(),
        absences::routes(),
        payroll::routes(),
        references::routes(),
        crew::routes(),
    ];
    let routes = resources.into_iter().fold(Routes::new(), Routes::merge);
    // Files of the reporting API's records can be read with its scope alone.
    let is_file = |request: &Request| request.method() == Method::GET && request.uri().path().starts_with("/api/file/");
    let audience = Audience::new(shared, "ditioapiv3", || 401).or_audience("reportingapiv1", is_file);
    routes
        .map(|router| audience::require(router, audience).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)))
        .finish(Core::new(shared))
}
