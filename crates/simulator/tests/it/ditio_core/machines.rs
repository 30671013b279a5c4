//! Machines.

use keyfob_simulator::credentials::DITIO_COMPANY_ID;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

const ROOT: &str = "/api/v4/integration/machines";

async fn create(ditio: &Ditio, number: &str, more: Value) -> (StatusCode, Value) {
    let mut body = json!({ "companyId": DITIO_COMPANY_ID, "machineNumber": number });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ditio.call(Method::POST, ROOT, Some(body)).await
}

#[tokio::test]
async fn put_and_patch_ignore_absent_and_null_members_and_clear_empty_ones() {
    let ditio = Ditio::start().await;
    let more = json!({ "note": "ny", "blockCheckIn": true, "blockCheckInMessage": "Service", "buildYear": "1998" });
    let (_, machine) = create(&ditio, "X-1", more).await;
    assert_eq!(machine["buildYear"], 1998);
    let path = format!("{ROOT}/{}", machine["id"].as_str().unwrap());
    for method in [Method::PUT, Method::PATCH] {
        let kept = json!({ "name": "Volvo", "note": null });
        let (status, kept) = ditio.call(method, &path, Some(kept)).await;
        assert_eq!((status, &kept["note"], &kept["blockCheckIn"]), (StatusCode::OK, &json!("ny"), &json!(true)));
    }
    let cleared = ditio.call(Method::PUT, &path, Some(json!({ "blockCheckInMessage": "" }))).await.1;
    assert_eq!((&cleared["blockCheckInMessage"], &cleared["name"]), (&Value::Null, &json!("Volvo")));
}

#[tokio::test]
async fn a_type_must_exist_unless_the_machine_is_equipment() {
    let ditio = Ditio::start().await;
    let (status, body) = create(&ditio, "X-1", json!({ "typeId": "ufo" })).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("MachineService.machineTypeInvalid")));
    let equipment = json!({ "typeId": "ufo", "isEquipment": true, "blockCheckIn": true });
    let (status, body) = create(&ditio, "X-1", equipment).await;
    assert_eq!((status, &body["blockCheckIn"]), (StatusCode::OK, &json!(false)));
    assert_eq!(create(&ditio, "X-1", json!({})).await.0, StatusCode::BAD_REQUEST);
    let (_, list) = ditio.call(Method::GET, &format!("{ROOT}?includeEquipmentDetails=true"), None).await;
    assert_eq!(list.as_array().unwrap().last().unwrap()["equipmentDetails"], json!({}));
}

#[tokio::test]
async fn arrays_are_not_atomic() {
    let ditio = Ditio::start().await;
    let item =
        |number: &str, kind: &str| json!({ "companyId": DITIO_COMPANY_ID, "machineNumber": number, "typeId": kind });
    let items = json!([item("X-1", "dumper"), item("X-2", "ufo"), item("X-3", "dumper")]);
    let (status, _) = ditio.call(Method::POST, &format!("{ROOT}/create/array"), Some(items)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let by_number =
        async |number: &str| ditio.call(Method::GET, &format!("{ROOT}/by-machine-number/{number}"), None).await;
    let (_, first) = by_number("X-1").await;
    assert_eq!(by_number("X-3").await.0, StatusCode::NOT_FOUND);
    let update = |id: &Value, number: &str| json!({ "id": id, "companyId": DITIO_COMPANY_ID, "machineNumber": number, "note": "endret" });
    let items = json!([update(&first["id"], "X-1"), update(&json!("nothing"), "X-2")]);
    let (status, _) = ditio.call(Method::PUT, &format!("{ROOT}/update/array"), Some(items)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(by_number("X-1").await.1["note"], "endret");
    let without_id = json!([item("X-1", "dumper")]);
    let (status, _) = ditio.call(Method::PUT, &format!("{ROOT}/update/array"), Some(without_id)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn fuel_data_have_ranges() {
    let ditio = Ditio::start().await;
    let (_, machine) = create(&ditio, "X-1", json!({})).await;
    let path = format!("{ROOT}/{}/esg", machine["id"].as_str().unwrap());
    let patch = async |body: Value| ditio.call(Method::PATCH, &path, Some(body)).await;
    assert_eq!(patch(json!({ "fuelType": 8 })).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(patch(json!({ "fuelConsumptionUnit": -1 })).await.0, StatusCode::BAD_REQUEST);
    let (status, body) = patch(json!({ "fuelConsumptionRate": 12.5, "fuelType": 7 })).await;
    assert_eq!((status, &body["fuelConsumptionRate"]), (StatusCode::OK, &json!(12.5)));
}

#[tokio::test]
async fn machines_with_registrations_cannot_be_deleted() {
    let ditio = Ditio::start().await;
    let (_, list) = ditio.call(Method::GET, ROOT, None).await;
    for (at, deletable, status) in [(0, false, StatusCode::BAD_REQUEST), (9, true, StatusCode::NO_CONTENT)] {
        let id = list[at]["id"].as_str().unwrap();
        let request_token = format!("{ROOT}/is-machine-deletable/{id}");
        assert_eq!(ditio.call(Method::GET, &request_token, None).await, (StatusCode::OK, json!(deletable)));
        assert_eq!(ditio.call(Method::DELETE, &format!("{ROOT}/{id}"), None).await.0, status);
    }
}
