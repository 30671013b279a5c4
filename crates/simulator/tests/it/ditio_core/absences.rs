//! Absences.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

const ROOT: &str = "/api/integration/absences";

fn absence(more: &Value) -> Value {
    let mut body = json!({
        "externalId": "884213/1/7", "employeeNumber": "1001", "absenceTypeCode": "505",
        "startDate": "2026-03-02", "endDate": "2026-03-08", "hoursPerDay": 7.5,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn push(ditio: &Ditio, more: Value) -> (StatusCode, Value) {
    ditio.call(Method::POST, ROOT, Some(absence(&more))).await
}

#[tokio::test]
async fn a_week_becomes_five_days_and_a_second_push_updates() {
    let ditio = Ditio::start().await;
    let (status, first) = push(&ditio, json!({ "approved": true })).await;
    assert_eq!((status, &first["daysQty"], &first["approved"]), (StatusCode::CREATED, &json!(5), &json!(true)));
    let days = json!([{ "date": "2026-03-07", "qty": 2 }, { "date": "2026-03-03", "qty": 0 }]);
    let (status, second) = push(&ditio, json!({ "days": days, "approved": false, "externalId": " 884213/1/7 " })).await;
    assert_eq!((status, &second["daysQty"], &second["approved"]), (StatusCode::OK, &json!(5), &json!(true)));
    assert_eq!(second["days"][4], json!({ "date": "2026-03-07", "qty": 2.0 }));
    assert_eq!(second["absenceRegistrationId"], first["absenceRegistrationId"]);
}

#[tokio::test]
async fn slashes_in_ids_are_not_encoded_and_both_prefixes_are_equivalent() {
    let ditio = Ditio::start().await;
    push(&ditio, json!({})).await;
    let status = async |method: Method, path: &str| ditio.call(method, path, None).await.0;
    assert_eq!(status(Method::GET, &format!("{ROOT}/884213/1/7")).await, StatusCode::OK);
    assert_eq!(status(Method::GET, &format!("{ROOT}/884213%2F1%2F7")).await, StatusCode::NOT_FOUND);
    assert_eq!(status(Method::DELETE, "/api/v5/integration/absences/884213/1/7").await, StatusCode::NO_CONTENT);
    assert_eq!(status(Method::DELETE, &format!("{ROOT}/884213/1/7")).await, StatusCode::NOT_FOUND);
    push(&ditio, json!({ "externalId": "a b+æ&=%" })).await;
    assert_eq!(status(Method::GET, &format!("{ROOT}/a%20b+%C3%A6&=%25")).await, StatusCode::OK);
}

#[tokio::test]
async fn a_code_of_two_types_is_rejected_with_both_types() {
    let ditio = Ditio::start().await;
    let (status, body) = push(&ditio, json!({ "absenceTypeCode": "510" })).await;
    let message = body["message"].as_str().unwrap();
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(message.contains("Ferie (65a") && message.contains("Ferie overført (65a"), "{message}");
    let by_id = json!({ "absenceTypeCode": "510", "absenceTypeId": "65a0000000000000000000a5" });
    assert_eq!(push(&ditio, by_id).await.1["absenceTypeName"], "Ferie overført");
}

#[tokio::test]
async fn invalid_absences_are_rejected() {
    let ditio = Ditio::start().await;
    for bad in [
        json!({ "externalId": " " }),
        json!({ "employeeNumber": "404" }),
        json!({ "absenceTypeCode": null }),
        json!({ "absenceTypeCode": "999" }),
        json!({ "startDate": "2026-03-02T00:00:00Z" }),
        json!({ "startDate": "02.03.2026" }),
        json!({ "startDate": "2026-03-09" }),
        json!({ "startDate": "2026-03-07" }),
        json!({ "projectNumber": "P-404" }),
        json!({ "days": [{ "date": "2026-03-03" }] }),
        // Settled days, too long a period, before the employment.
        json!({ "startDate": "2026-01-26" }),
        json!({ "endDate": "2026-03-13" }),
        json!({ "startDate": "1999-01-04", "endDate": "1999-01-08" }),
    ] {
        let (status, body) = push(&ditio, bad.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad} {body}");
    }
}

#[tokio::test]
async fn settled_days_can_be_sent_again_but_not_changed() {
    let ditio = Ditio::start().await;
    push(&ditio, json!({})).await;
    // In May, March is settled.
    ditio.simulator.advance(Duration::from_secs(70 * 86_400));
    let token = crate::support::token(&ditio.http, ditio.simulator.url(), "ditioapiv3").await;
    let ditio = Ditio { token, ..ditio };
    assert_eq!(push(&ditio, json!({ "comment": "same days" })).await.0, StatusCode::OK);
    assert_eq!(push(&ditio, json!({ "hoursPerDay": 4 })).await.0, StatusCode::BAD_REQUEST);
    let (status, _) = ditio.call(Method::DELETE, &format!("{ROOT}/884213/1/7"), None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_project_is_found_by_any_of_its_numbers() {
    let ditio = Ditio::start().await;
    let (_, project) = ditio.call(Method::GET, "/api/v4/integration/projects/by-project-number/P-2025-001", None).await;
    let (_, body) = push(&ditio, json!({ "projectNumber": project["externalProjectNumber"] })).await;
    assert_eq!((&body["projectNumber"], &body["projectId"]), (&json!("P-2025-001"), &project["id"]));
    let path = format!("/api/v4/integration/projects/{}", project["id"].as_str().unwrap());
    ditio.call(Method::PATCH, &path, Some(json!({ "externalDimension1": "P-2025-002" }))).await;
    let (status, body) = push(&ditio, json!({ "projectNumber": "P-2025-002" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body["message"].as_str().unwrap().contains("P-2025-001, P-2025-002"), "{body}");
}
