//! Work orders.

use keyfob_simulator::credentials::DITIO_COMPANY_ID;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

const ROOT: &str = "/api/v4/integration/tasks";

/// The id of a seeded project.
async fn project(ditio: &Ditio, number: &str) -> Value {
    let path = format!("/api/v4/integration/projects/by-project-number/{number}");
    ditio.call(Method::GET, &path, None).await.1["id"].clone()
}

async fn create(ditio: &Ditio, project: &Value, number: &str, more: Value) -> (StatusCode, Value) {
    let mut body = json!({ "companyId": DITIO_COMPANY_ID, "projectId": project, "externalId": number });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ditio.call(Method::POST, ROOT, Some(body)).await
}

fn path(task: &Value) -> String {
    format!("{ROOT}/{}", task["id"].as_str().unwrap())
}

#[tokio::test]
async fn six_fields_absent_from_the_request_come_from_the_template() {
    let ditio = Ditio::start().await;
    let with_template = project(&ditio, "P-2025-001").await;
    let (_, filled) = create(&ditio, &with_template, "WO-1", json!({})).await;
    let six =
        ["safeJobAnalysisApprovalRequired", "measureUnitQty", "unitId", "costPrice", "price", "fixedResourcePrice"];
    let values: Vec<&Value> = six.iter().map(|name| &filled[name]).collect();
    let template = [json!(true), json!(true), json!("m3"), json!(450.0), json!(690.0), json!(1200.0)];
    assert_eq!(values, template.iter().collect::<Vec<_>>());
    let sent = json!({ "price": 0, "safeJobAnalysisApprovalRequired": false });
    let (_, kept) = create(&ditio, &with_template, "WO-2", sent).await;
    assert_eq!((&kept["price"], &kept["costPrice"]), (&json!(0), &json!(450.0)));
    assert_eq!(kept["safeJobAnalysisApprovalRequired"], false);
    let without = project(&ditio, "P-2025-002").await;
    assert_eq!(create(&ditio, &without, "WO-1", json!({})).await.1["price"], Value::Null);
    let whole = json!({ "companyId": DITIO_COMPANY_ID, "projectId": with_template, "externalId": "WO-1" });
    assert_eq!(ditio.call(Method::PUT, &path(&filled), Some(whole)).await.1["price"], Value::Null);
}

#[tokio::test]
async fn a_sent_id_is_used_if_it_is_free_and_rejected_if_not() {
    let ditio = Ditio::start().await;
    let project = project(&ditio, "P-2025-002").await;
    let id = json!({ "id": "65f1a2b3c4d5e6f7a8b9c0d1" });
    assert_eq!(create(&ditio, &project, "WO-1", id.clone()).await.1["id"], id["id"]);
    assert_eq!(create(&ditio, &project, "WO-2", id).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(create(&ditio, &project, "WO-1", json!({})).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_parent_must_be_in_the_same_project_and_null_does_not_clear_it() {
    let ditio = Ditio::start().await;
    let (here, there) = (project(&ditio, "P-2025-002").await, project(&ditio, "P-2025-003").await);
    let (_, parent) = create(&ditio, &here, "WO-1", json!({})).await;
    let under = json!({ "parentActivityId": parent["id"] });
    assert_eq!(create(&ditio, &there, "WO-1", under.clone()).await.0, StatusCode::NOT_FOUND);
    let (_, child) = create(&ditio, &here, "WO-2", under).await;
    assert_eq!(ditio.call(Method::GET, &path(&parent), None).await.1["isParent"], true);
    assert_eq!(ditio.call(Method::DELETE, &path(&parent), None).await.0, StatusCode::BAD_REQUEST);
    let move_it = Some(json!({ "projectId": there }));
    assert_eq!(ditio.call(Method::PATCH, &path(&parent), move_it.clone()).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ditio.call(Method::PATCH, &path(&child), move_it).await.0, StatusCode::NOT_FOUND);
    let kept = ditio.call(Method::PATCH, &path(&child), Some(json!({ "parentActivityId": null }))).await.1;
    assert_eq!(kept["parentActivityId"], parent["id"]);
    let moved = json!({ "projectId": there, "parentActivityId": "", "id": "ignored" });
    let (status, moved) = ditio.call(Method::PATCH, &path(&child), Some(moved)).await;
    assert_eq!((status, &moved["parentActivityId"], &moved["id"]), (StatusCode::OK, &Value::Null, &child["id"]));
    assert_eq!(ditio.call(Method::DELETE, &path(&parent), None).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_work_order_with_time_registrations_cannot_be_deleted() {
    let ditio = Ditio::start().await;
    let by_number = format!("{ROOT}/by-project-number/P-2025-001/by-task-number/AO-01");
    let (_, found) = ditio.call(Method::GET, &by_number, None).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(ditio.call(Method::DELETE, &path(&found[0]), None).await.0, StatusCode::BAD_REQUEST);
    let none = ditio.call(Method::GET, &by_number.replace("AO-01", "AO-99"), None).await;
    assert_eq!(none, (StatusCode::OK, json!([])));
}

#[tokio::test]
async fn no_work_order_can_be_created_in_a_project_with_sub_project_numbers() {
    let ditio = Ditio::start().await;
    let project = project(&ditio, "P-2025-004").await;
    let (status, body) = create(&ditio, &project, "WO-1", json!({})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body["message"].as_str().unwrap().starts_with("Delprosjektnummer "), "{body}");
}

#[tokio::test]
async fn a_work_order_requires_its_project_and_its_number() {
    let ditio = Ditio::start().await;
    assert_eq!(create(&ditio, &json!("nothing"), "WO-1", json!({})).await.0, StatusCode::NOT_FOUND);
    let (status, body) = create(&ditio, &Value::Null, "", json!({})).await;
    assert_eq!((status, body["errors"].as_array().unwrap().len()), (StatusCode::BAD_REQUEST, 2));
}
