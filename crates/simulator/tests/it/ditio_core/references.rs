//! External references and lookups.

use keyfob_simulator::credentials::DITIO_COMPANY_ID;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

const ROOT: &str = "/api/project-external-reference";

async fn of(ditio: &Ditio, path: &str) -> Vec<Value> {
    ditio.call(Method::GET, &format!("{ROOT}/type/{path}"), None).await.1.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_used_value_cannot_be_deleted() {
    let ditio = Ditio::start().await;
    let delete = async |reference: &Value| {
        ditio.call(Method::DELETE, &format!("{ROOT}/{}", reference["id"].as_str().unwrap()), None).await.0
    };
    let numbers = of(&ditio, "ExternalProjectNumber").await;
    assert_eq!(delete(&numbers[0]).await, StatusCode::FORBIDDEN);
    assert_eq!(delete(numbers.last().unwrap()).await, StatusCode::NO_CONTENT);
    assert_eq!(delete(numbers.last().unwrap()).await, StatusCode::NOT_FOUND);
    let (_, project) = ditio.call(Method::GET, "/api/v4/integration/projects/by-project-number/P-2025-004", None).await;
    let subs =
        of(&ditio, &format!("ExternalSubProjectNumber/project/{}", project["externalProjectNumber"].as_str().unwrap()))
            .await;
    assert_eq!((subs.len(), delete(&subs[0]).await), (2, StatusCode::FORBIDDEN));
    assert_eq!(delete(&subs[1]).await, StatusCode::NO_CONTENT);
    let codes = of(&ditio, "ProcessCode/project/P-2025-001").await;
    let (_, first) = ditio.call(Method::GET, "/api/v4/integration/projects/by-project-number/P-2025-001", None).await;
    let task = json!({
        "companyId": DITIO_COMPANY_ID, "projectId": first["id"], "externalId": "WO-1",
        "externalDim01": codes[0]["externalRefValue"],
    });
    ditio.call(Method::POST, "/api/v4/integration/tasks", Some(task)).await;
    assert_eq!(delete(&codes[0]).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn sub_project_numbers_and_process_codes_require_a_project() {
    let ditio = Ditio::start().await;
    let post = async |kind: &str, project: Value| {
        let body = json!({ "externalRefType": kind, "externalRefValue": "1", "name": "En", "projNumber": project });
        ditio.call(Method::POST, ROOT, Some(body)).await.0
    };
    assert_eq!(post("ProcessCode", Value::Null).await, StatusCode::BAD_REQUEST);
    assert_eq!(post("ExternalSubProjectNumber", Value::Null).await, StatusCode::BAD_REQUEST);
    assert_eq!(post("Nonsense", Value::Null).await, StatusCode::BAD_REQUEST);
    assert_eq!(post("ProcessCode", json!("P-2025-002")).await, StatusCode::OK);
    assert_eq!(post("ExternalDim02", Value::Null).await, StatusCode::OK);
    assert_eq!(post("ExternalDim02", Value::Null).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn disabled_values_are_still_valid() {
    let ditio = Ditio::start().await;
    let spare = of(&ditio, "ExternalProjectNumber").await.pop().unwrap();
    let (_, disabled) =
        ditio.call(Method::PUT, &format!("{ROOT}/disable/{}", spare["id"].as_str().unwrap()), None).await;
    assert_eq!(disabled["disabled"], true);
    let body =
        json!({ "companyId": "012346", "projectNumber": "S-1", "externalProjectNumber": spare["externalRefValue"] });
    assert_eq!(ditio.call(Method::POST, "/api/v4/integration/projects", Some(body)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn lookups_are_filtered_by_activity_and_text() {
    let ditio = Ditio::start().await;
    let count = async |path: &str| {
        let (status, body) = ditio.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        body.as_array().unwrap().len()
    };
    let (active, inactive, all) = (
        count("/api/projects").await,
        count("/api/projects?activeInactiveAll=1").await,
        count("/api/projects?activeInactiveAll=2").await,
    );
    assert!(inactive > 0 && active + inactive == all);
    assert_eq!(count("/api/projects/search?searchString=%C3%98RLAND").await, 1);
    assert_eq!(count("/api/resources/types").await, 3);
    let (status, _) = ditio.call(Method::GET, "/api/projects?activeInactiveAll=3", None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
