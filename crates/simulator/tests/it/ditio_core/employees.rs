//! Employees v5, and their certificates.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

const ROOT: &str = "/api/v5/integration/employees";

fn employee() -> Value {
    json!({
        "employeeNumber": "9002", "firstName": "Bjørn", "lastName": "Sæther", "phone": "+4740000003",
        "birthDate": "1988-02-29", "email": "b@example.no",
        "employment": { "startDate": "2025-01-01", "department": "3210", "payroll": 2 },
    })
}

async fn start() -> Ditio {
    let ditio = Ditio::start().await;
    let (status, body) = ditio.call(Method::POST, ROOT, Some(employee())).await;
    assert_eq!((status, &body["employment"]["payroll"]), (StatusCode::CREATED, &json!(2)), "{body}");
    ditio
}

#[tokio::test]
async fn a_missing_phone_is_reported_in_the_documented_words() {
    let ditio = Ditio::start().await;
    let mut without = employee();
    without.as_object_mut().unwrap().remove("phone");
    let (status, body) = ditio.call(Method::POST, ROOT, Some(without)).await;
    let error = json!({
        "category": "UserInvalidInputError", "code": "ValidationError", "field": "Phone",
        "message": "The Phone field is required.",
    });
    assert_eq!((status, body), (StatusCode::BAD_REQUEST, json!({ "message": "Validation failed", "errors": [error] })));
    for employment in [Value::Null, json!({}), json!({ "startDate": "2025-01-01", "payroll": 3 })] {
        let mut bad = employee();
        bad["employment"] = employment;
        assert_eq!(ditio.call(Method::POST, ROOT, Some(bad)).await.0, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn null_clears_and_required_fields_cannot_be_cleared() {
    let ditio = start().await;
    let path = format!("{ROOT}/9002");
    let (_, body) = ditio.call(Method::PATCH, &path, Some(json!({ "email": null, "workTitle": "Formann" }))).await;
    assert_eq!((&body["email"], &body["workTitle"]), (&Value::Null, &json!("Formann")));
    let (status, _) = ditio.call(Method::PATCH, &path, Some(json!({ "phone": null }))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_employment_ends_before_the_next_begins() {
    let ditio = start().await;
    let again = async || {
        let body = json!({ "startDate": "2025-09-01", "payroll": 1 });
        ditio.call(Method::POST, &format!("{ROOT}/9002/create-employment"), Some(body)).await.0
    };
    assert_eq!(again().await, StatusCode::BAD_REQUEST);
    let end = async |day: &str| {
        let body = json!({ "endDate": day });
        ditio.call(Method::PATCH, &format!("{ROOT}/9002/end-employment"), Some(body)).await.0
    };
    assert_eq!(end("2024-12-31").await, StatusCode::BAD_REQUEST);
    assert_eq!(end("2025-06-30").await, StatusCode::OK);
    assert_eq!(end("2025-07-31").await, StatusCode::BAD_REQUEST);
    assert_eq!(again().await, StatusCode::CREATED);
    let change = json!({ "department": "Management" });
    ditio.call(Method::PATCH, &format!("{ROOT}/9002/update-employment"), Some(change)).await;
    let (_, body) = ditio.call(Method::GET, &format!("{ROOT}/9002?include=employment-history"), None).await;
    let history = body["employmentHistory"].as_array().unwrap();
    assert_eq!((history.len(), &history[1]["department"]), (2, &json!("Management")));
    assert_eq!(history[0]["endDate"], "2025-06-30");
    assert!(body.get("tags").is_none());
}

#[tokio::test]
async fn search_matches_name_phone_mail_and_number() {
    let ditio = start().await;
    for needle in ["bj%C3%B8rn", "40000003", "B@EXAMPLE", "9002"] {
        let (_, found) = ditio.call(Method::GET, &format!("{ROOT}/search?query={needle}"), None).await;
        assert!(found.as_array().unwrap().iter().any(|one| one["employeeNumber"] == "9002"), "{needle}");
    }
    let (status, body) = ditio.call(Method::GET, &format!("{ROOT}/search"), None).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("ArgumentIsNull")));
}

#[tokio::test]
async fn employees_of_subsidiaries_are_listed_on_request() {
    let ditio = Ditio::start().await;
    let count =
        async |query: &str| ditio.call(Method::GET, &format!("{ROOT}{query}"), None).await.1.as_array().unwrap().len();
    assert_eq!(count("").await, 24);
    assert_eq!(count("?includeEmployeesFromSubsidiaries=true").await, 30);
}

#[tokio::test]
async fn certificates_are_upserted_and_validated_as_a_whole() {
    let ditio = start().await;
    let certificate = |number: &str, until: &str| {
        json!({
            "employeeNumber": number, "certificateType": "Byggekort",
            "issuedDateTime": "2025-01-01T00:00:00Z", "validUntilDateTime": until,
        })
    };
    let post = async |body: Value| ditio.call(Method::POST, "/api/v4/integration/certificates", Some(body)).await;
    let good = certificate("9002", "2030-01-01T00:00:00Z");
    let (_, first) = post(json!([good])).await;
    let (_, second) = post(json!([certificate("9002", "2031-01-01T00:00:00Z")])).await;
    assert_eq!(first[0]["id"], second[0]["id"]);
    assert_eq!(second[0]["validUntilDateTime"], "2031-01-01T00:00:00Z");
    for bad in [
        good.clone(),
        json!([good, certificate("404", "2030-01-01T00:00:00Z")]),
        json!([certificate("9002", "2025-01-01T00:00:00Z")]),
        json!([{ "employeeNumber": "9002" }]),
    ] {
        assert_eq!(post(bad).await.0, StatusCode::BAD_REQUEST);
    }
}
