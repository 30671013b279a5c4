//! Orders: lines, allocation, processing and deletion.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Plant, field_message, id};

const WITHOUT_LINES: &str = "Order must have at least one order line.";

async fn stocked(plant: &Plant) -> Value {
    plant.get("materials?currentQuantity=[gt]20&pickQuantity=0&putQuantity=0&limit=1").await["materials"][0].clone()
}

#[tokio::test]
async fn an_order_requires_lines() {
    let plant = Plant::start().await;
    for body in [
        json!({ "name": "Leer" }),
        json!({ "name": "Leer", "order_lines": [] }),
        json!({ "name": "Leer", "directionType": "count" }),
        json!({ "name": "Leer", "directionType": 2, "locations": [{ "name": "1-01-01" }] }),
    ] {
        let (status, response) = plant.call(Method::POST, "orders", Some(body)).await;
        assert_eq!((status, response), (StatusCode::BAD_REQUEST, json!(WITHOUT_LINES)));
    }
}

#[tokio::test]
async fn order_lines_resolve_their_material_and_are_numbered() {
    let plant = Plant::start().await;
    let material = stocked(&plant).await;
    let body = json!({
        "name": "Test Pick Ørder",
        "directionType": "pick",
        "warehouseName": "Hauptlager Köln",
        "deadline": "2025-05-06T10:11:12.123456",
        "CustomerNo": 7,
        "order_lines": [
            { "materialName": material["name"], "quantity": "10", "lotNumber": "Lot12" },
            { "materialName": material["codes"][0], "quantity": 1 },
            { "materialId": material["id"], "quantity": 2.5, "number": 9 },
        ],
    });
    let order = plant.post("orders", body).await["order"].clone();
    assert_eq!(order["status"], "Untouched");
    assert_eq!((&order["directionType"], &order["priority"]), (&json!(2), &json!(2)));
    assert_eq!(order["deadline"], "2025-05-06T10:11:12.123456");
    assert_eq!((&order["CustomerNo"], &order["hasStock"]), (&json!(7), &json!(1)));
    let lines = order["order_lines"].as_array().unwrap();
    let numbers: Vec<i64> = lines.iter().map(|line| line["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 9]);
    assert_eq!((&lines[0]["lot"], &lines[0]["quantity"]), (&json!("Lot12"), &json!(10.0)));
    assert_eq!((&lines[0]["status"], &lines[0]["hasStock"]), (&json!("queued"), &json!(1)));
    assert_eq!(lines[0]["quantityDeviated"], 10.0);
    let booked = plant.get(&format!("materials/{}", id(&material))).await["material"].clone();
    assert_eq!(booked["pickQuantity"], 13.5);
    assert_eq!(booked["netQuantity"], booked["currentQuantity"].as_f64().unwrap() - 13.5);

    for (body, field) in [
        (json!({ "name": "TEST PICK ØRDER", "order_lines": [{}] }), "name"),
        (json!({ "name": "B", "order_lines": [{ "quantity": 1 }] }), "materialId"),
        (json!({ "name": "B", "order_lines": [{ "materialName": "nie gesehen", "quantity": 1 }] }), "materialName"),
        (json!({ "name": "B", "order_lines": [{ "materialName": material["name"] }] }), "quantity"),
        (json!({ "name": "B", "directionType": 6, "order_lines": [{}] }), "directionType"),
        (json!({ "name": "B", "warehouseName": "Nirgends", "order_lines": [{}] }), "warehouseName"),
        (
            json!({ "name": "B", "order_lines": [{ "materialId": material["id"], "quantity": 1, "number": 9e18 }] }),
            "number",
        ),
        (json!({ "order_lines": [{}] }), "name"),
    ] {
        let (status, response) = plant.call(Method::POST, "orders", Some(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{response}");
        field_message(&response, field);
    }
}

#[tokio::test]
async fn order_lines_are_added_changed_and_deleted() {
    let plant = Plant::start().await;
    let material = stocked(&plant).await;
    let line = json!({ "materialId": material["id"], "quantity": 4 });
    let order = plant.post("orders", json!({ "name": "Zeilen", "order_lines": [line] })).await["order"].clone();
    let body = json!({ "orderId": order["id"], "materialId": material["id"], "quantity": 1, "lot": "Lot42" });
    let line = plant.post("order_lines", body.clone()).await["order_line"].clone();
    assert_eq!((&line["number"], &line["orderName"]), (&json!(2), &json!("Zeilen")));
    let path = format!("order_lines/{}", id(&line));
    // One client sends the units as JSON in a string.
    let body = json!({ "quantity": 3, "storageUnits": r#"[{"name":"VLM 1"}]"# });
    let changed = plant.put(&path, body).await["order_line"].clone();
    assert_eq!((&changed["quantity"], &changed["lot"]), (&json!(3.0), &json!("Lot42")));
    assert_eq!(changed["storageUnits"][0]["name"], "VLM 1");
    let booked = async || plant.get(&format!("materials/{}", id(&material))).await["material"]["pickQuantity"].clone();
    assert_eq!(booked().await, 7.0);
    plant.delete(&path).await;
    assert_eq!(booked().await, 4.0);
    let deletion = plant.get(&format!("transactions?orderLineId={}", id(&line))).await["transactions"][0].clone();
    assert_eq!((&deletion["motiveType"], &deletion["quantityConfirmed"]), (&json!(5), &json!(0.0)));

    let processed = plant.get("order_lines?status=processed&limit=1").await["order_lines"][0].clone();
    let path = format!("order_lines/{}", id(&processed));
    for (method, body) in [(Method::PUT, Some(json!({ "quantity": 1 }))), (Method::DELETE, None)] {
        let (status, response) = plant.call(method, &path, body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        field_message(&response, "status");
    }
    for body in
        [json!({ "materialId": material["id"], "quantity": 1 }), json!({ "orderId": order["id"], "quantity": 1 })]
    {
        let (status, _) = plant.call(Method::POST, "order_lines", Some(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_deleted_order_leaves_transactions_about_its_lines() {
    let plant = Plant::start().await;
    let material = stocked(&plant).await;
    for (name, end) in [("Weg 1", "/delete"), ("Weg 2", "")] {
        let line = json!({ "materialId": material["id"], "quantity": 1 });
        let body = json!({ "name": name, "directionType": 1, "order_lines": [line], "allocate": true });
        let order = plant.post("orders", body).await["order"].clone();
        let path = format!("orders/{}", id(&order));
        assert!(plant.delete(&format!("{path}{end}")).await.is_object());
        assert_eq!(plant.call(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(plant.count(&format!("order_lines?orderId={}", id(&order))).await, 0);
        assert_eq!(plant.count(&format!("work_order_lines?orderId={}", id(&order))).await, 0);
        assert_eq!(plant.count(&format!("transactions?orderName={name}&motiveType=5&type=3")).await, 1);
    }
    let booked = plant.get(&format!("materials/{}", id(&material))).await;
    assert_eq!(booked["material"]["putQuantity"], 0.0);
}

#[tokio::test]
async fn an_allocated_order_is_processed_as_simulated_time_passes() {
    let plant = Plant::start().await;
    let material = stocked(&plant).await;
    let before = material["currentQuantity"].as_f64().unwrap();
    let line = json!({ "materialId": material["id"], "quantity": 5 });
    let order = plant.post("orders", json!({ "name": "Lauf", "order_lines": [line] })).await["order"].clone();
    let path = format!("orders/{}", id(&order));
    let state = async || plant.get(&path).await["order"]["status"].as_str().unwrap().to_owned();
    let work = format!("work_order_lines?orderId={}", id(&order));
    assert_eq!(plant.count(&work).await, 0);
    plant.put(&path, json!({ "allocate": true })).await;
    assert_eq!(state().await, "Is Allocated");
    plant.put(&path, json!({ "allocate": false, "deallocate": true })).await;
    assert_eq!((state().await.as_str(), plant.count(&work).await), ("Ready for Allocation", 0));
    plant.put(&path, json!({ "allocate": true })).await;
    assert_eq!(plant.count("orders?orderStatusType=10&name=[like]Lauf").await, 0);
    assert_eq!(plant.count("orders?orderStatusType=10&name=[like]Lauf").await, 1);

    let batch = plant.post("batches", json!({ "name": "Tour Ø" })).await["batch"].clone();
    let piece = plant.get(&work).await["work_order_lines"][0].clone();
    let piece_path = format!("work_order_lines/{}", id(&piece));
    let body = json!({ "batchId": batch["id"], "handlingRank": 1 });
    assert_eq!(plant.put(&piece_path, body).await["work_order_line"]["handlingRank"], 1);
    let batch_path = format!("batches/{}", id(&batch));
    assert_eq!(plant.call(Method::DELETE, &batch_path, None).await.0, StatusCode::UNPROCESSABLE_ENTITY);

    plant.simulator.advance(Duration::from_secs(5 * 60));
    assert_eq!(state().await, "In Process");
    plant.simulator.advance(Duration::from_secs(25 * 60));
    assert_eq!(plant.call(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
    plant.delete(&batch_path).await;
    let lines = plant.get(&format!("order_lines?orderId={}", id(&order))).await;
    assert_eq!(
        (&lines["order_lines"][0]["status"], &lines["order_lines"][0]["quantityConfirmed"]),
        (&json!("processed"), &json!(5.0))
    );
    let transactions = plant.get("transactions?orderName=Lauf").await;
    let transaction = transactions["transactions"][0].clone();
    assert_eq!((&transaction["type"], &transaction["exportStateType"]), (&json!(4), &json!(2)));
    assert_eq!(transaction["batchName"], "Tour Ø");
    let now = plant.get(&format!("materials/{}", id(&material))).await["material"].clone();
    assert_eq!((&now["currentQuantity"], &now["pickQuantity"]), (&json!(before - 5.0), &json!(0.0)));

    let path = format!("transactions/{}", id(&transaction));
    let exported =
        plant.put(&path, json!({ "exportStateType": 4, "orderName": "anders" })).await["transaction"].clone();
    assert_eq!((&exported["exportStateType"], &exported["orderName"]), (&json!(4), &json!("Lauf")));
    let (status, response) = plant.call(Method::PUT, &path, Some(json!({ "exportStateType": 7 }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    field_message(&response, "exportStateType");
}

#[tokio::test]
async fn missing_stock_is_not_allocated() {
    let plant = Plant::start().await;
    let empty = plant.get("materials?currentQuantity=0&limit=1").await["materials"][0]["id"].clone();
    let line = json!({ "materialId": empty, "quantity": 5 });
    let body = json!({ "name": "Mangel", "order_lines": [line], "allocate": true });
    let order = plant.post("orders", body).await["order"].clone();
    assert_eq!((&order["incompleteAllocations"], &order["order_lines"][0]["hasStock"]), (&json!(1), &json!(0)));
    plant.simulator.advance(Duration::from_secs(3600));
    let shortage = plant.get("transactions?orderName=Mangel").await["transactions"][0].clone();
    assert_eq!((&shortage["motiveType"], &shortage["quantityDeviated"]), (&json!(2), &json!(5.0)));
    // Received stock gets a location and can be picked afterwards.
    let line = json!({ "materialId": empty, "quantity": 5 });
    plant
        .post("orders", json!({ "name": "Zugang", "directionType": "1", "order_lines": [line], "allocate": true }))
        .await;
    plant.simulator.advance(Duration::from_secs(3600));
    let material = plant.get(&format!("materials/{}", empty.as_str().unwrap())).await["material"].clone();
    assert_eq!((&material["currentQuantity"], &material["locationCount"]), (&json!(5.0), &json!(1.0)));
}

#[tokio::test]
async fn a_count_order_names_locations_instead_of_lines() {
    let plant = Plant::start().await;
    let content = plant.get("location_contents?limit=1").await["contents"][0].clone();
    let body = json!({
        "name": "Zählung 1", "directionType": 5, "priority": 2,
        "locations": [{ "id": content["locationId"] }], "deadline": "2025-05-06T10:11:12.123456",
    });
    let order = plant.post("orders", body).await["order"].clone();
    assert_eq!(order["order_lines"][0]["materialId"], content["materialId"]);
    assert_eq!(order["order_lines"][0]["directionType"], 5);
    assert!(order.get("locations").is_none());
    let body = json!({ "name": "Zählung 2", "directionType": 5, "carriers": [{ "name": "001" }] });
    let order = plant.post("orders", body).await["order"].clone();
    assert_eq!(order["order_lines"].as_array().unwrap().len(), 5);
    let body = json!({ "name": "Zählung 3", "directionType": 5, "locations": [{ "id": "nirgends" }] });
    let (status, response) = plant.call(Method::POST, "orders", Some(body)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    field_message(&response, "locations");
}
