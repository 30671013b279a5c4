//! Access to the OData service: a bearer token, or name and API token by HTTP Basic.

use axum::http::HeaderMap;

use super::error::ODataError;
use crate::dvinci::app::App;
use crate::dvinci::auth::api_users::{self, API_USERS, Caller};
use crate::dvinci::auth::basic;
use crate::vendor::Vendor;

/// Returns the caller of a request. The pair of headers of the REST API is not accepted.
pub(super) fn check(app: &App, headers: &HeaderMap) -> Result<Caller, ODataError> {
    let shared = app.shared();
    let user = if let Some((name, token)) = basic::credentials(headers) {
        api_users::find(shared, &name, &token)
    } else {
        let grant = shared.authorize(Vendor::Dvinci, headers).ok();
        grant.and_then(|grant| API_USERS.iter().find(|user| user.name == grant.client))
    };
    let caller = user.ok_or_else(ODataError::unauthorized)?.caller;
    if caller.has_all_permissions { Ok(caller) } else { Err(ODataError::forbidden()) }
}
