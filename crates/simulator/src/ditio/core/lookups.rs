//! Read-only lookups: machine types, alert types, and projects and resources in short form.

use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use super::problem::Problem;
use super::projects::visible;
use super::record::{Record, flag, text};
use super::state::{Core, Data, in_scope};
use super::tasks;
use crate::ditio::world::MACHINE_TYPES;
use crate::web::{Query, Routes};

pub(super) fn routes() -> Routes<Core> {
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
    let types = MACHINE_TYPES.iter().enumerate().map(|(at, type_id)| {
        json!({ "id": format!("65b0000000000000000000{:02x}", at + 1), "typeId": type_id, "name": capital(type_id) })
    });
    Json(types.collect())
}

async fn alert_types() -> Json<Value> {
    let names = ["Ulykke", "Nestenulykke", "Uønsket hendelse", "Farlig forhold", "Kvalitetsavvik", "Ytre miljø"];
    let types = names.iter().enumerate().map(
        |(at, name)| json!({ "id": format!("65c0000000000000000000{:02x}", at + 1), "name": name, "active": true }),
    );
    Json(types.collect())
}

/// Omitted: the active ones; `1`: the inactive ones; `2`: all.
fn wanted(query: &Query) -> Result<impl Fn(&Record) -> bool + use<>, Problem> {
    let which: u8 = match query.non_blank("activeInactiveAll") {
        None | Some("0") => 0,
        Some("1") => 1,
        Some("2") => 2,
        Some(_) => return Err(Problem::field("activeInactiveAll", "The value has to be 0, 1 or 2.")),
    };
    Ok(move |record: &Record| which == 2 || flag(record, "active") == (which == 0))
}

async fn projects(State(core): State<Core>, query: Query) -> Result<Json<Value>, Problem> {
    let wanted = wanted(&query)?;
    Ok(Json(own(&core.data()).filter(|project| wanted(project)).map(short).collect()))
}

async fn search(State(core): State<Core>, query: Query) -> Json<Value> {
    let needle = query.non_blank("searchString").unwrap_or_default().to_lowercase();
    let active_only = query.non_blank("activeOnly").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let data = core.data();
    let found = own(&data).filter(|project| {
        let words =
            ["projectNumber", "name", "externalProjectNumber", "projectAddress"].map(|name| text(project, name));
        (!active_only || flag(project, "active")) && words.iter().any(|word| word.to_lowercase().contains(&needle))
    });
    Json(found.map(short).collect())
}

async fn project(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Record>, Problem> {
    visible(&core.data(), &id).cloned().map(Json)
}

async fn project_tasks(
    State(core): State<Core>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Vec<Record>>, Problem> {
    let wanted = wanted(&query)?;
    let data = core.data();
    visible(&data, &id)?;
    Ok(tasks::all_shown(&data, tasks::of(&data, &id).filter(|task| wanted(task))))
}

async fn resource_types() -> Json<Value> {
    Json(
        json!([{ "id": "person", "name": "Person" }, { "id": "machine", "name": "Maskin" }, { "id": "equipment", "name": "Utstyr" }]),
    )
}

/// A machine, or a person's profile.
async fn resource(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
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
    machine.or_else(|| data.people.as_resource(&id)).map(Json).ok_or_else(Problem::not_found)
}

fn own(data: &Data) -> impl Iterator<Item = &Record> {
    data.projects.iter().filter(|project| in_scope(text(project, "companyId")))
}

fn short(project: &Record) -> Value {
    let names = ["id", "companyId", "projectNumber", "externalProjectNumber", "name", "active"];
    names.iter().map(|name| ((*name).to_owned(), project.get(*name).cloned().unwrap_or_default())).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
