//! Authentication, permissions and routing.

use std::time::Duration;

use keyfob_simulator::{Simulator, Vendor, credentials};
use reqwest::{Method, StatusCode, header};
use serde_json::json;

use super::{Tenant, codes, form, token};
use crate::support::{http, read_response};

#[tokio::test]
async fn a_token_expires_after_its_stated_lifetime() {
    let tenant = Tenant::start().await;
    let (_, body) = token(&tenant.http, tenant.simulator.url(), &form()).await;
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(1800)));
    assert_eq!(tenant.get("/orgUnits/").await.0, StatusCode::OK);
    tenant.simulator.advance(Duration::from_secs(1800));
    let (status, body) = tenant.get("/orgUnits/").await;
    assert_eq!((status, &body["errorMsg"]), (StatusCode::UNAUTHORIZED, &json!("Unauthorized")));
    assert_eq!(tenant.simulator.token_requests(Vendor::Dvinci), 2);
}

#[tokio::test]
async fn token_endpoint_errors_name_the_reason() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    for (at, value, status, error) in [
        (0, "password", 400, "unsupported_grant_type"),
        (0, "", 400, "invalid_request"),
        (1, "nobody", 401, "invalid_client"),
        (2, "wrong", 401, "invalid_client"),
    ] {
        let mut bad = form();
        bad[at].1 = value;
        let (found, body) = token(&http, simulator.url(), &bad).await;
        assert_eq!((found.as_u16(), body["error"].as_str()), (status, Some(error)), "{body}");
    }
    let url = format!("{}/dvinci/plt/oauth2/token", simulator.url());
    let as_json = http.post(&url).json(&json!({ "grant_type": "client_credentials" })).send().await.unwrap();
    assert_eq!(as_json.status(), StatusCode::BAD_REQUEST);
    let basic = http
        .post(&url)
        .basic_auth(credentials::DVINCI_CLIENT_ID, Some(credentials::DVINCI_CLIENT_SECRET))
        .form(&[("grant_type", "client_credentials")]);
    assert_eq!(basic.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_user_and_token_headers_authenticate_like_a_bearer_token() {
    let tenant = Tenant::start().await;
    let status_for = async |user: &str, secret: &str| {
        let request = tenant.http.get(tenant.url("/restApi/orgUnits"));
        let request = request.header("Dvinci-API-User", user).header("Dvinci-API-Token", secret);
        request.send().await.unwrap().status()
    };
    let (user, secret) = (credentials::DVINCI_CLIENT_ID, credentials::DVINCI_CLIENT_SECRET);
    assert_eq!(status_for(user, secret).await, StatusCode::OK);
    assert_eq!(status_for(user, "wrong").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status_for("nobody", secret).await, StatusCode::UNAUTHORIZED);
    tenant.simulator.revoke_tokens(Vendor::Dvinci);
    assert_eq!(tenant.get("/orgUnits").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(status_for(user, secret).await, StatusCode::OK);
    tenant.simulator.disable_client(Vendor::Dvinci);
    assert_eq!(status_for(user, secret).await, StatusCode::UNAUTHORIZED);
    assert_eq!(token(&tenant.http, tenant.simulator.url(), &form()).await.0, StatusCode::UNAUTHORIZED);
    let unauthenticated = tenant.http.get(tenant.url("/restApi/orgUnits")).send().await.unwrap();
    assert_eq!(unauthenticated.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_user_without_every_permission_may_not_rate_place_delete_or_change_users() {
    let tenant = Tenant::start().await;
    let limited = [
        ("grant_type", "client_credentials"),
        ("client_id", credentials::DVINCI_LIMITED_CLIENT_ID),
        ("client_secret", credentials::DVINCI_LIMITED_CLIENT_SECRET),
    ];
    let (_, body) = token(&tenant.http, tenant.simulator.url(), &limited).await;
    let limited = Tenant { token: body["access_token"].as_str().unwrap().to_owned(), ..tenant };
    let application = limited.read("/applications/1").await;
    assert!(application.get("rating").is_none());
    let body = super::with(application, json!({ "rating": "B" }));
    assert_eq!(codes(limited.put("/applications/1", &body).await), ["rating valueNotPermitted"]);
    let body = super::with(body, json!({ "rating": null, "comment": "Größe" }));
    assert_eq!(limited.put("/applications/1", &body).await.0, StatusCode::OK);
    let publication = limited.read("/jobPublications/1").await;
    let path = "/jobPublications/1";
    assert_eq!(codes(limited.put(path, &publication).await), ["placements createOrUpdatePlacementsNotAllowed"]);
    for path in ["/persons/1/delete", "/dvinciUsers", "/userGroups", "/jobPublicationPlacements/multi01/placements"] {
        assert_eq!(limited.post(path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_get_404_and_unsupported_methods_405() {
    let tenant = Tenant::start().await;
    for path in
        ["/companies", "/jobOpenings/1/delete/now", "/jobPublications/1/externalPlacements", "/testResults/1", ""]
    {
        assert_eq!(tenant.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for (method, path) in [
        (Method::DELETE, "/persons/1"),
        (Method::PATCH, "/persons/1"),
        (Method::POST, "/orgUnits/"),
        (Method::GET, "/persons/1/delete"),
        (Method::POST, "/onboardings"),
    ] {
        let response = tenant.request(method.clone(), path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
}

#[tokio::test]
async fn a_trailing_slash_makes_no_difference() {
    let tenant = Tenant::start().await;
    for path in
        ["/jobOpenings", "/jobOpenings/1", "/applications/1/history", "/configuration/applications/externalLinks"]
    {
        assert_eq!(tenant.read(path).await, tenant.read(&format!("{path}/")).await);
    }
    let one = tenant.read("/jobOpenings?externalId=req-1001").await;
    assert_eq!(one, tenant.read("/jobOpenings/?externalId=req-1001").await);
    assert_eq!(one["id"], 1);
}

#[tokio::test]
async fn responses_are_json_in_utf_8() {
    let tenant = Tenant::start().await;
    let response = tenant.request(Method::GET, "/locations/LUEBECK").send().await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json;charset=UTF-8");
    let (_, body) = read_response(response).await;
    assert_eq!(body["name"], "Lübeck");
}
