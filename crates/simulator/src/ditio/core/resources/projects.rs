//! Projects. POST with an existing number returns that project; PUT clears absent fields, PATCH does not.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{
    Field, Kind, Record, assign, bind, empty_record, field, require, seeded_record, text,
};
use crate::ditio::core::state::{Core, Data, in_scope};
use crate::ditio::core::table::Table;
use crate::ditio::world::{COMPANIES, World};
use crate::web::Routes;

pub(in crate::ditio::core) const FIELDS: [Field; 26] = [
    field("companyId", Kind::Text),
    field("projectNumber", Kind::Text),
    field("name", Kind::Text),
    field("externalProjectNumber", Kind::Text),
    field("externalDimension1", Kind::Text),
    field("externalDimension2", Kind::Text),
    field("description", Kind::Text),
    field("active", Kind::Bool),
    field("requireTaskNumber", Kind::Bool),
    field("blockedForRegistration", Kind::Bool),
    field("startDate", Kind::Instant),
    field("finishedDatePlanned", Kind::Instant),
    field("finishedDate", Kind::Instant),
    field("estimatedHourQty", Kind::Number),
    field("mainForemanId", Kind::Text),
    field("projectLeaderId", Kind::Text),
    field("mainContactEmail", Kind::Text),
    field("projectCustomerName", Kind::Text),
    field("projectAddress", Kind::Text),
    field("workBreakLunchStartTime", Kind::Text),
    field("workBreakLunchLength", Kind::Number),
    field("workBreakDinnerStartTime", Kind::Text),
    field("workBreakDinnerLength", Kind::Number),
    field("projectLocationLatitude", Kind::Number),
    field("projectLocationLongitude", Kind::Number),
    field("id", Kind::Text),
];
const REQUIRED: [&str; 2] = ["companyId", "projectNumber"];

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/v4/integration/projects", get(list).post(create))
        .route("/api/v4/integration/projects/{id}", get(read).put(replace).patch(update).delete(delete))
        .route("/api/v4/integration/projects/by-project-number/{number}", get(by_number))
}

/// Creates the table with the seeded projects.
pub(in crate::ditio::core) fn seed(world: &World) -> Table {
    let mut table = Table::new(["companyId", "projectNumber"]);
    for (index, project) in world.projects.iter().enumerate() {
        let members = json!({
            "id": project.id,
            "companyId": project.company.id,
            "projectNumber": project.number,
            "name": project.name,
            "externalProjectNumber": project.external_number,
            "active": project.active,
            "requireTaskNumber": index % 2 == 0,
            "startDate": "2025-08-18T00:00:00Z",
            "finishedDatePlanned": "2026-12-31T00:00:00Z",
            "estimatedHourQty": 1_500 + 250 * index,
            "mainContactEmail": "prosjektleder@example.no",
            "projectCustomerName": project.customer,
            "projectAddress": project.address,
            "workBreakLunchStartTime": "11:30",
            "workBreakLunchLength": 30,
            "projectLocationLatitude": project.latitude,
            "projectLocationLongitude": project.longitude,
        });
        table.insert(seeded_record(&FIELDS, project.entry.as_ref(), members, &["id", "companyId"]));
    }
    table
}

/// Returns a project; a 404 if it is missing or belongs to a foreign company.
pub(in crate::ditio::core) fn visible<'a>(data: &'a Data, id: &str) -> Result<&'a Record, ApiError> {
    data.projects.get(id).filter(|project| in_scope(text(project, "companyId"))).ok_or_else(ApiError::not_found)
}

/// Returns the project with a number, of the client's own company first.
pub(in crate::ditio::core) fn find_by_number<'a>(data: &'a Data, number: &str) -> Result<&'a Record, ApiError> {
    let mut found = COMPANIES[..2].iter().filter_map(|company| data.projects.find(company.id, number));
    found.next().ok_or_else(ApiError::not_found)
}

async fn create(State(core): State<Core>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let mut input = bind(&FIELDS, &body)?;
    input.remove("id");
    require(&input, &REQUIRED)?;
    if !in_scope(text(&input, "companyId")) {
        return Err(ApiError::forbidden("The company is not one of yours."));
    }
    let mut data = core.data();
    if let Some(existing) = data.projects.find(text(&input, "companyId"), text(&input, "projectNumber")) {
        return Ok(Json(existing.clone()));
    }
    let mut project = empty_record(&FIELDS);
    assign(&mut project, input);
    check_external_number(&data, &project)?;
    project.insert("id".to_owned(), core.ids.next().into());
    data.projects.insert(project.clone());
    Ok(Json(project))
}

async fn list(State(core): State<Core>) -> Json<Vec<Record>> {
    let data = core.data();
    let visible = data.projects.iter().filter(|project| in_scope(text(project, "companyId")));
    Json(visible.cloned().collect())
}

async fn read(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Record>, ApiError> {
    visible(&core.data(), &id).cloned().map(Json)
}

async fn by_number(State(core): State<Core>, Path(number): Path<String>) -> Result<Json<Record>, ApiError> {
    find_by_number(&core.data(), &number).cloned().map(Json)
}

async fn replace(State(core): State<Core>, Path(id): Path<String>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let stored = visible(&data, &id)?.clone();
    let input = bind(&FIELDS, &body)?;
    require(&input, &REQUIRED)?;
    save(&mut data, &stored, empty_record(&FIELDS), input)
}

async fn update(State(core): State<Core>, Path(id): Path<String>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let stored = visible(&data, &id)?.clone();
    let input = bind(&FIELDS, &body)?;
    save(&mut data, &stored, stored.clone(), input)
}

/// Stores `base` with changes. The id does not change, nor does the owner unless the new owner is in scope.
fn save(data: &mut Data, stored: &Record, base: Record, mut changes: Record) -> Result<Json<Record>, ApiError> {
    changes.insert("id".to_owned(), stored["id"].clone());
    if !in_scope(text(&changes, "companyId")) {
        changes.insert("companyId".to_owned(), stored["companyId"].clone());
    }
    let mut project = base;
    assign(&mut project, changes);
    require(&project, &REQUIRED)?;
    let same_number = data.projects.find(text(&project, "companyId"), text(&project, "projectNumber"));
    if same_number.is_some_and(|other| other["id"] != stored["id"]) {
        return Err(ApiError::rule("Prosjektnummeret er allerede i bruk."));
    }
    check_external_number(data, &project)?;
    data.projects.replace(project.clone());
    Ok(Json(project))
}

async fn delete(State(core): State<Core>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let mut data = core.data();
    visible(&data, &id)?;
    let tasks: Vec<String> = data
        .tasks
        .iter()
        .filter(|task| text(task, "projectId") == id)
        .map(|task| text(task, "id").to_owned())
        .collect();
    for task in tasks {
        data.tasks.remove(&task);
        data.documents.remove_owner(&task);
    }
    data.documents.remove_owner(&id);
    data.projects.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}

/// Checks the external number of a project of the subsidiary, which has the check enabled: it must be a configured value.
fn check_external_number(data: &Data, project: &Record) -> Result<(), ApiError> {
    let number = text(project, "externalProjectNumber");
    if text(project, "companyId") != COMPANIES[1].id || data.references.allows_project_number(number) {
        return Ok(());
    }
    Err(ApiError::rule(&format!("Extern prosjektnummer {number} er ikke en gyldig. Velg fra listen")))
}
