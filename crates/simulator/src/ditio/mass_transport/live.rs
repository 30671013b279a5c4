//! The older live view of drivers and machines. It is undocumented; the response has the members that the known client reads.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Api;
use crate::ditio::reporting::times::{MINUTE, utc};
use crate::ditio::world::{Machine, Person, Project};

const DUMPERS: [&str; 4] = ["dumper", "tippbil", "lastebil", "minidumper"];

/// Responds with the machines. Some were last seen more than 15 minutes ago, which clients treat as offline.
pub(super) async fn company(State(api): State<Api>) -> Json<Value> {
    let world = &api.0.world;
    let now = api.0.shared.clock.now().timestamp_millis();
    let (mut dumpers, mut loaders) = (Vec::new(), Vec::new());
    let (projects, people) = (world.own_projects(), world.own_people());
    for (index, machine) in world.own_machines().iter().enumerate() {
        let driver = &people[index % people.len()];
        let at = index % projects.len();
        let project = &projects[at];
        let task = world.work_orders.iter().find(|order| order.project == at).map_or("", |order| order.name);
        let minutes = i64::try_from(index).unwrap_or(0) * 2;
        let mut row = common_members(project, driver, task, &utc(now - minutes * MINUTE), index);
        if DUMPERS.contains(&machine.type_id.as_str()) {
            set_machine(&mut row, "dumper", machine, driver);
            row["appVersion"] = json!("4.31.0");
            row["deviceNeedsUpdate"] = json!(index % 5 == 0);
            row["dumperHasLoad"] = json!(index % 2 == 0);
            row["quantity"] = json!(12.5);
            row["speed"] = json!(38);
            row["distance"] = json!(1_240.4);
            row["eventSource"] = json!("App");
            dumpers.push(row);
        } else {
            set_machine(&mut row, "loader", machine, driver);
            loaders.push(row);
        }
    }
    Json(json!({ "dumperLiveDataList": dumpers, "loaderLiveDataList": loaders }))
}

fn common_members(project: &Project, driver: &Person, task: &str, last_seen: &str, index: usize) -> Value {
    json!({
        "companyId": project.company.id,
        "companyName": project.company.name,
        "projectId": project.id,
        "projectName": project.name,
        "taskName": task,
        "mobilePhoneNumber": driver.mobile,
        "lastSeen": last_seen,
        "massTypeName": if index.is_multiple_of(3) { Value::Null } else { json!("Sprengstein") },
        "lastKnownLocation": {
            "type": "Point",
            "coordinates": [project.longitude, project.latitude],
            "accuracy": 4.5,
            "isValidPoint": true,
        },
    })
}

fn set_machine(row: &mut Value, role: &str, machine: &Machine, driver: &Person) {
    row[format!("{role}Id")] = json!(machine.id);
    row[format!("{role}Name")] = json!(machine.name);
    row[format!("{role}AvatarSrc")] = Value::Null;
    row[format!("{role}DriverId")] = json!(driver.identity_id);
    row[format!("{role}DriverName")] = json!(driver.name());
}
