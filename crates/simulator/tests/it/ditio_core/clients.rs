//! The requests of the vendor's older samples, in their order: work orders and machines by PUT, and the crew list.

use keyfob_simulator::credentials;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

async fn call(ditio: &Ditio, method: Method, path: &str, body: Option<Value>) -> Value {
    let (status, body) = ditio.call(method.clone(), path, body).await;
    assert!(status.is_success(), "{method} {path}: {status} {body}");
    body
}

#[tokio::test]
async fn a_work_order_is_posted_found_by_both_external_numbers_replaced_and_deleted() {
    let ditio = Ditio::start().await;
    let company = credentials::DITIO_COMPANY_ID;
    let project = json!({ "companyId": company, "projectNumber": "P-1", "name": "Bru", "active": true });
    let project = call(&ditio, Method::POST, "/api/v4/integration/projects", Some(project)).await;
    let root = "/api/v4/integration/tasks";
    let mut task = json!({
        "companyId": company, "projectId": project["id"], "externalProjectNumber": "E-1", "externalId": "T-1",
        "name": "Grøft", "active": true
    });
    call(&ditio, Method::POST, root, Some(task.clone())).await;
    let path = format!("{root}/by-external-project-number/E-1/by-external-id/T-1");
    let id = call(&ditio, Method::GET, &path, None).await["id"].as_str().unwrap().to_owned();
    task["name"] = "Grøft øst".into();
    call(&ditio, Method::PUT, &format!("{root}/{id}"), Some(task)).await;
    assert_eq!(call(&ditio, Method::GET, &format!("{root}/{id}"), None).await["name"], "Grøft øst");
    call(&ditio, Method::DELETE, &format!("{root}/{id}"), None).await;
    assert_eq!(ditio.call(Method::GET, &format!("{root}/{id}"), None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_machine_is_posted_found_by_its_number_replaced_and_deleted() {
    let ditio = Ditio::start().await;
    let root = "/api/v4/integration/machines";
    let mut machine = json!({
        "companyId": credentials::DITIO_COMPANY_ID, "machineNumber": "M-1", "typeId": "dumper", "name": "Volvo",
        "active": true
    });
    call(&ditio, Method::POST, root, Some(machine.clone())).await;
    let found = call(&ditio, Method::GET, &format!("{root}/by-machine-number/M-1"), None).await;
    let id = found["id"].as_str().unwrap();
    machine["name"] = "Volvo A45G".into();
    call(&ditio, Method::PUT, &format!("{root}/{id}"), Some(machine)).await;
    assert_eq!(call(&ditio, Method::GET, &format!("{root}/{id}"), None).await["name"], "Volvo A45G");
    call(&ditio, Method::DELETE, &format!("{root}/{id}"), None).await;
    assert_eq!(ditio.call(Method::GET, &format!("{root}/{id}"), None).await.0, StatusCode::NOT_FOUND);
}
