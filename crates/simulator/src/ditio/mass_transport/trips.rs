//! The older report on trips: the trips of the reporting API, with older member names.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::Api;
use super::api_error::ApiError;
use super::body::{Body, FieldErrors, check_company};
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::store::Store;
use crate::ditio::world::{COMPANIES, World};

/// Renamed members: name in the reporting API, name here.
const RENAMED: [(&str, &str); 5] = [
    ("id", "tripId"),
    ("dumperRegistrationNumber", "registrationNumber"),
    ("projectExternalNumber", "externalProjectId"),
    ("taskName", "taskDescription"),
    ("unitOfMeasureText", "unitOfMeasure"),
];
/// Members of the reporting API that are absent here.
const OMITTED: [&str; 4] = ["isFlowData", "isDeleted", "dumperDriverCompanyName", "unitOfMeasure"];

/// Responds with an array of all trips in the window; the end is inclusive.
pub(super) async fn report(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, ApiError> {
    let filter = body.object()?;
    let mut errors = FieldErrors::default();
    let from = errors.time(&filter, "", "fromDate", true);
    let to = errors.time(&filter, "", "toDate", true);
    errors.check()?;
    let company = filter.get("companyId").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned);
    company.as_deref().map_or(Ok(()), check_company)?;
    let store = api.0.shared.extensions.get::<Store>();
    let work = move || store.map_or_else(Vec::new, |store| store.trips(from, to.map(|to| to + 1)));
    let rows = tokio::task::spawn_blocking(work).await.unwrap_or_default();
    let named = company.and_then(|id| COMPANIES.iter().find(|company| company.id == id)).map(|company| company.name);
    let rows = rows.iter().filter(|row| named.is_none_or(|name| row.text("projectCompanyName") == Some(name)));
    Ok(Json(rows.map(|row| to_older_record(&api.0.world, row)).collect()))
}

fn to_older_record(world: &World, row: &Row) -> Value {
    let mut trip = Map::new();
    for (name, value) in row.members() {
        let renamed = RENAMED.iter().find(|(source, _)| *source == name).map(|(_, target)| *target);
        if renamed.is_some() || !OMITTED.contains(&name) {
            trip.insert(renamed.unwrap_or(name).to_owned(), value.clone());
        }
    }
    let company = COMPANIES.iter().find(|company| row.text("projectCompanyName") == Some(company.name));
    let driver = |name: &str| {
        let person = row.text(name).and_then(|name| world.people.iter().find(|person| person.name() == name));
        person.map(|person| person.identity_id.clone())
    };
    let additions = json!({
        "companyName": row.get("projectCompanyName"),
        "projectCompanyId": company.map(|company| company.id),
        "taskExternalId": null,
        "dumperNameShort": row.get("dumperNumber"),
        "dumperDriverId": driver("dumperDriverName"),
        "loaderNameShort": row.get("loaderNumber"),
        "loaderDriverId": driver("loaderDriverName"),
        "dumpCode": null,
        "averageSpeed": row.get("averageSpeedKmh"),
        "distanceAccumulated": row.get("distance"),
        "receiptFileReferenceIds": [],
        "breaks": [],
        "executionPlanId": null,
        "tags": ["Anlegg"],
    });
    if let Value::Object(additions) = additions {
        trip.extend(additions);
    }
    Value::Object(trip)
}
