//! Every documented operation, and errors for undocumented ones.

use keyfob_simulator::credentials;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Plant;

/// Path, key of lists and key of single rows.
const READABLE: [(&str, &str, &str); 32] = [
    ("users", "users", "user"),
    ("materials", "materials", "material"),
    ("material_codes", "material_codes", "material_code"),
    ("material_properties", "material_properties", "material_property"),
    ("orders", "orders", "order"),
    ("order_lines", "order_lines", "order_line"),
    ("transactions", "transactions", "transaction"),
    ("batches", "batches", "batch"),
    ("work_order_lines", "work_order_lines", "work_order_line"),
    ("storage_rules", "storage_rules", "storage_rule"),
    ("locations", "locations", "location"),
    ("location_contents", "contents", "location_content"),
    ("location_content_breakdowns", "location_content_breakdowns", "location_content_breakdown"),
    ("warehouses", "warehouses", "warehouse"),
    ("storage_units", "storage_units", "storage_unit"),
    ("access_points", "access_points", "access_point"),
    ("carriers", "carriers", "carrier"),
    ("shelves", "shelves", "shelf"),
    ("bins", "bins", "bin"),
    ("zones", "zones", "zone"),
    ("stations", "stations", "station"),
    ("clients", "clients", "client"),
    ("cost_centers", "cost_centers", "cost_center"),
    ("kits", "kits", "kit"),
    ("kit_lines", "kit_lines", "kit_line"),
    ("images", "images", "image"),
    ("reports", "reports", "report"),
    ("calls", "calls", "call"),
    ("connections", "connections", ""),
    ("snapshots", "snapshots", "snapshot"),
    ("report_rows", "report_rows", "report_row"),
    ("settings", "settings", "setting"),
];

fn text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

#[tokio::test]
async fn every_resource_is_listed_and_read_under_its_keys() {
    let plant = Plant::start().await;
    for (path, many, one) in READABLE {
        let body = plant.get(path).await;
        let rows = body[many].as_array().unwrap_or_else(|| panic!("{path}: no {many} in {body}"));
        assert!(!rows.is_empty(), "{path}");
        assert_eq!(body.as_object().unwrap().len(), 1, "{path}");
        let shown = plant.get(&format!("{path}/{}", text(&rows[0]["id"]))).await;
        let row = if one.is_empty() { &shown } else { &shown[one] };
        assert_eq!(row["id"], rows[0]["id"], "{path}");
        assert!(row.as_object().unwrap().keys().all(|name| !name.starts_with('~')), "{row}");
        assert_eq!(
            plant.count(path).await,
            if path == "calls" { plant.count(path).await - 1 } else { rows.len() as u64 }
        );
        let (status, _) = plant.call(Method::GET, &format!("{path}/4711-0815"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    for (old, path, one) in [
        ("shelf", "shelves", "shelf"),
        ("storage_unit", "storage_units", "storage_unit"),
        ("warehouse", "warehouses", "warehouse"),
        ("work_order_line", "work_order_lines", "work_order_line"),
    ] {
        let rows = plant.get(path).await;
        let shown = plant.get(&format!("{old}/{}", text(&rows[path][0]["id"]))).await;
        assert_eq!(shown[one]["id"], rows[path][0]["id"]);
    }
}

#[tokio::test]
async fn writable_resources_are_created_updated_and_deleted() {
    let plant = Plant::start().await;
    let material = plant.get("materials?limit=1").await["materials"][0]["id"].clone();
    let bin = plant.get("bins?limit=1&page=5").await["bins"][0]["id"].clone();
    let kit = plant.get("kits?limit=1").await["kits"][0]["id"].clone();
    let order = plant.get("orders?directionType=2&limit=1").await["orders"][0]["id"].clone();
    let line = json!([{ "materialId": material, "quantity": 1 }]);
    for (path, one, body, change, deletes) in [
        ("users", "user", json!({ "username": "ö", "password": "p" }), json!({ "language": "fr" }), true),
        ("materials", "material", json!({ "name": "ø" }), json!({ "Info5": "é" }), true),
        (
            "material_codes",
            "material_code",
            json!({ "name": "ü", "materialId": material }),
            json!({ "name": "ÿ" }),
            true,
        ),
        ("orders", "order", json!({ "name": "å", "order_lines": line }), json!({ "priority": 4 }), true),
        (
            "order_lines",
            "order_line",
            json!({ "orderId": order, "materialId": material, "quantity": 1 }),
            json!({ "Info1": "ß" }),
            true,
        ),
        ("batches", "batch", json!({ "name": "ê" }), json!({ "deadline": "2026-04" }), true),
        (
            "storage_rules",
            "storage_rule",
            json!({ "materialId": material, "binId": bin }),
            json!({ "name": "ï" }),
            true,
        ),
        ("cost_centers", "cost_center", json!({ "name": "ñ" }), json!({ "description": "œ" }), true),
        ("kits", "kit", json!({ "name": "æ", "lines": line }), json!({ "target": "Ziel" }), true),
        ("kit_lines", "kit_line", json!({ "kitId": kit, "materialId": material }), json!({ "quantity": 2 }), true),
        ("images", "image", json!({ "name": "ç.jpg", "materialId": material }), Value::Null, false),
    ] {
        let body = plant.post(path, body).await;
        let row = if body[one].is_array() { &body[one][0] } else { &body[one] };
        let at = format!("{path}/{}", text(&row["id"]));
        let (name, value) = change.as_object().and_then(|change| change.iter().next()).unzip();
        if let (Some(name), Some(value)) = (name, value) {
            let changed = plant.put(&at, change.clone()).await[one].clone();
            assert!(changed[name] == *value || name == "deadline" || value.is_number(), "{changed}");
            // The vendor's overview documents POST, its resource pages PUT.
            assert_eq!(plant.post(&at, change.clone()).await[one][name], changed[name]);
            assert_eq!(plant.get(&at).await[one][name], changed[name]);
        }
        let (status, _) = plant.call(Method::DELETE, &at, None).await;
        assert_eq!(status, if deletes { StatusCode::OK } else { StatusCode::METHOD_NOT_ALLOWED }, "{path}");
        assert_eq!(plant.call(Method::GET, &at, None).await.0 == StatusCode::NOT_FOUND, deletes, "{path}");
    }
    let created = plant.put("batches", json!({ "name": "nach alter Art" })).await;
    assert_eq!(created["batch"]["type"], 1);
}

#[tokio::test]
async fn undocumented_paths_and_methods_are_rejected_before_authentication() {
    let plant = Plant::start().await;
    for path in ["order-lines", "api_calls", "v1/materials", "materials/1/2", ""] {
        let response = plant.http.get(plant.url(path)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(plant.call(Method::PATCH, "materials", None).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(plant.call(Method::POST, "warehouses", Some(json!({}))).await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn an_unknown_id_gets_a_message_with_the_name_of_the_resource() {
    let plant = Plant::start().await;
    for (path, title) in [
        ("material_codes", "Material code"),
        ("work_order_lines", "Work order line"),
        ("location_content_breakdowns", "Location content breakdown"),
        ("calls", "API call"),
    ] {
        let (_, body) = plant.call(Method::GET, &format!("{path}/4711-0815"), None).await;
        assert_eq!(body, json!({ "msg": format!("{title} not found") }));
    }
}

#[tokio::test]
async fn the_call_log_records_users_endpoints_and_errors() {
    let plant = Plant::start().await;
    plant.call(Method::POST, "orders", Some(json!({ "name": "Ø" }))).await;
    plant.post("users", json!({ "username": "geheim", "password": "streng-geheim" })).await;
    let calls = plant.get("calls?creationDate=[gt]2026-03-02&code=400").await["calls"].clone();
    assert_eq!((&calls[0]["endpoint"], &calls[0]["username"]), (&json!("/api/orders"), &json!("keyfob-machine")));
    assert!(calls[0]["error"].as_str().unwrap().contains("at least one order line"));
    let all = plant.get("calls?userId=2").await.to_string();
    assert!(all.contains("geheim") && !all.contains("streng-geheim"));
}

#[tokio::test]
async fn rows_have_the_types_of_the_vendors_pages() {
    let plant = Plant::start().await;
    let carriers = plant.get("carriers?name=010").await["carriers"].clone();
    let mut names: Vec<_> = carriers[0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        ["blockReason", "id", "isBlockedForPick", "isBlockedForPut", "maxWeight", "name", "number"],
        "a carrier has the seven attributes of its page"
    );
    assert_eq!((&carriers[0]["number"], &carriers[0]["isBlockedForPick"]), (&json!(10), &json!(0)));
    let image = plant.get("images?limit=1").await["images"][0].clone();
    assert!(image["origin"].as_str().unwrap().contains('\\'), "{image}");
    let user = plant.get("users/1").await["user"].clone();
    assert!(user["roleId"].is_string() && user["viewId"].is_string(), "{user}");
    assert!(plant.get("calls?limit=1").await["calls"][0]["id"].is_string());
    let connection = plant.get("connections/1").await;
    assert_eq!(
        (&connection["id"], &connection["status"], &connection["latestLog"]["status"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let zone = plant.get("zones?color=16777215&limit=1").await["zones"][0].clone();
    assert_eq!(zone["color"], 16_777_215);
}

#[tokio::test]
async fn a_connection_has_no_envelope_and_the_vendors_misspelt_key() {
    let plant = Plant::start().await;
    let listed = plant.get("connections").await["connections"][0].clone();
    let shown = plant.get("connections/1").await;
    assert_eq!(shown["lastestConnection"], listed["latestConnection"]);
    assert_eq!(shown.get("latestConnection"), None);
}

#[tokio::test]
async fn a_get_may_have_a_body() {
    let plant = Plant::start().await;
    let request = plant.http.get(plant.url("stations")).bearer_auth(credentials::ITEMPATH_TOKEN).json(&json!({}));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}
