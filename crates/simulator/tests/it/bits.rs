//! Bits over HTTP: tokens, applications, errors and determinism.

use std::time::Duration;

use keyfob_simulator::{ExpiresIn, Simulator, Vendor, credentials};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::{http, read_response};

struct Bits {
    simulator: Simulator,
    http: Client,
    token: String,
}

impl Bits {
    async fn start() -> Self {
        Self::over(Simulator::start().await.unwrap()).await
    }

    async fn over(simulator: Simulator) -> Self {
        let http = http();
        let token = token(&http, &simulator).await;
        Self { simulator, http, token }
    }

    /// Calls an operation, with a bearer token if one is given.
    async fn call_with(&self, token: Option<&str>, operation: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.http.post(format!("{}/bits/v1/{operation}", self.simulator.url())).json(body);
        let request = token.into_iter().fold(request, RequestBuilder::bearer_auth);
        read_response(request.send().await.unwrap()).await
    }

    async fn call(&self, operation: &str, body: &Value) -> (StatusCode, Value) {
        self.call_with(Some(&self.token), operation, body).await
    }

    async fn create(&self) -> Value {
        let (status, body) = self.call("applications.create", &application()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }
}

fn application() -> Value {
    json!({
        "workflowId": credentials::BITS_WORKFLOW_ID,
        "countryCode": "SE",
        "redirectUrl": "http://localhost:3001/",
    })
}

fn token_request(http: &Client, simulator: &Simulator) -> RequestBuilder {
    http.post(format!("{}/bits/v1/oauth2/token", simulator.url()))
        .basic_auth(credentials::BITS_CLIENT_ID, Some(credentials::BITS_CLIENT_SECRET))
}

async fn token(http: &Client, simulator: &Simulator) -> String {
    let form = [("grant_type", "client_credentials")];
    let (status, body) = read_response(token_request(http, simulator).form(&form).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_token_response_has_type_instead_of_token_type() {
    let simulator = Simulator::start().await.unwrap();
    let form = [("grant_type", "client_credentials")];
    let (_, body) = read_response(token_request(&http(), &simulator).form(&form).send().await.unwrap()).await;
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "scope", "type"]);
    assert_eq!(
        (&body["type"], &body["expires_in"], &body["scope"]),
        (&json!("Bearer"), &json!(3600), &json!("application"))
    );
    assert_eq!(simulator.token_requests(Vendor::Bits), 1);
}

#[tokio::test]
async fn only_unencoded_basic_credentials_with_a_form_body_get_a_token() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    let url = format!("{}/bits/v1/oauth2/token", simulator.url());
    let (id, secret) = (credentials::BITS_CLIENT_ID, credentials::BITS_CLIENT_SECRET);
    let form = [("grant_type", "client_credentials")];
    let in_body = [form[0], ("client_id", id), ("client_secret", secret)];
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    for (request, expected) in [
        (http.post(&url).form(&in_body), 401),
        (http.post(&url).basic_auth(id, Some("wrong")).form(&form), 401),
        (http.post(&url).basic_auth(id, Some(encoded)).form(&form), 401),
        (token_request(&http, &simulator).form(&[("grant_type", "password")]), 400),
        (token_request(&http, &simulator).form(&[("scope", "application")]), 400),
        (token_request(&http, &simulator).json(&json!({ "grant_type": "client_credentials" })), 400),
        (http.get(&url), 404),
    ] {
        let (status, body) = read_response(request.send().await.unwrap()).await;
        assert_eq!(status, expected);
        assert!(body["message"].is_string(), "{body}");
    }
}

#[tokio::test]
async fn both_userinfo_paths_return_the_customer_and_accept_bearer_in_any_case() {
    let bits = Bits::start().await;
    for path in ["/oauth2/userinfo", "/v1/oauth2/userinfo"] {
        let request = bits.http.get(format!("{}/bits{path}", bits.simulator.url()));
        let request = request.header("authorization", format!("bearer {}", bits.token));
        let (status, body) = read_response(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::OK);
        let customer = body["customerId"].as_str().unwrap();
        assert!(customer.starts_with("bits:customer::"), "{customer}");
    }
}

#[tokio::test]
async fn an_application_is_created_and_read_by_every_operation() {
    let bits = Bits::start().await;
    let created = bits.create().await;
    let id = json!({ "applicationId": created["id"] });
    assert!(created["id"].as_str().unwrap().starts_with("bits:application::"));
    assert_eq!(bits.call("applications.get", &id).await, (StatusCode::OK, json!({ "status": "NOT_STARTED" })));
    let (status, organization) = bits.call("applications.organization.get", &id).await;
    assert_eq!(status, StatusCode::OK);
    assert!(organization["organizationName"].is_string() && organization["legalType"].is_string());
    assert!(organization["organizationNumber"]["id"].is_string());
    assert_eq!(organization["organizationNumber"]["issuingCountry"], "SE");
    let (status, accounts) = bits.call("applications.bankAccounts.list", &id).await;
    assert_eq!(status, StatusCode::OK);
    assert!(accounts["bankAccounts"][0]["iban"].as_str().unwrap().starts_with("SE"));
}

#[tokio::test]
async fn an_application_progresses_with_simulated_time() {
    let bits = Bits::start().await;
    let id = json!({ "applicationId": bits.create().await["id"] });
    let status = async || bits.call("applications.get", &id).await.1["status"].as_str().unwrap().to_owned();
    assert_eq!(status().await, "NOT_STARTED");
    bits.simulator.advance(Duration::from_secs(61));
    assert_eq!(status().await, "IN_PROGRESS");
    bits.simulator.advance(Duration::from_secs(600));
    assert!(["APPROVED", "MANUAL_REVIEW"].contains(&status().await.as_str()));
}

#[tokio::test]
async fn the_older_country_member_market_is_accepted() {
    let bits = Bits::start().await;
    let mut body = application();
    let fields = body.as_object_mut().unwrap();
    let country = fields.remove("countryCode").unwrap();
    fields.insert("market".to_owned(), country);
    assert_eq!(bits.call("applications.create", &body).await.0, StatusCode::OK);
}

#[tokio::test]
async fn missing_malformed_and_unknown_values_get_an_error_message() {
    let bits = Bits::start().await;
    let with = |name: &str, value: Value| {
        let mut body = application();
        body[name] = value;
        body
    };
    let workflow = "bits:workflow::00000000-0000-4000-8000-000000000000";
    let unknown = json!({ "applicationId": "bits:application::00000000-0000-4000-8000-000000000000" });
    for (operation, body, expected) in [
        ("applications.create", json!({}), 400),
        ("applications.create", json!([]), 400),
        ("applications.create", with("workflowId", json!(7)), 400),
        ("applications.create", with("workflowId", json!("8abe317f")), 400),
        ("applications.create", with("workflowId", json!(workflow)), 404),
        ("applications.create", with("countryCode", json!("se")), 400),
        ("applications.create", with("countryCode", Value::Null), 400),
        ("applications.create", with("redirectUrl", json!("/done")), 400),
        ("applications.get", json!({}), 400),
        ("applications.get", json!({ "applicationId": "1" }), 400),
        ("applications.get", unknown.clone(), 404),
        ("applications.organization.get", unknown.clone(), 404),
        ("applications.bankAccounts.list", unknown, 404),
        ("applications.delete", json!({}), 404),
    ] {
        let (status, response) = bits.call(operation, &body).await;
        assert_eq!(status, expected, "{operation} {body}");
        assert!(response["message"].is_string(), "{operation} {body}: {response}");
    }
}

#[tokio::test]
async fn an_expired_token_gets_401_and_a_revoked_or_disabled_one_403() {
    let bits = Bits::start().await;
    let status = async |token: Option<&str>| bits.call_with(token, "applications.create", &application()).await.0;
    assert_eq!(status(None).await, 401);
    assert_eq!(status(Some("made-up")).await, 401);
    bits.simulator.advance(Duration::from_secs(3600));
    assert_eq!(status(Some(&bits.token)).await, 401);
    let second = token(&bits.http, &bits.simulator).await;
    bits.simulator.revoke_tokens(Vendor::Bits);
    assert_eq!(status(Some(&second)).await, 403);
    let third = token(&bits.http, &bits.simulator).await;
    bits.simulator.disable_client(Vendor::Bits);
    assert_eq!(status(Some(&third)).await, 403);
    let rejected = token_request(&bits.http, &bits.simulator).form(&[("grant_type", "client_credentials")]);
    assert_eq!(rejected.send().await.unwrap().status(), 401);
    bits.simulator.enable_client(Vendor::Bits);
    assert_eq!(status(Some(&third)).await, 200);
}

#[tokio::test]
async fn no_operation_accepts_a_session_token() {
    let bits = Bits::start().await;
    let created = bits.create().await;
    let session = created["sessionToken"].as_str().unwrap();
    assert_eq!(session.split('.').count(), 3);
    let id = json!({ "applicationId": created["id"] });
    let (status, body) = bits.call_with(Some(session), "applications.get", &id).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body["message"].is_string());
}

#[tokio::test]
async fn a_token_has_the_requested_scope_and_a_token_to_read_cannot_create() {
    let bits = Bits::start().await;
    let id = json!({ "applicationId": bits.create().await["id"] });
    let clients = [
        (
            credentials::BITS_CLIENT_ID,
            credentials::BITS_CLIENT_SECRET,
            [("application", 200), ("application.read", 200)],
        ),
        (credentials::BITS_READ_CLIENT_ID, credentials::BITS_READ_CLIENT_SECRET, [("application", 400), ("", 200)]),
    ];
    let request = async |client: &str, secret: &str, scope: &str| {
        let request = bits.http.post(format!("{}/bits/v1/oauth2/token", bits.simulator.url()));
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        read_response(request.basic_auth(client, Some(secret)).form(&form).send().await.unwrap()).await
    };
    for (client, secret, scopes) in clients {
        for (scope, expected) in scopes {
            let (status, body) = request(client, secret, scope).await;
            assert_eq!(status, expected, "{client} {scope}");
            if expected == 400 {
                assert!(body["message"].is_string(), "{body}");
                continue;
            }
            assert_eq!(body["scope"], if scope.is_empty() { "application.read" } else { scope });
            let token = body["access_token"].as_str();
            assert_eq!(bits.call_with(token, "applications.get", &id).await.0, 200);
            let (status, _) = bits.call_with(token, "applications.create", &application()).await;
            assert_eq!(status, if scope == "application" { 200 } else { 403 }, "{client} {scope}");
        }
        assert_eq!(request(client, secret, "application.session").await.0, 400, "only a create grants it");
    }
}

#[tokio::test]
async fn expires_in_can_be_a_string() {
    let simulator = Simulator::start().await.unwrap();
    simulator.set_expires_in(Vendor::Bits, ExpiresIn::Text);
    let form = [("grant_type", "client_credentials")];
    let (_, body) = read_response(token_request(&http(), &simulator).form(&form).send().await.unwrap()).await;
    assert_eq!(body["expires_in"], "3600");
}

#[tokio::test]
async fn the_same_seed_gives_byte_identical_responses() {
    let run = async |seed: u64| {
        let epoch = "2026-03-02T08:00:00Z".parse().unwrap();
        let bits = Bits::over(Simulator::builder().seed(seed).epoch(epoch).start().await.unwrap()).await;
        let created = bits.create().await;
        let id = json!({ "applicationId": created["id"] });
        let mut texts = vec![bits.token.clone(), created.to_string()];
        for operation in ["applications.get", "applications.organization.get", "applications.bankAccounts.list"] {
            texts.push(bits.call(operation, &id).await.1.to_string());
        }
        texts
    };
    assert_eq!(run(7).await, run(7).await);
    assert_ne!(run(7).await, run(8).await);
}
