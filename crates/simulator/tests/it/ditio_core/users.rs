//! Users v4.

use keyfob_simulator::credentials::DITIO_COMPANY_ID;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

const ROOT: &str = "/api/v4/integration/users";

fn user(number: &str, phone: &str) -> Value {
    json!({
        "companyId": DITIO_COMPANY_ID, "employeeNumber": number, "firstName": "Åse", "lastName": "Lønning",
        "mobileWork": phone, "birthDate": "17.05.1990", "employmentStartDate": "2025-09-01", "email": "ase@example.no",
    })
}

async fn create(ditio: &Ditio) -> (Value, String, String) {
    let (status, user) = ditio.call(Method::POST, ROOT, Some(user("9001", "+4740000001"))).await;
    assert_eq!(status, StatusCode::OK, "{user}");
    let identity = user["identityId"].as_str().unwrap().replace('|', "%7C");
    let profile = user["companyProfileId"].as_str().unwrap().to_owned();
    (user, identity, profile)
}

#[tokio::test]
async fn put_takes_an_identity_and_patch_a_profile_and_neither_takes_the_other() {
    let ditio = Ditio::start().await;
    let (created, identity, profile) = create(&ditio).await;
    assert!(created["identityId"].as_str().unwrap().starts_with("auth0|"));
    assert_eq!(created["birthDate"], "1990-05-17");
    let patch = Some(json!({ "workTitle": "Formann" }));
    let (_, patched) = ditio.call(Method::PATCH, &format!("{ROOT}/{profile}"), patch.clone()).await;
    assert_eq!((&patched["workTitle"], &patched["email"]), (&json!("Formann"), &json!("ase@example.no")));
    assert_eq!(ditio.call(Method::PATCH, &format!("{ROOT}/{identity}"), patch).await.0, StatusCode::NOT_FOUND);
    let mut whole = user("9001", "+4740000001");
    whole["email"] = Value::Null;
    let (_, replaced) = ditio.call(Method::PUT, &format!("{ROOT}/{identity}"), Some(whole.clone())).await;
    assert_eq!((&replaced["workTitle"], &replaced["identityId"]), (&Value::Null, &created["identityId"]));
    assert_eq!(ditio.call(Method::PUT, &format!("{ROOT}/{profile}"), Some(whole)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ditio.call(Method::DELETE, &format!("{ROOT}/{profile}"), None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ditio.call(Method::DELETE, &format!("{ROOT}/{identity}"), None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(ditio.call(Method::DELETE, &format!("{ROOT}/{identity}"), None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_list_can_be_limited_to_users_changed_since_a_time() {
    let ditio = Ditio::start().await;
    let (_, _, profile) = create(&ditio).await;
    let changed = format!("{ROOT}?changedSince=2026-03-01T00:00:00Z");
    assert_eq!(ditio.call(Method::GET, &changed, None).await.1.as_array().unwrap().len(), 1);
    let all = ditio.call(Method::GET, ROOT, None).await.1;
    assert_eq!(all.as_array().unwrap().len(), 31);
    let disable = format!("{ROOT}/disable/{}", all[0]["companyProfileId"].as_str().unwrap());
    assert_eq!(ditio.call(Method::PATCH, &disable, None).await, (StatusCode::NO_CONTENT, Value::Null));
    let (_, two) = ditio.call(Method::GET, &changed, None).await;
    let flags: Vec<&Value> = two.as_array().unwrap().iter().map(|user| &user["isDisabled"]).collect();
    assert_eq!(flags, [&json!(true), &json!(false)]);
    assert_eq!(ditio.call(Method::PATCH, &format!("{ROOT}/enable/{profile}"), None).await.0, StatusCode::NO_CONTENT);
    let (status, _) = ditio.call(Method::GET, &format!("{ROOT}?changedSince=lately"), None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_foreign_company_is_forbidden_and_a_foreign_profile_is_not_found() {
    let ditio = Ditio::start().await;
    let mut foreign = user("9001", "+4740000001");
    foreign["companyId"] = json!("098765");
    assert_eq!(ditio.call(Method::POST, ROOT, Some(foreign)).await.0, StatusCode::FORBIDDEN);
    let (status, _) = ditio.call(Method::GET, &format!("{ROOT}?companyId=098765"), None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    // 1031 to 1033 work for the foreign company.
    let (status, _) = ditio.call(Method::GET, &format!("{ROOT}/by-employee-number/1031"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_phone_shared_with_a_foreign_profile_cannot_be_changed() {
    let ditio = Ditio::start().await;
    let (_, shared) = ditio.call(Method::GET, &format!("{ROOT}/by-employee-number/1006"), None).await;
    let path = format!("{ROOT}/{}", shared["companyProfileId"].as_str().unwrap());
    let change = Some(json!({ "mobileWork": "+4740000009" }));
    assert_eq!(ditio.call(Method::PATCH, &path, change).await.0, StatusCode::NOT_FOUND);
    let (_, _, profile) = create(&ditio).await;
    let path = format!("{ROOT}/{profile}");
    let change = async |phone: &str| ditio.call(Method::PATCH, &path, Some(json!({ "mobileWork": phone }))).await;
    assert_eq!(change("+4740000009").await.1["mobileWork"], "+4740000009");
    assert_eq!(change(shared["mobileWork"].as_str().unwrap()).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn required_dates_are_accepted_in_both_formats() {
    let ditio = Ditio::start().await;
    let (status, body) = ditio.call(Method::POST, ROOT, Some(json!({}))).await;
    assert_eq!((status, body["errors"].as_array().unwrap().len()), (StatusCode::BAD_REQUEST, 7));
    let mut bad = user("9001", "+4740000001");
    bad["birthDate"] = json!("1990-05-17T00:00:00Z");
    assert_eq!(ditio.call(Method::POST, ROOT, Some(bad)).await.0, StatusCode::BAD_REQUEST);
    create(&ditio).await;
    let (status, _) = ditio.call(Method::POST, ROOT, Some(user("9001", "+4740000002"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_scim_helper_creates_and_then_updates() {
    let ditio = Ditio::start().await;
    let path = format!("{ROOT}/scim");
    let (_, first) = ditio.call(Method::POST, &path, Some(user("9001", "+4740000001"))).await;
    let mut changed = user("9001", "+4740000001");
    changed["workTitle"] = json!("Leder");
    let (_, second) = ditio.call(Method::POST, &path, Some(changed)).await;
    assert_eq!((&second["companyProfileId"], &second["workTitle"]), (&first["companyProfileId"], &json!("Leder")));
}

#[tokio::test]
async fn deletability_is_returned_as_a_json_boolean() {
    let ditio = Ditio::start().await;
    let (_, list) = ditio.call(Method::GET, ROOT, None).await;
    for (at, deletable) in [(0, false), (9, true)] {
        let identity = list[at]["identityId"].as_str().unwrap().replace('|', "%7C");
        let (_, response) = ditio.call(Method::GET, &format!("{ROOT}/is-identity-deletable/{identity}"), None).await;
        assert_eq!(response, json!(deletable));
    }
}
