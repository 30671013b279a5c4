//! Call sequences of public clients, reproduced exactly: for diagnosis, polling, counting, batching and stock rules.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Plant, id};

#[tokio::test]
async fn a_diagnosis_script_filters_order_lines_in_ten_ways() {
    let plant = Plant::start().await;
    for query in [
        "limit=5",
        "directionType=2&limit=5",
        "status=processed&limit=5",
        "status=Processed&limit=5",
        "directionType=2&status=processed&limit=5",
        "modifiedDate%5Bgte%5D=2026-03-01T00:00:00&limit=5",
        "modifiedDate%5Blte%5D=2026-03-01T23:59:59&limit=5",
        "creationDate%5Bgte%5D=2026-03-01T00:00:00Z&limit=5",
        "creationDate%5Bgte%5D=2026-03-01&creationDate%5Blte%5D=2026-03-02&limit=5",
        "directionType=2&status=processed&modifiedDate%5Bgte%5D=2026-03-01&modifiedDate%5Blte%5D=2026-03-02&limit=5",
    ] {
        assert!(plant.get(&format!("order_lines?{query}")).await["order_lines"].is_array(), "{query}");
    }
}

#[tokio::test]
async fn an_adapter_loads_master_data_and_then_polls() {
    let plant = Plant::start().await;
    assert!(!plant.get("materials?limit=1000").await["materials"].as_array().unwrap().is_empty());
    plant.get("orders?status=in_progress&limit=200").await;
    for order in plant.get("orders?limit=200&status=In+Process").await["orders"].as_array().unwrap() {
        assert!(order["order_lines"].is_array() && order["status"] == "In Process", "{order}");
    }
    for query in ["after=2026-02-01T00:00:00.000Z&limit=500", "type=4&after=2026-02-01T00:00:00.000Z&limit=500&page=0"]
    {
        assert!(plant.get(&format!("transactions?{query}")).await["transactions"].is_array());
    }
    plant.get("transactions?type=3&after=2026-02-01T00:00:00.000Z&limit=500&page=0").await;
    plant.get("warehouses").await;
    for (path, key) in [("locations", "locations"), ("location_contents", "contents")] {
        let mut page = 0;
        while plant.get(&format!("{path}?limit=100&page={page}")).await[key].as_array().unwrap().len() == 100 {
            page += 1;
        }
        assert!(page > 0, "{path} has several pages");
    }
    plant.get("location_content_breakdowns?limit=5").await;
    plant.get("order_lines?directionType=2&status=processed&limit=50&page=0").await;
}

#[tokio::test]
async fn a_counting_client_creates_finds_and_deletes_a_count_order() {
    let plant = Plant::start().await;
    let content = plant.get("location_contents?limit=1").await["contents"][0].clone();
    let locations = json!([{ "id": content["locationId"] }]);
    let count = json!({
        "name": "Telling 7", "directionType": 5, "priority": 2, "locations": locations,
        "deadline": "2026-05-06T10:11:12.123456", "Info1": "syklisk"
    });
    let created = plant.call(Method::POST, "orders", Some(count.clone())).await;
    assert_eq!(created.0, StatusCode::OK, "{}", created.1);
    let nowhere = json!({ "name": "Telling 8", "directionType": 5, "locations": [] });
    let (status, _) = plant.call(Method::POST, "orders", Some(nowhere)).await;
    assert!([StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY].contains(&status), "{status}");
    let mut found = plant.get("orders?name=Telling+7&limit=1").await["orders"].clone();
    if found.as_array().unwrap().is_empty() {
        // The first list after a write misses the new row.
        found = plant.get("orders?name=Telling+7&limit=1").await["orders"].clone();
    }
    plant.delete(&format!("orders/{}/delete", id(&found[0]))).await;
    let query = "limit=1000&page=0&orderName=Telling+7&creationDate=[gt]2025-01-01";
    let all = plant.get(&format!("transactions?{query}")).await["transactions"].clone();
    assert!(all.as_array().unwrap().iter().all(|row| row["motiveType"] == 5), "{all}");
    let rest = plant.get(&format!("transactions?{query}&motiveType=[not]5")).await["transactions"].clone();
    assert_eq!(rest, json!([]));
}

#[tokio::test]
async fn a_batching_client_allocates_an_order_and_assigns_its_work_to_a_batch() {
    let plant = Plant::start().await;
    let content = plant.get("location_contents?currentQuantity=[gt]10&limit=1").await["contents"][0].clone();
    let line = json!([{ "materialId": content["materialId"], "quantity": 1 }]);
    plant.post("orders", json!({ "name": "Plukk 1", "order_lines": line })).await;
    plant.get("orders?limit=1").await;
    let order = plant.get("orders?name=Plukk+1").await["orders"][0].clone();
    let shown = plant.get(&format!("orders/{}", id(&order))).await["order"].clone();
    plant.put(&format!("orders/{}", id(&order)), json!({ "allocate": true })).await;
    assert_eq!(plant.get("batches?name=Runde+1").await["batches"], json!([]));
    plant.post("batches", json!({ "name": "Runde 1", "type": 2 })).await;
    plant.get("batches?name=Runde+1").await;
    let batch = plant.get("batches?name=Runde+1").await["batches"][0].clone();
    let mut work = plant.get(&format!("work_order_lines?orderId={}", id(&order))).await["work_order_lines"].clone();
    if work.as_array().unwrap().is_empty() {
        work = plant.get(&format!("work_order_lines?orderId={}", id(&order))).await["work_order_lines"].clone();
    }
    let at = format!("work_order_lines/{}", id(&work[0]));
    let put = plant.put(&at, json!({ "batchId": batch["id"], "handlingRank": 1 })).await;
    assert_eq!(put["work_order_line"]["batchId"], batch["id"]);
    plant.put(&at, json!({ "batchId": null })).await;
    let unit = plant.get("storage_units?limit=1").await["storage_units"][0]["name"].clone();
    let units = json!([{ "name": unit }]).to_string();
    let line = format!("order_lines/{}", id(&shown["order_lines"][0]));
    let changed = plant.put(&line, json!({ "storageUnits": units })).await;
    assert_eq!(changed["order_line"]["storageUnits"][0]["name"], unit, "the list was sent as a JSON string");
    plant.put(&format!("orders/{}", id(&order)), json!({ "allocate": false, "deallocate": true })).await;
}

#[tokio::test]
async fn a_stock_client_creates_a_storage_rule_for_a_material_and_a_bin() {
    let plant = Plant::start().await;
    let name = plant.get("materials?limit=1").await["materials"][0]["name"].as_str().unwrap().to_owned();
    let material = plant.get(&format!("materials?name={name}")).await["materials"][0].clone();
    let bins = plant.get("bins?limit=10000").await["bins"].clone();
    let property = plant.get("material_properties?name=default").await["material_properties"][0].clone();
    let rules = plant.get(&format!("storage_rules?limit=10000&materialId={}", id(&material))).await;
    let taken = |bin: &serde_json::Value| {
        rules["storage_rules"].as_array().unwrap().iter().any(|rule| rule["binId"] == bin["id"])
    };
    let bin = bins.as_array().unwrap().iter().find(|bin| !taken(bin)).unwrap();
    plant.put(&format!("materials/{}", id(&material)), json!({ "materialPropertyId": property["id"] })).await;
    let rule = json!({
        "materialId": material["id"], "binId": bin["id"], "description": "", "isDefaultBin": false,
        "minStockPerBin": 1, "maxStockPerBin": 10, "requiredCapacity": 10
    });
    let created = plant.post("storage_rules", rule.clone()).await["storage_rule"].clone();
    assert_eq!(plant.call(Method::POST, "storage_rules", Some(rule)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    plant.put(&format!("storage_rules/{}", id(&created)), json!({ "maxStockPerBin": 20 })).await;
    assert!(
        plant.delete(&format!("storage_rules/{}", id(&created))).await.is_object(),
        "the client parses JSON from a deletion"
    );
}
