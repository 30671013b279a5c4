//! Absences, with an external id set by the client. Days settled by payroll cannot change.

mod days;
mod push;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::{get, post};
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::record::Record;
use crate::ditio::core::state::Core;
use crate::web::{Query, Routes};

/// An absence.
#[derive(Clone)]
struct Absence {
    /// Members of the response, without the days.
    members: Record,
    /// Hours by day.
    days: BTreeMap<NaiveDate, f64>,
}

/// The absences by `externalId`.
#[derive(Default)]
pub(in crate::ditio::core) struct Absences(BTreeMap<String, Absence>);

/// Builds the routes: the current path, and the path in an earlier version of the documentation.
pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/integration/absences", post(push::push))
        .route("/api/integration/absences/{*id}", get(read).delete(remove))
        .route("/api/v5/integration/absences", post(push::push))
        .route("/api/v5/integration/absences/{*id}", get(read).delete(remove))
}

fn view(absence: &Absence) -> Record {
    let mut view = absence.members.clone();
    let days = absence.days.iter().map(|(date, qty)| json!({ "date": date.to_string(), "qty": qty }));
    view.insert("daysQty".to_owned(), absence.days.len().into());
    view.insert("days".to_owned(), days.collect::<Vec<Value>>().into());
    view
}

/// Returns the id: the rest of the path, slashes included. `%2F` stays encoded, as on ASP.NET servers, and so does not
/// match.
fn id_of(uri: &Uri) -> String {
    let rest = uri.path().split_once("/absences/").map_or("", |(_, rest)| rest);
    let escaped = rest
        .replace("%2F", "%252F")
        .replace("%2f", "%252f")
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    Query::parse(format!("id={escaped}").as_bytes()).get("id").unwrap_or_default().to_owned()
}

async fn read(State(core): State<Core>, uri: Uri) -> Result<Json<Record>, ApiError> {
    core.data().absences.0.get(&id_of(&uri)).map(|absence| Json(view(absence))).ok_or_else(ApiError::not_found)
}

async fn remove(State(core): State<Core>, uri: Uri) -> Result<StatusCode, ApiError> {
    let id = id_of(&uri);
    let mut data = core.data();
    let absence = data.absences.0.get(&id).ok_or_else(ApiError::not_found)?;
    let settled = core.settled_until();
    if absence.days.keys().any(|day| *day <= settled) {
        return Err(ApiError::rule("Fraværet har dager som er lønnsavregnet og kan ikke slettes."));
    }
    data.absences.0.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}
