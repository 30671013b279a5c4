//! Ditio core: the integration API, under the scope `ditioapiv3`.

mod absences;
mod body;
mod certificates;
mod crew;
mod documents;
mod employees;
mod guard;
mod lookups;
mod machines;
mod payroll;
mod people;
mod problem;
mod projects;
mod record;
mod references;
mod state;
mod table;
mod tasks;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;

use crate::state::SharedState;
use crate::web::Routes;
use state::Core;

/// What the vendor's web server takes, for every kind of request.
const MAX_BODY: usize = 30_000_000;

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
    routes.map(|router| guard::put_on(router, shared).layer(DefaultBodyLimit::max(MAX_BODY))).finish(Core::new(shared))
}
