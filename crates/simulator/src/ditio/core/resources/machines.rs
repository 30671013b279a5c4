//! Machines and equipment. PUT and PATCH ignore absent and null members; array requests are not atomic.

mod array;
mod esg;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post, put};
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{
    Field, Kind, Record, assign, bind, empty_record, field, flag, require, seeded_record, text,
};
use crate::ditio::core::state::{Core, Data, in_scope};
use crate::ditio::core::table::Table;
use crate::ditio::world::{COMPANIES, MACHINE_TYPES, World};
use crate::web::{Query, Routes};

pub(in crate::ditio::core) const FIELDS: [Field; 25] = [
    field("id", Kind::Text),
    field("companyId", Kind::Text),
    field("machineNumber", Kind::Text),
    field("name", Kind::Text),
    field("typeId", Kind::Text),
    field("department", Kind::Text),
    field("active", Kind::Bool),
    field("isEquipment", Kind::Bool),
    field("costPriceMachine", Kind::Number),
    field("costPrice", Kind::Number),
    field("price", Kind::Number),
    field("weight", Kind::Number),
    field("capacity", Kind::Number),
    field("note", Kind::Text),
    field("buildYear", Kind::Integer),
    field("emissionClass", Kind::Text),
    field("hourMeter", Kind::Number),
    field("serviceDate", Kind::Instant),
    field("serialNumber", Kind::Text),
    field("engineNumber", Kind::Text),
    field("registrationNumber", Kind::Text),
    field("responsibleId", Kind::Text),
    field("responsibleEmployeeNumber", Kind::Text),
    field("blockCheckIn", Kind::Bool),
    field("blockCheckInMessage", Kind::Text),
];
const REQUIRED: [&str; 2] = ["companyId", "machineNumber"];
/// Number of seeded machines with registrations, which cannot be deleted.
const WITH_REGISTRATIONS: usize = 4;

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/v4/integration/machines", get(list).post(create))
        .route("/api/v4/integration/machines/create/array", post(array::create))
        .route("/api/v4/integration/machines/update/array", put(array::update))
        .route("/api/v4/integration/machines/{id}", get(read).put(update).patch(update).delete(delete))
        .route("/api/v4/integration/machines/{id}/esg", patch(esg::update))
        .route("/api/v4/integration/machines/by-machine-number/{number}", get(by_number))
        .route("/api/v4/integration/machines/is-machine-deletable/{id}", get(is_deletable))
}

/// Creates the table with the seeded machines.
pub(in crate::ditio::core) fn seed(world: &World) -> Table {
    let mut table = Table::new(["companyId", "machineNumber"]);
    for machine in &world.machines {
        let members = json!({
            "id": machine.id,
            "companyId": machine.company.id,
            "machineNumber": machine.number,
            "name": machine.name,
            "typeId": machine.type_id,
            "department": "3210",
            "active": true,
            "buildYear": machine.build_year,
            "hourMeter": machine.hour_meter,
            "registrationNumber": machine.registration_number,
            "costPrice": 620,
            "price": 890,
        });
        table.insert(seeded_record(&FIELDS, machine.entry.as_ref(), members, &["id", "companyId"]));
    }
    table
}

/// Returns a machine; a 404 if it is missing or belongs to a foreign company.
fn visible<'a>(data: &'a Data, id: &str) -> Result<&'a Record, ApiError> {
    data.machines.get(id).filter(|machine| in_scope(text(machine, "companyId"))).ok_or_else(ApiError::not_found)
}

async fn create(State(core): State<Core>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    add(&core, &mut core.data(), &body).map(Json)
}

/// Creates a machine.
fn add(core: &Core, data: &mut Data, body: &Value) -> Result<Record, ApiError> {
    let mut input = bind(&FIELDS, body)?;
    input.remove("id");
    require(&input, &REQUIRED)?;
    if !in_scope(text(&input, "companyId")) {
        return Err(ApiError::forbidden("The company is not one of yours."));
    }
    let mut machine = empty_record(&FIELDS);
    assign(&mut machine, input);
    check(data, &mut machine)?;
    machine.insert("id".to_owned(), core.ids.next().into());
    data.machines.insert(machine.clone());
    Ok(machine)
}

/// Changes a machine. A null is ignored, an empty text clears the member.
fn change(data: &mut Data, id: &str, body: &Value) -> Result<Record, ApiError> {
    let stored = visible(data, id)?;
    let mut input = bind(&FIELDS, body)?;
    input.retain(|_, value| !value.is_null());
    input.remove("id");
    if input.contains_key("companyId") && !in_scope(text(&input, "companyId")) {
        input.remove("companyId");
    }
    let mut machine = stored.clone();
    for (name, value) in input {
        machine.insert(name, if value == "" { Value::Null } else { value });
    }
    require(&machine, &REQUIRED)?;
    check(data, &mut machine)?;
    data.machines.replace(machine.clone());
    Ok(machine)
}

/// Checks that the number is unique and the type exists; equipment requires no type and never blocks check-ins.
fn check(data: &Data, machine: &mut Record) -> Result<(), ApiError> {
    let same_number = data.machines.find(text(machine, "companyId"), text(machine, "machineNumber"));
    if same_number.is_some_and(|other| other.get("id") != machine.get("id")) {
        return Err(ApiError::rule("Maskinnummeret er allerede i bruk."));
    }
    let type_id = text(machine, "typeId");
    if flag(machine, "isEquipment") {
        machine.insert("blockCheckIn".to_owned(), false.into());
    } else if !type_id.is_empty() && !MACHINE_TYPES.contains(&type_id) {
        let key = "MachineService.machineTypeInvalid";
        return Err(ApiError::simple(StatusCode::BAD_REQUEST, key, key));
    }
    Ok(())
}

async fn list(State(core): State<Core>, query: Query) -> Json<Vec<Record>> {
    let include_details =
        query.non_blank("includeEquipmentDetails").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let data = core.data();
    let visible = data.machines.iter().filter(|machine| in_scope(text(machine, "companyId"))).cloned();
    let machines = visible.map(|mut machine| {
        if include_details {
            let value = if flag(&machine, "isEquipment") { json!({}) } else { Value::Null };
            machine.insert("equipmentDetails".to_owned(), value);
        }
        machine
    });
    Json(machines.collect())
}

async fn read(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<Record>, ApiError> {
    visible(&core.data(), &id).cloned().map(Json)
}

async fn by_number(State(core): State<Core>, Path(number): Path<String>) -> Result<Json<Record>, ApiError> {
    let data = core.data();
    let mut found = COMPANIES[..2].iter().filter_map(|company| data.machines.find(company.id, &number));
    found.next().cloned().map(Json).ok_or_else(ApiError::not_found)
}

async fn update(State(core): State<Core>, Path(id): Path<String>, Body(body): Body) -> Result<Json<Record>, ApiError> {
    change(&mut core.data(), &id, &body).map(Json)
}

async fn delete(State(core): State<Core>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let mut data = core.data();
    visible(&data, &id)?;
    if has_registrations(&core, &id) {
        return Err(ApiError::rule("The machine has registrations. Set active to false instead."));
    }
    data.machines.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}

async fn is_deletable(State(core): State<Core>, Path(id): Path<String>) -> Result<Json<bool>, ApiError> {
    visible(&core.data(), &id)?;
    Ok(Json(!has_registrations(&core, &id)))
}

fn has_registrations(core: &Core, id: &str) -> bool {
    core.world.machines.iter().take(WITH_REGISTRATIONS).any(|machine| machine.id == id)
}
