//! Materials, codes, storage rules and kits: names, references and partial updates.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Plant, field_message, id};

#[tokio::test]
async fn a_material_is_returned_with_every_key_and_floats_with_a_fraction() {
    let plant = Plant::start().await;
    let body = json!({
        "name": "Dichtring Ø12",
        "codes": ["SampleCode1", "SampleCode2"],
        "info1": "für außen",
        "valuePerUnit": 1.5,
        "reOrderPoint": 10,
        "materialProperty": "Chargenpflichtig",
        "isBlocked": true,
        "currentQuantity": 99,
        "GroupCode": "Étanchéité",
        "Farbe": { "ral": 7035 },
    });
    let material = plant.post("materials", body).await["material"].clone();
    let again = plant.get(&format!("materials/{}", id(&material).to_lowercase())).await["material"].clone();
    assert_eq!(material, again);
    assert_eq!(material["Info1"], "für außen");
    assert_eq!(material["isBlocked"], 1);
    assert_eq!(material["Farbe"]["ral"], 7035);
    assert_eq!(material["blockReason"], Value::Null);
    let written = material.to_string();
    assert!(written.contains(r#""currentQuantity":0.0"#) && written.contains(r#""reOrderPoint":10.0"#), "{written}");
    assert!(material.get("materialProperty").is_none());
    let date = material["creationDate"].as_str().unwrap();
    assert_eq!(date.len(), "2022-03-17T19:15:16.067000".len());
    let property = plant.get("material_properties?name=chargenpflichtig").await;
    assert_eq!(property["material_properties"][0]["id"], material["materialPropertyId"]);

    let changed = plant.put(&format!("materials/{}", id(&material)), json!({ "Info2": "neu" })).await;
    assert_eq!((&changed["material"]["Info1"], &changed["material"]["Info2"]), (&json!("für außen"), &json!("neu")));
    let changed = plant.post(&format!("materials/{}", id(&material)), json!({ "Info2": null })).await;
    assert_eq!(changed["material"]["Info2"], Value::Null);
    plant.delete(&format!("materials/{}", id(&material))).await;
    let (status, _) = plant.call(Method::GET, &format!("materials/{}", id(&material)), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(plant.count("material_codes?name=[like]SampleCode").await, 0);
}

#[tokio::test]
async fn names_and_codes_share_one_namespace() {
    let plant = Plant::start().await;
    let first = plant.get("materials?limit=1").await["materials"][0].clone();
    let check_rejected = async |path: &str, body: Value, field: &str, reason: &str| {
        let (status, response) = plant.call(Method::POST, path, Some(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{response}");
        assert!(field_message(&response, field).contains(reason), "{response}");
    };
    check_rejected("materials", json!({ "name": first["name"] }), "name", "already exists").await;
    check_rejected("materials", json!({ "name": first["codes"][0] }), "name", "already exists").await;
    check_rejected("materials", json!({ "name": "N", "codes": [first["name"]] }), "codes", "already exists").await;
    check_rejected("materials", json!({ "codes": [] }), "name", "Missing data").await;
    check_rejected("materials", json!({ "name": "x".repeat(51) }), "name", "50").await;
    check_rejected("materials", json!({ "name": "N", "valuePerUnit": "dear" }), "valuePerUnit", "number").await;
    check_rejected("materials", json!({ "name": "N", "valuePerUnit": 1e300 }), "valuePerUnit", "number").await;
    check_rejected("materials", json!({ "name": "N", "materialPropertyId": "X" }), "materialPropertyId", "exist").await;
    check_rejected("material_codes", json!({ "name": first["name"], "materialId": first["id"] }), "name", "exists")
        .await;
    check_rejected("material_codes", json!({ "name": "C", "materialId": "nowhere" }), "materialId", "exist").await;

    // Creating a code returns a list under the singular key.
    let code = plant.post("material_codes", json!({ "name": "Käse-1", "materialId": first["id"] })).await;
    let code = code["material_code"][0].clone();
    let material = plant.get(&format!("materials/{}", id(&first))).await;
    assert!(material["material"]["codes"].as_array().unwrap().contains(&json!("Käse-1")));
    let path = format!("material_codes/{}", id(&code));
    assert_eq!(plant.put(&path, json!({ "name": "Käse-2" })).await["material_code"]["name"], "Käse-2");
    plant.delete(&path).await;
    assert_eq!(plant.get(&format!("materials/{}", id(&first))).await["material"]["codes"], first["codes"]);
}

#[tokio::test]
async fn a_new_row_is_missing_from_the_first_list() {
    let plant = Plant::start().await;
    let name = "Nachzügler";
    let batch = plant.post("batches", json!({ "name": name, "type": 2 })).await["batch"].clone();
    plant.get(&format!("batches/{}", id(&batch))).await;
    let path = format!("batches?name={name}");
    assert_eq!(plant.count(&path).await, 0);
    assert_eq!(plant.count(&path).await, 1);
    plant.post("batches", json!({ "name": "Zweiter" })).await;
    plant.simulator.advance(Duration::from_secs(1));
    assert_eq!(plant.count("batches?name=Zweiter").await, 1);
    let (status, response) = plant.call(Method::POST, "batches", Some(json!({ "name": "zweiter" }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{response}");
}

#[tokio::test]
async fn a_material_and_a_bin_have_at_most_one_storage_rule() {
    let plant = Plant::start().await;
    let material = plant.get("materials?limit=1&page=1").await["materials"][0].clone();
    let bins = plant.get("bins").await["bins"].clone();
    let body = json!({
        "materialId": material["id"], "binId": bins[5]["id"], "description": "", "isDefaultBin": false,
        "minStockPerBin": 1, "maxStockPerBin": 10, "requiredCapacity": 10,
    });
    let rule = plant.post("storage_rules", body.clone()).await["storage_rule"].clone();
    assert_eq!((&rule["isDefaultBin"], &rule["requiredCapacity"]), (&json!(false), &json!(10)));
    let (status, response) = plant.call(Method::POST, "storage_rules", Some(body)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    field_message(&response, "binId");
    let path = format!("storage_rules/{}", id(&rule));
    let (status, response) = plant.call(Method::PUT, &path, Some(json!({ "requiredCapacity": 101 }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    field_message(&response, "requiredCapacity");
    assert_eq!(plant.put(&path, json!({ "maxStockPerBin": "12.5" })).await["storage_rule"]["maxStockPerBin"], 12.5);
    assert!(plant.delete(&path).await.is_object());
}

#[tokio::test]
async fn a_kit_has_lines_of_materials_and_kits() {
    let plant = Plant::start().await;
    let (status, response) = plant.call(Method::POST, "kits", Some(json!({ "name": "Leer", "lines": [] }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(field_message(&response, "lines").contains("at least one"));
    let material = plant.get("materials?limit=1").await["materials"][0]["id"].clone();
    let nested = plant.get("kits?limit=1").await["kits"][0]["id"].clone();
    let lines = json!([{ "materialId": material, "quantity": 2 }, { "materialId": nested }]);
    let kit = plant.post("kits", json!({ "name": "Sett Ø", "lines": lines })).await["kit"].clone();
    assert_eq!(kit["lines"][1]["number"], 2);
    assert_eq!(kit["lines"][0]["quantity"], 2.0);
    let line = plant.post("kit_lines", json!({ "kitId": kit["id"], "materialId": material })).await;
    let line = line["kit_line"].clone();
    assert_eq!(line["number"], 3);
    let path = format!("kit_lines/{}", id(&line));
    assert_eq!(plant.put(&path, json!({ "quantity": 7 })).await["kit_line"]["quantity"], 7.0);
    plant.delete(&path).await;
    let body = json!({ "kitId": kit["id"], "materialId": kit["id"] });
    let (status, _) = plant.call(Method::POST, "kit_lines", Some(body)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("kits/{}", id(&kit));
    assert_eq!(plant.get(&path).await["kit"]["lines"].as_array().unwrap().len(), 2);
    plant.delete(&path).await;
    let (status, _) = plant.call(Method::DELETE, &format!("kits/{}", nested.as_str().unwrap()), None).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_must_be_a_json_object() {
    let plant = Plant::start().await;
    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json; charset=utf-8", "[1]"),
        ("application/x-www-form-urlencoded", "{}"),
        ("application/json", ""),
    ] {
        let request = plant.http.post(plant.url("materials")).bearer_auth(&plant.token);
        let response = request.header("content-type", content_type).body(body).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
}
