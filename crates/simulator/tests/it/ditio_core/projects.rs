//! Projects.

use keyfob_simulator::credentials::DITIO_COMPANY_ID;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

const ROOT: &str = "/api/v4/integration/projects";

async fn create(ditio: &Ditio) -> (String, Value) {
    let body = json!({
        "companyId": DITIO_COMPANY_ID, "projectNumber": "P-1", "name": "Fjellhall", "description": "Bru og tunnel",
        "active": true, "estimatedHourQty": 5000, "startDate": "2026-03-01T00:00:00Z",
    });
    let (status, project) = ditio.call(Method::POST, ROOT, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{project}");
    (format!("{ROOT}/{}", project["id"].as_str().unwrap()), project)
}

#[tokio::test]
async fn a_create_with_a_known_number_returns_the_existing_project() {
    let ditio = Ditio::start().await;
    let (_, first) = create(&ditio).await;
    let again = json!({ "companyId": DITIO_COMPANY_ID, "projectNumber": "P-1", "name": "Another" });
    assert_eq!(ditio.call(Method::POST, ROOT, Some(again)).await, (StatusCode::OK, first));
}

#[tokio::test]
async fn put_clears_absent_fields_and_patch_does_not() {
    let ditio = Ditio::start().await;
    let (path, created) = create(&ditio).await;
    let (_, patched) = ditio.call(Method::PATCH, &path, Some(json!({ "Name": "Ny", "description": null }))).await;
    assert_eq!((&patched["name"], &patched["description"]), (&json!("Ny"), &Value::Null));
    assert_eq!(patched["estimatedHourQty"], 5000);
    assert_eq!(ditio.call(Method::GET, &path, None).await.1, patched);
    let whole = json!({ "companyId": DITIO_COMPANY_ID, "projectNumber": "P-1" });
    let (_, replaced) = ditio.call(Method::PUT, &path, Some(whole)).await;
    assert_eq!((&replaced["name"], &replaced["active"]), (&Value::Null, &json!(false)));
    assert_eq!(replaced["id"], created["id"]);
}

#[tokio::test]
async fn active_is_false_unless_it_is_sent() {
    let ditio = Ditio::start().await;
    let body = json!({ "companyId": DITIO_COMPANY_ID, "projectNumber": "P-2" });
    assert_eq!(ditio.call(Method::POST, ROOT, Some(body)).await.1["active"], false);
}

#[tokio::test]
async fn required_fields_are_named() {
    let ditio = Ditio::start().await;
    let (status, body) = ditio.call(Method::POST, ROOT, Some(json!({ "name": "x", "projectNumber": " " }))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let expected = |field: &str| {
        json!({
            "category": "UserInvalidInputError", "code": "ValidationError", "field": field,
            "message": format!("The {field} field is required."),
        })
    };
    assert_eq!(body["message"], "Validation failed");
    assert_eq!(body["errors"], json!([expected("CompanyId"), expected("ProjectNumber")]));
}

#[tokio::test]
async fn malformed_bodies_are_rejected() {
    let ditio = Ditio::start().await;
    let (path, _) = create(&ditio).await;
    for body in [json!([]), json!("x"), json!({ "startDate": "soon" }), json!({ "estimatedHourQty": {} })] {
        assert_eq!(ditio.call(Method::PATCH, &path, Some(body)).await.0, StatusCode::BAD_REQUEST);
    }
    let send = async |media: &str, body: &'static str| {
        let request = ditio.request(Method::PATCH, &path).header("content-type", media).body(body);
        request.send().await.unwrap().status()
    };
    assert_eq!(send("application/json", "{").await, StatusCode::BAD_REQUEST);
    assert_eq!(send("text/plain", "{}").await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(send("application/json; charset=utf-8", "{}").await, StatusCode::OK);
}

#[tokio::test]
async fn a_foreign_project_gets_the_same_response_as_a_missing_project() {
    let ditio = Ditio::start().await;
    // Ids depend on the seed only, and the foreign project is the last of sixteen.
    let (_, own) = ditio.call(Method::GET, ROOT, None).await;
    let last = own.as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    let counter = u32::from_str_radix(&last[18..], 16).unwrap() + 1;
    let foreign = format!("{}{counter:06x}", &last[..18]);
    let missing = ditio.call(Method::GET, &format!("{ROOT}/ffffffffffffffffffffffff"), None).await;
    assert_eq!(missing.0, StatusCode::NOT_FOUND);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(ditio.call(method, &format!("{ROOT}/{foreign}"), None).await, missing);
    }
    let patch = ditio.call(Method::PATCH, &format!("{ROOT}/{foreign}"), Some(json!({ "name": "mine" }))).await;
    assert_eq!(patch, missing);
    let (status, _) = ditio.call(Method::GET, &format!("{ROOT}/by-project-number/P-2025-016"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let stranger = json!({ "companyId": "098765", "projectNumber": "P-3" });
    assert_eq!(ditio.call(Method::POST, ROOT, Some(stranger)).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn deleting_a_project_deletes_its_work_orders() {
    let ditio = Ditio::start().await;
    let (path, project) = create(&ditio).await;
    let task = json!({ "companyId": DITIO_COMPANY_ID, "projectId": project["id"], "externalId": "WO-1" });
    let (_, task) = ditio.call(Method::POST, "/api/v4/integration/tasks", Some(task)).await;
    assert_eq!(ditio.call(Method::DELETE, &path, None).await, (StatusCode::NO_CONTENT, Value::Null));
    let task = format!("/api/v4/integration/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(ditio.call(Method::GET, &task, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ditio.call(Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_unknown_external_number_is_rejected_in_norwegian_where_numbers_are_checked() {
    let ditio = Ditio::start().await;
    let body = |number: &str| json!({ "companyId": "012346", "projectNumber": "S-1", "externalProjectNumber": number });
    let (status, refused) = ditio.call(Method::POST, ROOT, Some(body("X-9"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["message"], "Extern prosjektnummer X-9 er ikke en gyldig. Velg fra listen");
    assert_eq!(ditio.call(Method::POST, ROOT, Some(body("EXT-9990001"))).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_project_cannot_take_the_number_of_another_project() {
    let ditio = Ditio::start().await;
    let (path, _) = create(&ditio).await;
    let taken = Some(json!({ "projectNumber": "P-2025-001" }));
    assert_eq!(ditio.call(Method::PATCH, &path, taken).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn paths_match_in_any_case_and_numbers_do_not() {
    let ditio = Ditio::start().await;
    create(&ditio).await;
    let path = "/API/V4/Integration/PROJECTS/By-Project-Number";
    assert_eq!(ditio.call(Method::GET, &format!("{path}/P-1"), None).await.0, StatusCode::OK);
    assert_eq!(ditio.call(Method::GET, &format!("{path}/p-1"), None).await.0, StatusCode::NOT_FOUND);
}
