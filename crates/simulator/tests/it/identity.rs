//! Ditio's token endpoint.

use std::time::Duration;

use keyfob_simulator::{ExpiresIn, Simulator, Vendor, credentials};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Ditio, form, http, read_response, request_token, token};

#[tokio::test]
async fn a_token_response_states_lifetime_and_scope() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    let (status, body) = request_token(&http, simulator.url(), &form("reportingapiv1 ditioapiv3")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["expires_in"], 1800);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "ditioapiv3 reportingapiv1");
    assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
    assert_eq!(simulator.token_requests(Vendor::Ditio), 1);
}

#[tokio::test]
async fn error_responses_name_the_reason() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    let good = form("ditioapiv3");
    for (at, value, error) in [
        (0, "password", "unsupported_grant_type"),
        (1, "nobody", "invalid_client"),
        (2, "wrong", "invalid_client"),
        (3, "ditioapiv9", "invalid_scope"),
    ] {
        let mut bad = good;
        bad[at].1 = value;
        assert_eq!(
            request_token(&http, simulator.url(), &bad).await,
            (StatusCode::BAD_REQUEST, json!({ "error": error }))
        );
    }
}

#[tokio::test]
async fn http_basic_is_accepted_like_credentials_in_the_body() {
    let simulator = Simulator::start().await.unwrap();
    let request = http()
        .post(format!("{}/ditio/identity/connect/token", simulator.url()))
        .basic_auth(credentials::DITIO_CLIENT_ID, Some(credentials::DITIO_CLIENT_SECRET))
        .form(&[("grant_type", "client_credentials")]);
    let (status, body) = read_response(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["scope"], "ditioapiv3 reportingapiv1 masstransportapiv1");
}

#[tokio::test]
async fn the_lifetime_can_have_every_observed_form() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    for (how, expected) in [
        (ExpiresIn::Text, json!("2")),
        (ExpiresIn::Milliseconds, json!(2000)),
        (ExpiresIn::Missing, Value::Null),
        (ExpiresIn::Literal(-1), json!(-1)),
        (ExpiresIn::Float, json!(2.0)),
    ] {
        simulator.set_token_lifetime(Vendor::Ditio, Duration::from_secs(2));
        simulator.set_expires_in(Vendor::Ditio, how);
        let (_, body) = request_token(&http, simulator.url(), &form("ditioapiv3")).await;
        assert_eq!(body["expires_in"], expected);
    }
}

#[tokio::test]
async fn a_token_ends_by_time_expiry_revocation_and_a_disabled_client() {
    let ditio = Ditio::start().await;
    let simulator = &ditio.simulator;
    let works = async |token: &str| {
        let url = format!("{}/ditio/core/api/MachineType", simulator.url());
        let response = ditio.http.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(response.headers().contains_key("www-authenticate"), response.status() == 401);
        response.status() == StatusCode::OK
    };
    assert!(works(&ditio.token).await);
    simulator.advance(Duration::from_secs(1799));
    assert!(works(&ditio.token).await);
    simulator.advance(Duration::from_secs(1));
    assert!(!works(&ditio.token).await);
    let fresh = || token(&ditio.http, simulator.url(), "ditioapiv3");
    let second = fresh().await;
    assert!(works(&second).await);
    simulator.expire_tokens(Vendor::Ditio);
    assert!(!works(&second).await);
    let third = fresh().await;
    simulator.revoke_tokens(Vendor::Ditio);
    assert!(!works(&third).await);
    simulator.disable_client(Vendor::Ditio);
    let fourth = fresh().await;
    assert!(!works(&fourth).await);
    simulator.enable_client(Vendor::Ditio);
    assert!(works(&fourth).await);
}

#[tokio::test]
async fn a_token_without_the_core_audience_is_unauthorized() {
    let ditio = Ditio::start().await;
    let other = token(&ditio.http, ditio.simulator.url(), "reportingapiv1").await;
    let url = format!("{}/ditio/core/api/MachineType", ditio.simulator.url());
    let request_token = async |token: Option<&str>| {
        let request = ditio.http.get(&url);
        token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth).send().await.unwrap().status()
    };
    assert_eq!(request_token(Some(&other)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(request_token(Some("made-up")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(request_token(None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(request_token(Some(credentials::DITIO_ACCESS_TOKEN)).await, StatusCode::OK);
}

#[tokio::test]
async fn a_token_of_fifty_thousand_characters_is_accepted() {
    let simulator = Simulator::start().await.unwrap();
    simulator.set_token_size(Vendor::Ditio, 50_000);
    let ditio = Ditio::over(simulator).await;
    assert!(ditio.token.len() >= 50_000);
    let (status, _) = ditio.call(Method::GET, "/api/MachineType", None).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn discovery_names_the_token_endpoint() {
    let simulator = Simulator::start().await.unwrap();
    let url = format!("{}/ditio/identity/.well-known/openid-configuration", simulator.url());
    let (_, body) = read_response(http().get(url).send().await.unwrap()).await;
    assert_eq!(body["token_endpoint"], format!("{}/ditio/identity/connect/token", simulator.url()));
}

#[tokio::test]
async fn a_client_gets_only_the_scopes_that_were_granted_to_it() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    let clients = [
        (credentials::DITIO_REPORTING_CLIENT_ID, credentials::DITIO_REPORTING_CLIENT_SECRET, "reportingapiv1"),
        (credentials::DITIO_CORE_CLIENT_ID, credentials::DITIO_CORE_CLIENT_SECRET, "ditioapiv3"),
    ];
    for (id, secret, own) in clients {
        for (scope, granted) in
            [(own, true), ("", true), ("masstransportapiv1", false), ("ditioapiv3 reportingapiv1", false)]
        {
            let mut form = form(scope);
            (form[1].1, form[2].1) = (id, secret);
            let (status, body) = request_token(&http, simulator.url(), &form).await;
            if granted {
                assert_eq!((status, &body["scope"]), (StatusCode::OK, &json!(own)), "{id} {scope}");
            } else {
                assert_eq!((status, body), (StatusCode::BAD_REQUEST, json!({ "error": "invalid_scope" })), "{id}");
            }
        }
        let mut form = form(own);
        form[1].1 = id;
        assert_eq!(request_token(&http, simulator.url(), &form).await.1["error"], "invalid_client", "another secret");
    }
}
