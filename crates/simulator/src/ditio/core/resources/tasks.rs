//! Work orders, called tasks in the API. A template sets six fields; a parent must be in the same project.

mod rules;

use std::collections::HashSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::json;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{Field, Kind, Record, assign, bind, empty_record, field, require, text};
use crate::ditio::core::resources::projects::{find_by_number, visible as visible_project};
use crate::ditio::core::state::{Core, Data, in_scope};
use crate::ditio::core::table::Table;
use crate::ditio::world::World;
use crate::web::Routes;

pub(in crate::ditio::core) const FIELDS: [Field; 27] = [
    field("id", Kind::Text),
    field("companyId", Kind::Text),
    field("projectId", Kind::Text),
    field("externalId", Kind::Text),
    field("name", Kind::Text),
    field("active", Kind::Bool),
    field("externalProjectNumber", Kind::Text),
    field("externalProjectName", Kind::Text),
    field("externalDim01", Kind::Text),
    field("workDescriptionShort", Kind::Text),
    field("workDescription", Kind::Text),
    field("startDate", Kind::Instant),
    field("finishedDatePlanned", Kind::Instant),
    field("finishedDate", Kind::Instant),
    field("estimatedHourQty", Kind::Number),
    field("fixedResourcePrice", Kind::Number),
    field("costPrice", Kind::Number),
    field("price", Kind::Number),
    field("unitId", Kind::TextOrNumber),
    field("measureUnitQty", Kind::BoolOrNumber),
    field("safeJobAnalysisApprovalRequired", Kind::Bool),
    field("safeJobAnalysisUserPromptText", Kind::Text),
    field("parentActivityId", Kind::Text),
    field("isParent", Kind::Bool),
    field("chapterId", Kind::Integer),
    field("taskLocationLatitude", Kind::Number),
    field("taskLocationLongitude", Kind::Number),
];
const REQUIRED: [&str; 3] = ["companyId", "projectId", "externalId"];

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/v4/integration/tasks", post(create))
        .route("/api/v4/integration/tasks/{id}", get(read).put(replace).patch(update).delete(delete))
        .route("/api/v4/integration/tasks/project/{id}", get(list_by_project))
        .route("/api/v4/integration/tasks/by-project-number/{number}", get(list_by_project_number))
        .route("/api/v4/integration/tasks/by-project-number/{number}/by-task-number/{task}", get(by_numbers))
        .route(
            "/api/v4/integration/tasks/by-external-project-number/{number}/by-external-id/{id}",
            get(by_external_numbers),
        )
}

/// Creates the table with the seeded work orders.
pub(in crate::ditio::core) fn seed(world: &World) -> Table {
    let mut table = Table::new(["projectId", "externalId"]);
    for order in &world.work_orders {
        let project = &world.projects[order.project];
        let members = json!({
            "id": order.id,
            "companyId": project.company.id,
            "projectId": project.id,
            "externalId": order.number,
            "name": order.name,
            "active": true,
            "externalProjectNumber": project.external_number,
            "workDescriptionShort": order.name,
            "workDescription": order.description,
            "startDate": "2025-09-01T00:00:00Z",
        });
        let mut record = empty_record(&FIELDS);
        assign(&mut record, members.as_object().cloned().unwrap_or_default());
        table.insert(record);
    }
    table
}

/// Returns a work order; a 404 if it is missing or belongs to a foreign company.
pub(in crate::ditio::core) fn visible<'a>(data: &'a Data, id: &str) -> Result<&'a Record, ApiError> {
    data.tasks.get(id).filter(|task| in_scope(text(task, "companyId"))).ok_or_else(ApiError::not_found)
}

/// Returns the work orders of a project, in the order of creation.
pub(in crate::ditio::core) fn by_project<'a>(data: &'a Data, project_id: &'a str) -> impl Iterator<Item = &'a Record> {
    data.tasks.iter().filter(move |task| text(task, "projectId") == project_id)
}

/// Returns the response form of a work order; `isParent` tells whether it has children.
pub(in crate::ditio::core) fn view(data: &Data, task: &Record) -> Record {
    with_parent_flag(task, rules::has_children(data, text(task, "id")))
}

/// Returns the response form of several work orders.
pub(in crate::ditio::core) fn views<'a>(data: &Data, tasks: impl Iterator<Item = &'a Record>) -> Json<Vec<Record>> {
    let parents: HashSet<&str> = data.tasks.iter().map(|task| text(task, "parentActivityId")).collect();
    Json(tasks.map(|task| with_parent_flag(task, parents.contains(text(task, "id")))).collect())
}

fn with_parent_flag(task: &Record, is_parent: bool) -> Record {
    let mut view = task.clone();
    if is_parent {
        view.insert("isParent".to_owned(), true.into());
    }
    view
}

async fn create(State(core): State<Core>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let input = bind(&FIELDS, &body)?;
    require(&input, &REQUIRED)?;
    if !in_scope(text(&input, "companyId")) {
        return Err(ApiError::forbidden("The company is not one of yours."));
    }
    let mut data = core.data();
    let project = visible_project(&data, text(&input, "projectId"))?;
    let project_id = text(project, "id").to_owned();
    if data.tasks.get(text(&input, "id")).is_some() {
        return Err(ApiError::rule("A work order with this id exists."));
    }
    if data.tasks.find(&project_id, text(&input, "externalId")).is_some() {
        return Err(ApiError::rule("Arbeidsordrenummeret er allerede i bruk på prosjektet."));
    }
    rules::check_sub_project(&data, project)?;
    rules::check_parent(&data, text(&input, "parentActivityId"), &project_id, None)?;
    let mut task = empty_record(&FIELDS);
    rules::fill_from_template(&core, &project_id, &input, &mut task);
    assign(&mut task, input);
    rules::clear_empty_parent(&mut task);
    if text(&task, "id").is_empty() {
        task.insert("id".to_owned(), core.ids.next().into());
    }
    data.tasks.insert(task.clone());
    Ok(Json(task))
}

async fn read(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Record>, ApiError> {
    let data = core.data();
    visible(&data, &id).map(|task| Json(view(&data, task)))
}

async fn list_by_project(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Vec<Record>>, ApiError> {
    let data = core.data();
    visible_project(&data, &id)?;
    Ok(views(&data, by_project(&data, &id)))
}

async fn list_by_project_number(
    State(core): State<Core>,
    Path(number): Path<String>,
) -> Result<Json<Vec<Record>>, ApiError> {
    let data = core.data();
    let project = find_by_number(&data, &number)?;
    Ok(views(&data, by_project(&data, text(project, "id"))))
}

/// Responds with an array of at most one work order.
async fn by_numbers(
    State(core): State<Core>,
    Path((number, task)): Path<(String, String)>,
) -> Result<Json<Vec<Record>>, ApiError> {
    let data = core.data();
    let project = find_by_number(&data, &number)?;
    let found = data.tasks.find(text(project, "id"), &task);
    Ok(Json(found.map(|task| view(&data, task)).into_iter().collect()))
}

/// Finds a work order by the external number of its project, else by the external number in the work order.
async fn by_external_numbers(
    State(core): State<Core>,
    Path((number, id)): Path<(String, String)>,
) -> Result<Json<Record>, ApiError> {
    let data = core.data();
    let projects = data.projects.iter().filter(|project| in_scope(text(project, "companyId")));
    let mut with_number = projects.filter(|project| text(project, "externalProjectNumber") == number);
    let by_project_number = with_number.find_map(|project| data.tasks.find(text(project, "id"), &id));
    let by_own_number = || {
        let mut in_client_scope = data.tasks.iter().filter(|task| in_scope(text(task, "companyId")));
        in_client_scope.find(|task| text(task, "externalId") == id && text(task, "externalProjectNumber") == number)
    };
    by_project_number.or_else(by_own_number).map(|task| Json(view(&data, task))).ok_or_else(ApiError::not_found)
}

async fn replace(State(core): State<Core>, Path(id): Path<String>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let stored = visible(&data, &id)?.clone();
    let input = bind(&FIELDS, &body)?;
    require(&input, &REQUIRED)?;
    rules::save(&mut data, &stored, empty_record(&FIELDS), input)
}

async fn update(State(core): State<Core>, Path(id): Path<String>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let stored = visible(&data, &id)?.clone();
    let mut input = bind(&FIELDS, &body)?;
    if input.get("parentActivityId").is_some_and(serde_json::Value::is_null) {
        input.remove("parentActivityId");
    }
    rules::save(&mut data, &stored, stored.clone(), input)
}

async fn delete(State(core): State<Core>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let mut data = core.data();
    visible(&data, &id)?;
    if rules::has_children(&data, &id) {
        return Err(ApiError::rule("The work order has sub work orders. Set active to false instead."));
    }
    // The first work order of each seeded project has time registrations.
    if core.world.work_orders.iter().any(|order| order.id == id && order.number == "AO-01") {
        return Err(ApiError::rule("The work order has time registrations. Set active to false instead."));
    }
    data.tasks.remove(&id);
    data.documents.remove_owner(&id);
    Ok(StatusCode::NO_CONTENT)
}
