//! Access, refresh and application tokens, and the users they belong to.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta, Utc};
use keyfob_simulator::{ExpiresIn, Vendor, credentials};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Plant;
use crate::support::read_response;

/// Decodes the claims of a JWT.
fn claims(token: &str) -> Value {
    use base64::Engine;
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_login_returns_two_tokens_and_their_expiry() {
    let mut plant = Plant::start().await;
    let body = plant.log_in(credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD).await;
    assert_eq!((&body["id"], &body["isAdmin"]), (&json!(1), &json!("true")));
    let access = claims(body["accessToken"].as_str().unwrap());
    let refresh = claims(body["refreshToken"].as_str().unwrap());
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 900);
    assert_eq!(refresh["exp"].as_i64().unwrap() - refresh["iat"].as_i64().unwrap(), 2_592_000);
    assert_eq!((&access["identity"], &access["type"]), (&json!(1), &json!("access")));
    let written = body["accessExpiryDate"].as_str().unwrap();
    let ends = NaiveDateTime::parse_from_str(written, "%m/%d/%Y, %H:%M:%S").unwrap();
    assert_eq!(ends.and_utc().timestamp(), access["exp"].as_i64().unwrap());
    let left = ends - Utc::now().naive_utc();
    assert!(left > TimeDelta::seconds(800) && left <= TimeDelta::seconds(900), "{left}");
    plant.get("materials?limit=1").await;
}

#[tokio::test]
async fn a_failed_login_gets_404() {
    let plant = Plant::start().await;
    for (name, password) in [
        (credentials::ITEMPATH_USERNAME, "wrong"),
        ("nobody", credentials::ITEMPATH_PASSWORD),
        // Pending, and deactivated.
        ("lefevre", "simulated-zoé"),
        ("braaten", "simulated-øystein"),
    ] {
        assert_eq!(plant.login(name, password).await.0, StatusCode::NOT_FOUND, "{name}");
    }
    assert_eq!(plant.simulator.token_requests(Vendor::ItemPath), 4);
    let request = plant.http.post(plant.url("users/login")).json(&json!({ "username": "x" }));
    let (status, body) = read_response(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    super::field_message(&body, "password");
    let form = plant.http.post(plant.url("users/login")).form(&[("username", "x"), ("password", "y")]);
    assert_eq!(form.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_refresh_requires_the_refresh_token_and_does_not_rotate_it() {
    let mut plant = Plant::start().await;
    let body = plant.log_in(credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD).await;
    let refresh = body["refreshToken"].as_str().unwrap();
    for _ in 0..2 {
        let (status, body) = plant.exchange("users/refresh", refresh).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body["refreshToken"], Value::Null);
        body["accessToken"].as_str().unwrap().clone_into(&mut plant.token);
        plant.get("warehouses").await;
    }
    let (status, body) = plant.exchange("users/refresh", &plant.token).await;
    assert_eq!((status, &body["msg"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("Only refresh tokens are allowed")));
    refresh.clone_into(&mut plant.token);
    assert_eq!(plant.call(Method::GET, "warehouses", None).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn application_tokens_are_for_application_users() {
    let mut plant = Plant::start().await;
    let person = plant.log_in(credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD).await;
    let rejected = plant.exchange("users/application-token", person["refreshToken"].as_str().unwrap()).await;
    assert_eq!(rejected.0, StatusCode::FORBIDDEN);
    let (name, password) = (credentials::ITEMPATH_APPLICATION_USERNAME, credentials::ITEMPATH_APPLICATION_PASSWORD);
    let machine = plant.login(name, password).await.1;
    let path = "users/application-token";
    let (status, body) = plant.exchange(path, machine["refreshToken"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let token = body["token"].as_str().unwrap();
    assert_eq!(claims(token)["exp"], Value::Null);
    let (status, _) = plant.exchange(path, machine["accessToken"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

    // An application token outlives every other token and ends when its user is deactivated.
    let admin = std::mem::replace(&mut plant.token, token.to_owned());
    plant.simulator.advance(Duration::from_secs(400 * 24 * 3600));
    plant.get("materials?limit=1").await;
    let application = std::mem::replace(&mut plant.token, admin);
    assert_eq!(plant.call(Method::GET, "materials", None).await.0, StatusCode::UNAUTHORIZED);
    plant.log_in(credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD).await;
    plant.put("users/2", json!({ "status": 2 })).await;
    plant.token = application;
    assert_eq!(plant.call(Method::GET, "materials", None).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_access_token_expires_after_fifteen_minutes() {
    let mut plant = Plant::start().await;
    let body = plant.log_in(credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD).await;
    plant.simulator.advance(Duration::from_secs(890));
    plant.get("bins").await;
    plant.simulator.advance(Duration::from_secs(10));
    let (status, response) = plant.call(Method::GET, "bins", None).await;
    assert_eq!((status, &response["msg"]), (StatusCode::UNAUTHORIZED, &json!("Token has expired")));
    let (_, fresh) = plant.exchange("users/refresh", body["refreshToken"].as_str().unwrap()).await;
    let claims = claims(fresh["accessToken"].as_str().unwrap());
    // The simulated clock is 900 seconds ahead of the real one, and `iat` follows it.
    assert!(claims["iat"].as_i64().unwrap() - Utc::now().timestamp() >= 899);
}

#[tokio::test]
async fn missing_malformed_and_revoked_tokens_get_401() {
    let mut plant = Plant::start().await;
    let (status, body) = read_response(plant.http.get(plant.url("bins")).send().await.unwrap()).await;
    assert_eq!((status, &body["msg"]), (StatusCode::UNAUTHORIZED, &json!("Missing Authorization Header")));
    "a.b.c".clone_into(&mut plant.token);
    assert_eq!(plant.call(Method::GET, "bins", None).await.0, StatusCode::UNAUTHORIZED);
    let basic = plant.http.get(plant.url("bins")).basic_auth("a", Some("b"));
    assert_eq!(basic.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    credentials::ITEMPATH_TOKEN.clone_into(&mut plant.token);
    plant.get("bins").await;
    plant.simulator.revoke_tokens(Vendor::ItemPath);
    assert_eq!(plant.call(Method::GET, "bins", None).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_disabled_client_can_neither_log_in_nor_call() {
    let plant = Plant::start().await;
    plant.simulator.disable_client(Vendor::ItemPath);
    assert_eq!(plant.call(Method::GET, "bins", None).await.0, StatusCode::UNAUTHORIZED);
    let (name, password) = (credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD);
    assert_eq!(plant.login(name, password).await.0, StatusCode::NOT_FOUND);
    plant.simulator.enable_client(Vendor::ItemPath);
    plant.get("bins").await;
}

#[tokio::test]
async fn a_configured_lifetime_is_in_the_token_and_a_missing_expiry_in_the_response() {
    let mut plant = Plant::start().await;
    plant.simulator.set_token_lifetime(Vendor::ItemPath, Duration::from_secs(5));
    plant.simulator.set_expires_in(Vendor::ItemPath, ExpiresIn::Missing);
    let body = plant.log_in(credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD).await;
    assert_eq!(body["accessExpiryDate"], Value::Null);
    let access = claims(body["accessToken"].as_str().unwrap());
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 5);
}

#[tokio::test]
async fn users_have_types_and_statuses() {
    let mut plant = Plant::start().await;
    let role = plant.get("users?username=schaefer").await["users"][0]["roleId"].clone();
    assert!(role.is_string(), "the id of a role is a UUID");
    let body = json!({ "username": "jäger", "password": "p", "email": "jaeger@lager.example", "roleId": role });
    let user = plant.post("users", body).await["user"].clone();
    assert_eq!((&user["status"], &user["isAdmin"], &user["type"]), (&json!(1), &json!(false), &json!("user")));
    assert_eq!((user.get("password"), &user["roleName"]), (None, &json!("Lagerist")));
    let path = format!("users/{}", user["id"]);
    let machine = plant.put(&path, json!({ "type": "application" })).await["user"].clone();
    assert_eq!(machine["status"], 3);
    let (status, taken) =
        plant.call(Method::POST, "users", Some(json!({ "username": "JÄGER", "password": "p" }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(super::field_message(&taken, "username").contains("already exists"));

    plant.log_in("jäger", "p").await;
    let (status, _) = plant.call(Method::POST, "users", Some(json!({ "username": "x", "password": "y" }))).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    credentials::ITEMPATH_TOKEN.clone_into(&mut plant.token);
    for (method, body) in [(Method::PUT, Some(json!({ "status": 2 }))), (Method::DELETE, None)] {
        assert_eq!(plant.call(method, "users/2", body).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    plant.delete(&path).await;
    assert_eq!(plant.login("jäger", "p").await.0, StatusCode::NOT_FOUND);
}
