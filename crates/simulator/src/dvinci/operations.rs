//! The operations of the REST API: method, path, table, what happens.

use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Router};

use super::app::App;
use super::call::{Call, Caller};
use super::guard;
use super::reply::{Answer, Refusal, with_json};
use super::store::Store;
use super::table::Table;
use super::{
    attachments, configuration, crud, hiring_requests, history, onboardings, persons, placements, transitions, users,
};
use crate::web::Query;

type Act = fn(&mut Store, &Call<'_>, Table) -> Answer;

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PUT: MethodFilter = MethodFilter::PUT;

/// Each path is good with and without a slash at its end. Look-ups by `externalId` are variants of the lists.
#[rustfmt::skip]
const OPERATIONS: &[(MethodFilter, &str, Table, Act)] = &[
    (GET, "/applications", Table::Applications, crud::list),
    (POST, "/applications", Table::Applications, crud::create),
    (GET, "/applications/{id}", Table::Applications, crud::one),
    (PUT, "/applications/{id}", Table::Applications, crud::replace),
    (POST, "/applications/{id}/delete", Table::Applications, crud::delete),
    (POST, "/applications/{id}/statusChange/{statusId}", Table::Applications, transitions::change_status),
    (POST, "/applications/{id}/jobOpeningMove/{jobOpeningId}", Table::Applications, transitions::move_to_opening),
    (GET, "/applications/{id}/attachments", Table::Applications, attachments::list),
    (POST, "/applications/{id}/attachments", Table::Applications, attachments::create),
    (GET, "/applications/{id}/attachments/{attachmentId}", Table::Applications, attachments::one),
    (GET, "/applications/{id}/attachments/{attachmentId}/pdf", Table::Applications, attachments::pdf),
    (POST, "/applications/{id}/attachments/{attachmentId}/delete", Table::Applications, attachments::delete),
    (GET, "/applications/{id}/history", Table::Applications, history::list),
    (PUT, "/applications/{id}/history", Table::Applications, history::put_all),
    (PUT, "/applications/{id}/history/{externalId}", Table::Applications, history::put_one),

    // These two have no table.
    (GET, "/configuration/{type}/externalLinks", Table::Applications, configuration::links),
    (PUT, "/configuration/{type}/externalLinks", Table::Applications, configuration::set_links),

    (GET, "/hiringRequests", Table::HiringRequests, crud::list),
    (POST, "/hiringRequests", Table::HiringRequests, crud::create),
    (GET, "/hiringRequests/{id}", Table::HiringRequests, crud::one),
    (PUT, "/hiringRequests/{id}", Table::HiringRequests, crud::replace),
    (GET, "/hiringRequests/{id}/history", Table::HiringRequests, history::list),
    (GET, "/hiringRequests/{id}/approvers", Table::HiringRequests, hiring_requests::approvers),

    (GET, "/jobOpenings", Table::JobOpenings, crud::list),
    (POST, "/jobOpenings", Table::JobOpenings, crud::create),
    (GET, "/jobOpenings/{id}", Table::JobOpenings, crud::one),
    (PUT, "/jobOpenings/{id}", Table::JobOpenings, crud::replace),
    (GET, "/jobOpenings/{id}/history", Table::JobOpenings, history::list),
    (PUT, "/jobOpenings/{id}/history", Table::JobOpenings, history::put_all),
    (PUT, "/jobOpenings/{id}/history/{externalId}", Table::JobOpenings, history::put_one),

    (GET, "/jobPublications", Table::JobPublications, crud::list),
    (POST, "/jobPublications", Table::JobPublications, crud::create),
    (GET, "/jobPublications/{id}", Table::JobPublications, crud::one),
    (PUT, "/jobPublications/{id}", Table::JobPublications, crud::replace),
    (POST, "/jobPublications/{id}/delete", Table::JobPublications, crud::delete),

    (GET, "/jobPublicationPlacements/{partner_id}/placements", Table::Placements, placements::list),
    (POST, "/jobPublicationPlacements/{partner_id}/placements", Table::Placements, placements::create),
    (GET, "/jobPublicationPlacements/{partner_id}/placements/{id}", Table::Placements, placements::one),
    (PUT, "/jobPublicationPlacements/{partner_id}/placements/{id}", Table::Placements, placements::replace),
    (POST, "/jobPublicationPlacements/{partner_id}/placements/{id}/delete", Table::Placements, placements::delete),

    (GET, "/jobPublicationChannels/{id}", Table::Channels, crud::one),
    (PUT, "/jobPublicationChannels/{id}", Table::Channels, crud::replace),

    (GET, "/locations", Table::Locations, crud::list),
    (POST, "/locations", Table::Locations, crud::create),
    (GET, "/locations/{id}", Table::Locations, crud::one),
    (PUT, "/locations/{id}", Table::Locations, crud::replace),
    (POST, "/locations/{id}/delete", Table::Locations, crud::delete),

    (GET, "/onboardings", Table::Onboardings, crud::list),
    (GET, "/onboardings/{id}", Table::Onboardings, onboardings::one),
    (GET, "/onboardings/{id}/attachments", Table::Onboardings, attachments::list),
    (GET, "/onboardings/{id}/attachments/{attachmentId}", Table::Onboardings, attachments::one),
    (GET, "/onboardings/{id}/attachments/{attachmentId}/pdf", Table::Onboardings, attachments::pdf),
    (POST, "/onboardings/{id}/delete", Table::Onboardings, crud::delete),

    (GET, "/orgUnits", Table::OrgUnits, crud::list),
    (GET, "/orgUnits/{id}", Table::OrgUnits, crud::one),

    (GET, "/persons", Table::Persons, crud::list),
    (POST, "/persons", Table::Persons, crud::create),
    (GET, "/persons/{id}", Table::Persons, crud::one),
    (PUT, "/persons/{id}", Table::Persons, crud::replace),
    (POST, "/persons/{id}/delete", Table::Persons, crud::delete),
    (GET, "/persons/{id}/photo", Table::Persons, persons::photo),
    (POST, "/persons/{id}/photo", Table::Persons, persons::set_photo),
    (POST, "/persons/{id}/photo/delete", Table::Persons, persons::delete_photo),

    (GET, "/dvinciUsers", Table::Users, users::list),
    (POST, "/dvinciUsers", Table::Users, crud::create),
    (GET, "/dvinciUsers/{id}", Table::Users, crud::one),
    (PUT, "/dvinciUsers/{id}", Table::Users, crud::replace),
    (POST, "/dvinciUsers/{id}/delete", Table::Users, crud::delete),

    (GET, "/userGroups", Table::UserGroups, crud::list),
    (POST, "/userGroups", Table::UserGroups, crud::create),
    (GET, "/userGroups/{id}", Table::UserGroups, crud::one),
    (PUT, "/userGroups/{id}", Table::UserGroups, crud::replace),
    (POST, "/userGroups/{id}/delete", Table::UserGroups, crud::delete),
];

/// The guarded routes under `/restApi`.
pub(super) fn routes(app: &App) -> Router<App> {
    let mut router = Router::new();
    for (method, path, table, act) in OPERATIONS {
        for slash in ["", "/"] {
            router = router.route(&format!("/restApi{path}{slash}"), handler(*method, *table, *act));
        }
    }
    router.route_layer(from_fn_with_state(app.clone(), guard::guard))
}

fn handler(method: MethodFilter, table: Table, act: Act) -> MethodRouter<App> {
    let handle = async move |State(app): State<App>,
                             Extension(caller): Extension<Caller>,
                             params: Result<RawPathParams, RawPathParamsRejection>,
                             query: Query,
                             body: Bytes| {
        // What is no text once it is decoded names nothing.
        let Ok(params) = params else {
            return Refusal::Forbidden.into_response();
        };
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let call = Call { params, query, body, caller, clock: &app.shared().clock };
        answer(&app, &call, table, act)
    };
    on(method, handle)
}

fn answer(app: &App, call: &Call<'_>, table: Table, act: Act) -> Response {
    let answer = act(&mut app.store(), call, table);
    match answer {
        Ok(body) => with_json(StatusCode::OK, &body),
        Err(refusal) => refusal.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_operations_are_73_paths_and_7_variants() {
        let variants = Table::ALL.into_iter().filter(|table| table.has_look_up()).count();
        // Placements have two variants of their own.
        assert_eq!((OPERATIONS.len(), OPERATIONS.len() + variants + 2), (73, 80));
    }
}
