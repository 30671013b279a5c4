//! Worlds: data of the tenant that replace seeded data.

use keyfob_simulator::{DitioTable, Simulator, World};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Ditio, http, read_response};

fn world() -> Value {
    json!({
        "ditio": {
            "projects": [{ "projectNumber": "P-1", "name": "Bru", "active": true, "externalProjectNumber": "E-1" }],
            "machines": [
                { "machineNumber": "M-002", "companyId": "012346" },
                { "machineNumber": "M-001", "name": "Volvo", "typeId": "dumper", "id": "6000000000000000000000aa" },
            ],
            "employees": [{
                "employeeNumber": "1042", "firstName": "Kari", "lastName": "Nordmann", "phone": "+4791234567",
                "birthDate": "1990-05-17", "employment": { "startDate": "2020-01-01", "department": "7" },
            }],
        },
        "bits": { "workflows": [{ "id": "bits:workflow::0f7c2a4e-3b1d-4c5e-8f60-718293a4b5c6" }] },
        "itempath": {
            "storageUnits": [{ "name": "VLM 7", "type": 5, "warehouse": "Lager Tromsø", "maxWeight": 5 }],
            "bins": [{ "name": "KLT", "depth": 600, "id": "aaaaaaaa-0000-4000-a000-000000000001" }],
            "roles": [{ "id": "bbbbbbbb-0000-4000-a000-000000000001", "name": "Chef" }],
        },
    })
}

async fn load(simulator: &Simulator, world: &Value) -> (StatusCode, Value) {
    let request = http().post(format!("{}/_control/world", simulator.url())).json(world);
    read_response(request.send().await.unwrap()).await
}

#[tokio::test]
async fn every_ditio_api_has_the_projects_machines_and_employees_of_the_world_and_no_others() {
    let world: World = world().to_string().parse().unwrap();
    let ditio = Ditio::over(Simulator::builder().world(world).start().await.unwrap()).await;
    let root = "/api/v4/integration";
    let (_, projects) = ditio.call(Method::GET, &format!("{root}/projects"), None).await;
    assert_eq!(projects.as_array().unwrap().len(), 1, "{projects}");
    assert_eq!((&projects[0]["name"], &projects[0]["active"]), (&json!("Bru"), &json!(true)));
    assert_eq!((&projects[0]["companyId"], &projects[0]["startDate"]), (&json!("012345"), &Value::Null));
    let (_, machines) = ditio.call(Method::GET, &format!("{root}/machines"), None).await;
    let numbers: Vec<_> = machines.as_array().unwrap().iter().map(|machine| &machine["machineNumber"]).collect();
    assert_eq!(numbers, ["M-001", "M-002"]);
    assert_eq!((&machines[0]["id"], &machines[0]["price"]), (&json!("6000000000000000000000aa"), &Value::Null));
    let (_, employees) = ditio.call(Method::GET, "/api/v5/integration/employees", None).await;
    assert_eq!(employees.as_array().unwrap().len(), 1);
    assert_eq!(employees[0]["employment"]["department"], "7");
    let (status, created) = {
        let task = json!({ "companyId": "012345", "projectId": projects[0]["id"], "externalId": "WO-9" });
        ditio.call(Method::POST, &format!("{root}/tasks"), Some(task)).await
    };
    assert_eq!((status, &created["price"]), (StatusCode::OK, &Value::Null), "no template: {created}");
    let reporting = ditio.simulator.ditio_reporting();
    for table in DitioTable::ALL {
        let rows = reporting.rows(table);
        assert!(rows.iter().all(|row| !row.to_string().contains("P-2025-")), "{table:?}");
    }
    let rows = reporting.rows(DitioTable::Project);
    assert_eq!((rows.len(), &rows[0]["id"]), (1, &projects[0]["id"]));
    assert_eq!(reporting.rows(DitioTable::Resource).len(), 3);
}

#[tokio::test]
async fn a_world_is_loaded_and_replaced_and_a_reset_returns_to_that_of_the_start() {
    let ditio = Ditio::start().await;
    let simulator = &ditio.simulator;
    let count = async || ditio.call(Method::GET, "/api/v4/integration/machines", None).await.1.as_array().map(Vec::len);
    let seeded = count().await;
    assert_eq!(load(simulator, &world()).await.0, StatusCode::OK);
    assert_eq!(count().await, Some(2), "the token is still valid");
    let workflow = "bits:workflow::0f7c2a4e-3b1d-4c5e-8f60-718293a4b5c6";
    assert!(simulator.environment().contains(&("BITS_WORKFLOW_ID", workflow.to_owned())));
    let current = http().get(format!("{}/_control/world", simulator.url())).send().await.unwrap();
    assert_eq!(read_response(current).await.1, world());
    for (invalid, message) in [
        (json!({ "ditio": { "machines": [{ "machineNumber": 1, "colour": "red" }] } }), "unknown member `colour`"),
        (json!({ "bits": { "workflows": [{ "id": "7" }] } }), "`7` is not the id of a workflow"),
        (json!({ "itempath": { "shelves": [] } }), "unknown field `shelves`, expected"),
    ] {
        let (status, response) = load(simulator, &invalid).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(response["message"].as_str().unwrap().starts_with(message), "{response}");
        assert_eq!(count().await, Some(2), "an invalid world changes nothing");
    }
    assert_eq!(load(simulator, &json!({})).await.0, StatusCode::OK);
    assert_eq!(count().await, seeded);
    load(simulator, &world()).await;
    simulator.reset();
    assert_eq!(simulator.ditio_reporting().count(DitioTable::Project), 16);
    let started = Simulator::builder().world(world().to_string().parse().unwrap()).start().await.unwrap();
    load(&started, &json!({})).await;
    assert_eq!(started.ditio_reporting().count(DitioTable::Project), 16);
    started.reset();
    assert_eq!(started.ditio_reporting().count(DitioTable::Project), 1, "the world of the start");
}

#[tokio::test]
async fn the_storage_units_and_bins_of_the_world_hold_the_stock() {
    let world: World = world().to_string().parse().unwrap();
    let simulator = Simulator::builder().world(world).start().await.unwrap();
    let get = async |path: &str| {
        let request = http().get(format!("{}/itempath/api/{path}", simulator.url()));
        let request = request.bearer_auth(keyfob_simulator::credentials::ITEMPATH_TOKEN);
        read_response(request.send().await.unwrap()).await.1
    };
    let units = get("storage_units").await;
    assert_eq!(units["storage_units"].as_array().unwrap().len(), 1, "{units}");
    let unit = &units["storage_units"][0];
    assert_eq!((&unit["name"], &unit["maxWeight"], &unit["netDepth"]), (&json!("VLM 7"), &json!(5.0), &Value::Null));
    let warehouse = get(&format!("warehouses/{}", unit["warehouseId"].as_str().unwrap())).await;
    assert_eq!(warehouse["warehouse"]["name"], "Lager Tromsø");
    let bins = get("bins").await;
    assert_eq!(bins["bins"][0]["id"], "AAAAAAAA-0000-4000-A000-000000000001");
    let user = get("users/1").await;
    let role = (json!("BBBBBBBB-0000-4000-A000-000000000001"), json!("Chef"));
    assert_eq!((&user["user"]["roleId"], &user["user"]["roleName"]), (&role.0, &role.1), "{user}");
    let contents = get("location_contents?limit=5").await;
    assert_eq!(contents["contents"].as_array().unwrap().len(), 5);
    for content in contents["contents"].as_array().unwrap() {
        assert_eq!((&content["storageUnitName"], &content["binId"]), (&unit["name"], &bins["bins"][0]["id"]));
    }
}

#[tokio::test]
async fn identifiers_that_samples_create_are_free_and_those_they_read_exist() {
    let ditio = Ditio::start().await;
    for (path, expected) in [
        ("/api/v4/integration/machines/by-machine-number/M-001", StatusCode::NOT_FOUND),
        ("/api/v4/integration/projects/by-project-number/P-2026-001", StatusCode::NOT_FOUND),
        ("/api/v5/integration/employees/1042", StatusCode::OK),
    ] {
        assert_eq!(ditio.call(Method::GET, path, None).await.0, expected, "{path}");
    }
}
