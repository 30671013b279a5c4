//! Read-only lookups: machine types, alert types, short forms of projects and resources.

use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::record::{Record, flag, text};
use crate::ditio::core::resources::projects::visible;
use crate::ditio::core::resources::tasks;
use crate::ditio::core::state::{Core, Data, in_scope};
use crate::ditio::world::MACHINE_TYPES;
use crate::web::{Query, Routes};

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/MachineType", get(machine_types))
        .route("/api/ProjNotificationTypeSetup", get(alert_types))
        .route("/api/projects", get(projects))
        .route("/api/projects/search", get(search))
        .route("/api/projects/{id}", get(project))
        .route("/api/projects/{id}/tasks", get(project_tasks))
        .route("/api/resources/types", get(resource_types))
        .route("/api/resources/details/{id}", get(resource))
}

async fn machine_types() -> Json<Value> {
    let types = MACHINE_TYPES.iter().enumerate().map(|(index, type_id)| {
        json!({ "id": format!("65b0000000000000000000{:02x}", index + 1), "typeId": type_id, "name": capitalized(type_id) })
    });
    Json(types.collect())
}

async fn alert_types() -> Json<Value> {
    let names = ["Ulykke", "Nestenulykke", "Uønsket hendelse", "Farlig forhold", "Kvalitetsavvik", "Ytre miljø"];
    let types = names.iter().enumerate().map(
        |(index, name)| json!({ "id": format!("65c0000000000000000000{:02x}", index + 1), "name": name, "active": true }),
    );
    Json(types.collect())
}

/// Parses `activeInactiveAll`: `0` or absent for active, `1` for inactive, `2` for all.
fn active_filter(query: &Query) -> Result<impl Fn(&Record) -> bool + use<>, ApiError> {
    let choice: u8 = match query.non_blank("activeInactiveAll") {
        None | Some("0") => 0,
        Some("1") => 1,
        Some("2") => 2,
        Some(_) => return Err(ApiError::field("activeInactiveAll", "The value has to be 0, 1 or 2.")),
    };
    Ok(move |record: &Record| choice == 2 || flag(record, "active") == (choice == 0))
}

async fn projects(State(core): State<Core>, query: Query) -> Result<Json<Value>, ApiError> {
    let active_filter = active_filter(&query)?;
    Ok(Json(visible_projects(&core.data()).filter(|project| active_filter(project)).map(summary).collect()))
}

async fn search(State(core): State<Core>, query: Query) -> Json<Value> {
    let needle = query.non_blank("searchString").unwrap_or_default().to_lowercase();
    let active_only = query.non_blank("activeOnly").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let data = core.data();
    let found = visible_projects(&data).filter(|project| {
        let texts =
            ["projectNumber", "name", "externalProjectNumber", "projectAddress"].map(|name| text(project, name));
        (!active_only || flag(project, "active")) && texts.iter().any(|text| text.to_lowercase().contains(&needle))
    });
    Json(found.map(summary).collect())
}

async fn project(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Record>, ApiError> {
    visible(&core.data(), &id).cloned().map(Json)
}

async fn project_tasks(
    State(core): State<Core>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Vec<Record>>, ApiError> {
    let active_filter = active_filter(&query)?;
    let data = core.data();
    visible(&data, &id)?;
    Ok(tasks::views(&data, tasks::by_project(&data, &id).filter(|task| active_filter(task))))
}

async fn resource_types() -> Json<Value> {
    Json(
        json!([{ "id": "person", "name": "Person" }, { "id": "machine", "name": "Maskin" }, { "id": "equipment", "name": "Utstyr" }]),
    )
}

/// Responds with a machine or a person's profile.
async fn resource(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let data = core.data();
    let machine = data.machines.get(&id).filter(|machine| in_scope(text(machine, "companyId"))).map(|machine| {
        let kind = if flag(machine, "isEquipment") { "equipment" } else { "machine" };
        json!({
            "id": id,
            "companyId": machine["companyId"],
            "resourceNumber": machine["machineNumber"],
            "name": machine["name"],
            "resourceTypeId": kind,
            "active": machine["active"],
        })
    });
    machine.or_else(|| data.people.as_resource(&id)).map(Json).ok_or_else(ApiError::not_found)
}

fn visible_projects(data: &Data) -> impl Iterator<Item = &Record> {
    data.projects.iter().filter(|project| in_scope(text(project, "companyId")))
}

fn summary(project: &Record) -> Value {
    let names = ["id", "companyId", "projectNumber", "externalProjectNumber", "name", "active"];
    names.iter().map(|name| ((*name).to_owned(), project.get(*name).cloned().unwrap_or_default())).collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
