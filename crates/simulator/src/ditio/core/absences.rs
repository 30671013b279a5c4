//! Absences: upserted on an id of the caller's, expanded to work days, settled days stay.

mod days;
mod push;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::{get, post};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::problem::Problem;
use super::record::Record;
use super::state::Core;
use crate::web::{Query, Routes};

/// One absence.
#[derive(Clone)]
struct Absence {
    /// What is answered but for the days.
    known: Record,
    /// Hours by day.
    days: BTreeMap<NaiveDate, f64>,
}

/// By `externalId`.
#[derive(Default)]
pub(super) struct Absences(BTreeMap<String, Absence>);

/// The path today, and the one in the vendor's earlier text.
pub(super) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/integration/absences", post(push::push))
        .route("/api/integration/absences/{*id}", get(read).delete(remove))
        .route("/api/v5/integration/absences", post(push::push))
        .route("/api/v5/integration/absences/{*id}", get(read).delete(remove))
}

fn shown(absence: &Absence) -> Record {
    let mut shown = absence.known.clone();
    let days = absence.days.iter().map(|(date, qty)| json!({ "date": date.to_string(), "qty": qty }));
    shown.insert("daysQty".to_owned(), absence.days.len().into());
    shown.insert("days".to_owned(), days.collect::<Vec<Value>>().into());
    shown
}

/// The id is the rest of the path, raw slashes included. A slash that came as `%2F` stays encoded, as with the
/// vendor's kind of server, and so does not match.
fn id_of(uri: &Uri) -> String {
    let rest = uri.path().split_once("/absences/").map_or("", |(_, rest)| rest);
    let kept = rest
        .replace("%2F", "%252F")
        .replace("%2f", "%252f")
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    Query::parse(format!("id={kept}").as_bytes()).get("id").unwrap_or_default().to_owned()
}

async fn read(State(core): State<Core>, uri: Uri) -> Result<Json<Record>, Problem> {
    core.data().absences.0.get(&id_of(&uri)).map(|absence| Json(shown(absence))).ok_or_else(Problem::not_found)
}

async fn remove(State(core): State<Core>, uri: Uri) -> Result<StatusCode, Problem> {
    let id = id_of(&uri);
    let mut data = core.data();
    let absence = data.absences.0.get(&id).ok_or_else(Problem::not_found)?;
    let settled = core.settled_until();
    if absence.days.keys().any(|day| *day <= settled) {
        return Err(Problem::rule("Fraværet har dager som er lønnsavregnet og kan ikke slettes."));
    }
    data.absences.0.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}
