//! Routes of the REST API.

use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Router};

use crate::dvinci::api_error::{ApiError, HandlerResult, json_response};
use crate::dvinci::app::App;
use crate::dvinci::auth::api_users::Caller;
use crate::dvinci::auth::guard;
use crate::dvinci::resources::{hiring_requests, onboardings, persons, placements, users};
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::rest::{attachments, configuration, crud, history, transitions};
use crate::dvinci::store::Store;
use crate::dvinci::store::table::Table;
use crate::web::Query;

/// Handler of an operation.
type Handler = fn(&mut Store, &ApiRequest<'_>, Table) -> HandlerResult;

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PUT: MethodFilter = MethodFilter::PUT;

/// Operations: method, path, table and handler. Lookups by `externalId` are variants of the lists.
#[rustfmt::skip]
const OPERATIONS: &[(MethodFilter, &str, Table, Handler)] = &[
    (GET, "/applications", Table::Applications, crud::list),
    (POST, "/applications", Table::Applications, crud::create),
    (GET, "/applications/{id}", Table::Applications, crud::get),
    (PUT, "/applications/{id}", Table::Applications, crud::replace),
    (POST, "/applications/{id}/delete", Table::Applications, crud::delete),
    (POST, "/applications/{id}/statusChange/{statusId}", Table::Applications, transitions::change_status),
    (POST, "/applications/{id}/jobOpeningMove/{jobOpeningId}", Table::Applications, transitions::move_to_opening),
    (GET, "/applications/{id}/attachments", Table::Applications, attachments::list),
    (POST, "/applications/{id}/attachments", Table::Applications, attachments::create),
    (GET, "/applications/{id}/attachments/{attachmentId}", Table::Applications, attachments::get),
    (GET, "/applications/{id}/attachments/{attachmentId}/pdf", Table::Applications, attachments::pdf),
    (POST, "/applications/{id}/attachments/{attachmentId}/delete", Table::Applications, attachments::delete),
    (GET, "/applications/{id}/history", Table::Applications, history::list),
    (PUT, "/applications/{id}/history", Table::Applications, history::put_all),
    (PUT, "/applications/{id}/history/{externalId}", Table::Applications, history::put_one),

    // The table is unused.
    (GET, "/configuration/{type}/externalLinks", Table::Applications, configuration::links),
    (PUT, "/configuration/{type}/externalLinks", Table::Applications, configuration::set_links),

    (GET, "/hiringRequests", Table::HiringRequests, crud::list),
    (POST, "/hiringRequests", Table::HiringRequests, crud::create),
    (GET, "/hiringRequests/{id}", Table::HiringRequests, crud::get),
    (PUT, "/hiringRequests/{id}", Table::HiringRequests, crud::replace),
    (GET, "/hiringRequests/{id}/history", Table::HiringRequests, history::list),
    (GET, "/hiringRequests/{id}/approvers", Table::HiringRequests, hiring_requests::approvers),

    (GET, "/jobOpenings", Table::JobOpenings, crud::list),
    (POST, "/jobOpenings", Table::JobOpenings, crud::create),
    (GET, "/jobOpenings/{id}", Table::JobOpenings, crud::get),
    (PUT, "/jobOpenings/{id}", Table::JobOpenings, crud::replace),
    (GET, "/jobOpenings/{id}/history", Table::JobOpenings, history::list),
    (PUT, "/jobOpenings/{id}/history", Table::JobOpenings, history::put_all),
    (PUT, "/jobOpenings/{id}/history/{externalId}", Table::JobOpenings, history::put_one),

    (GET, "/jobPublications", Table::JobPublications, crud::list),
    (POST, "/jobPublications", Table::JobPublications, crud::create),
    (GET, "/jobPublications/{id}", Table::JobPublications, crud::get),
    (PUT, "/jobPublications/{id}", Table::JobPublications, crud::replace),
    (POST, "/jobPublications/{id}/delete", Table::JobPublications, crud::delete),

    (GET, "/jobPublicationPlacements/{partner_id}/placements", Table::Placements, placements::list),
    (POST, "/jobPublicationPlacements/{partner_id}/placements", Table::Placements, placements::create),
    (GET, "/jobPublicationPlacements/{partner_id}/placements/{id}", Table::Placements, placements::get),
    (PUT, "/jobPublicationPlacements/{partner_id}/placements/{id}", Table::Placements, placements::replace),
    (POST, "/jobPublicationPlacements/{partner_id}/placements/{id}/delete", Table::Placements, placements::delete),

    (GET, "/jobPublicationChannels/{id}", Table::Channels, crud::get),
    (PUT, "/jobPublicationChannels/{id}", Table::Channels, crud::replace),

    (GET, "/locations", Table::Locations, crud::list),
    (POST, "/locations", Table::Locations, crud::create),
    (GET, "/locations/{id}", Table::Locations, crud::get),
    (PUT, "/locations/{id}", Table::Locations, crud::replace),
    (POST, "/locations/{id}/delete", Table::Locations, crud::delete),

    (GET, "/onboardings", Table::Onboardings, crud::list),
    (GET, "/onboardings/{id}", Table::Onboardings, onboardings::get),
    (GET, "/onboardings/{id}/attachments", Table::Onboardings, attachments::list),
    (GET, "/onboardings/{id}/attachments/{attachmentId}", Table::Onboardings, attachments::get),
    (GET, "/onboardings/{id}/attachments/{attachmentId}/pdf", Table::Onboardings, attachments::pdf),
    (POST, "/onboardings/{id}/delete", Table::Onboardings, crud::delete),

    (GET, "/orgUnits", Table::OrgUnits, crud::list),
    (GET, "/orgUnits/{id}", Table::OrgUnits, crud::get),

    (GET, "/persons", Table::Persons, crud::list),
    (POST, "/persons", Table::Persons, crud::create),
    (GET, "/persons/{id}", Table::Persons, crud::get),
    (PUT, "/persons/{id}", Table::Persons, crud::replace),
    (POST, "/persons/{id}/delete", Table::Persons, crud::delete),
    (GET, "/persons/{id}/photo", Table::Persons, persons::photo),
    (POST, "/persons/{id}/photo", Table::Persons, persons::set_photo),
    (POST, "/persons/{id}/photo/delete", Table::Persons, persons::delete_photo),

    (GET, "/dvinciUsers", Table::Users, users::list),
    (POST, "/dvinciUsers", Table::Users, crud::create),
    (GET, "/dvinciUsers/{id}", Table::Users, crud::get),
    (PUT, "/dvinciUsers/{id}", Table::Users, crud::replace),
    (POST, "/dvinciUsers/{id}/delete", Table::Users, crud::delete),

    (GET, "/userGroups", Table::UserGroups, crud::list),
    (POST, "/userGroups", Table::UserGroups, crud::create),
    (GET, "/userGroups/{id}", Table::UserGroups, crud::get),
    (PUT, "/userGroups/{id}", Table::UserGroups, crud::replace),
    (POST, "/userGroups/{id}/delete", Table::UserGroups, crud::delete),
];

/// Returns the authenticated routes under `/restApi`. Each path is valid with and without a trailing slash.
pub(in crate::dvinci) fn routes(app: &App) -> Router<App> {
    let mut router = Router::new();
    for (method, path, table, handler) in OPERATIONS {
        for slash in ["", "/"] {
            router = router.route(&format!("/restApi{path}{slash}"), method_router(*method, *table, *handler));
        }
    }
    router.route_layer(from_fn_with_state(app.clone(), guard::guard))
}

fn method_router(method: MethodFilter, table: Table, handler: Handler) -> MethodRouter<App> {
    let handle = async move |State(app): State<App>,
                             Extension(caller): Extension<Caller>,
                             params: Result<RawPathParams, RawPathParamsRejection>,
                             query: Query,
                             body: Bytes| {
        // A path parameter that is not UTF-8 cannot name an entity.
        let Ok(params) = params else {
            return ApiError::Forbidden.into_response();
        };
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let request = ApiRequest { params, query, body, caller, clock: &app.shared().clock };
        respond(&app, &request, table, handler)
    };
    on(method, handle)
}

fn respond(app: &App, request: &ApiRequest<'_>, table: Table, handler: Handler) -> Response {
    let result = handler(&mut app.store(), request, table);
    match result {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_73_documented_paths_and_7_variants() {
        let variants = Table::ALL.into_iter().filter(|table| table.has_external_id_lookup()).count();
        // Placements add two variants.
        assert_eq!((OPERATIONS.len(), OPERATIONS.len() + variants + 2), (73, 80));
    }
}
