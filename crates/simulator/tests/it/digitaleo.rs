//! Digitaleo: tokens, contacts, lists, campaigns and messages.

mod campaigns;
mod clients;
mod contacts;
mod lists;
mod messages;
mod oauth;
mod reading;

use keyfob_simulator::{Simulator, credentials};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::{http, read_response};

struct Digitaleo {
    simulator: Simulator,
    http: Client,
    token: String,
}

impl Digitaleo {
    async fn start() -> Self {
        Self::over(Simulator::start().await.unwrap()).await
    }

    async fn over(simulator: Simulator) -> Self {
        let http = http();
        let (status, body) =
            read_response(token_request(&http, &simulator).form(&client_credentials()).send().await.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { simulator, http, token }
    }

    /// Builds a request to a resource: `contacts/lists?action=merge` is `lists` on the contacts host.
    fn request(&self, method: Method, resource: &str) -> RequestBuilder {
        let (host, resource) = resource.split_once('/').unwrap();
        let url = format!("{}/digitaleo/{host}/rest/{resource}", self.simulator.url());
        self.http.request(method, url).header("Authorization", format!("Bearer {}", self.token))
    }

    async fn get(&self, resource: &str) -> Value {
        expect_ok(self.request(Method::GET, resource)).await
    }

    async fn post(&self, resource: &str, body: &Value) -> Value {
        expect_ok(self.request(Method::POST, resource).json(body)).await
    }

    /// Sends a request that must get a 417 response, and returns its message.
    async fn rejected(&self, method: Method, resource: &str, body: &Value) -> String {
        let (status, response) = read_response(self.request(method, resource).json(body).send().await.unwrap()).await;
        assert_eq!(status, StatusCode::EXPECTATION_FAILED, "{resource} {body}: {response}");
        assert_eq!(response["status"], 417);
        assert_eq!(response["messages"][0]["message"], response["message"]);
        response["message"].as_str().unwrap().to_owned()
    }
}

async fn expect_ok(request: RequestBuilder) -> Value {
    let (status, body) = read_response(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

fn token_request(http: &Client, simulator: &Simulator) -> RequestBuilder {
    http.post(format!("{}/digitaleo/oauth/token", simulator.url()))
}

fn client_credentials() -> [(&'static str, &'static str); 3] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", credentials::DIGITALEO_CLIENT_ID),
        ("client_secret", credentials::DIGITALEO_CLIENT_SECRET),
    ]
}

/// Builds the body of an update: `metaData` is a JSON object in a string.
fn change(id: &Value, properties: &Value) -> Value {
    json!({ "id": id, "metaData": properties.to_string() })
}

#[tokio::test]
async fn the_same_seed_gives_byte_identical_responses() {
    let run = async |seed: u64| {
        let epoch = "2026-03-02T08:00:00Z".parse().unwrap();
        let digitaleo = Digitaleo::over(Simulator::builder().seed(seed).epoch(epoch).start().await.unwrap()).await;
        let mut texts = vec![digitaleo.token.clone()];
        let contact = json!({ "contacts": [{ "email": "anaïs@exemple.fr" }] });
        texts.push(digitaleo.post("contacts/contacts", &contact).await.to_string());
        for resource in ["contacts/contacts?limit=0", "contacts/lists?properties=DEFAULT,stats", "api/campaigns"] {
            texts.push(digitaleo.get(resource).await.to_string());
        }
        texts
    };
    assert_eq!(run(7).await, run(7).await);
    assert_ne!(run(7).await, run(8).await);
}

#[tokio::test]
async fn every_resource_rejects_malformed_bodies_with_a_json_error() {
    let digitaleo = Digitaleo::start().await;
    let deep = "[".repeat(500);
    let malformed = [
        "",
        "{}",
        "[]",
        "null",
        "{\"id\":{\"a\":[1]},\"contacts\":[[]],\"metaData\":\"[]\",\"steps\":{},\"limit\":-1}",
        "{\"id\":99999999999999999999,\"metaData\":\"{\\\"contactIds\\\":{}}\",\"contacts\":\"x\"}",
        "{\"name\":[],\"text\":7,\"media\":true,\"contacts\":[{\"recipient\":null}],\"listId\":0.5}",
        deep.as_str(),
        "\u{fffd}é",
    ];
    let resources = [
        "contacts/contacts",
        "contacts/lists",
        "contacts/lists?action=merge",
        "contacts/lists?action=import",
        "contacts/lists?action=contactadd",
        "contacts/lists?action=contactremove",
        "contacts/statistics",
        "contacts/fields",
        "contacts/optouts",
        "api/campaigns",
        "api/campaigns?action=cancel",
        "api/campaigncontacts",
        "api/campaigncosts",
        "api/mailings",
        "api/statistics",
        "sms/sms",
    ];
    for resource in resources {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            for body in malformed {
                let request = digitaleo.request(method.clone(), resource).header("content-type", "application/json");
                let (status, response) = read_response(request.body(body.to_owned()).send().await.unwrap()).await;
                let is_read = status == StatusCode::OK && method == Method::GET;
                let is_error = status.is_client_error() && response["status"] == status.as_u16();
                assert!(is_read || is_error, "{method} {resource} {body}: {status} {response}");
            }
        }
    }
}
