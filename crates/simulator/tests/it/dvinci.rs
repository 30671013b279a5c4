//! d.vinci: the REST API, its token endpoint, the feed of job publications, the application form and the OData service.

mod access;
mod applications;
mod clients;
mod feed;
mod files;
mod history;
mod odata;
mod rules;
mod shapes;
mod walk;

use keyfob_simulator::{Simulator, credentials};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::{http, read_response};

/// A simulated tenant with a valid access token.
struct Tenant {
    simulator: Simulator,
    http: Client,
    token: String,
}

impl Tenant {
    async fn start() -> Self {
        Self::over(Simulator::start().await.unwrap()).await
    }

    async fn over(simulator: Simulator) -> Self {
        let http = http();
        let (status, body) = token(&http, simulator.url(), &form()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { simulator, http, token }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/dvinci{path}", self.simulator.url())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(&format!("/restApi{path}"))).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        read_response(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// Sends a POST without a body, as deletions and moves are sent.
    async fn post(&self, path: &str) -> (StatusCode, Value) {
        read_response(self.request(Method::POST, path).send().await.unwrap()).await
    }

    async fn create(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        read_response(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        read_response(self.request(Method::PUT, path).json(body).send().await.unwrap()).await
    }

    async fn read(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn created(&self, path: &str, body: &Value) -> Value {
        let (status, created) = self.create(path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {created}");
        created
    }

    async fn replaced(&self, path: &str, body: &Value) -> Value {
        let (status, replaced) = self.put(path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {replaced}");
        replaced
    }

    async fn post_ok(&self, path: &str) {
        assert_eq!(self.post(path).await, (StatusCode::OK, json!({ "success": true })), "{path}");
    }
}

fn form() -> Vec<(&'static str, &'static str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", credentials::DVINCI_CLIENT_ID),
        ("client_secret", credentials::DVINCI_CLIENT_SECRET),
    ]
}

async fn token(http: &Client, url: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
    read_response(http.post(format!("{url}/dvinci/plt/oauth2/token")).form(form).send().await.unwrap()).await
}

/// Returns the field errors of a 422 response as `field code`, such as `name mandatory`.
fn codes((status, body): (StatusCode, Value)) -> Vec<String> {
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    let errors = body["fieldErrors"].as_array().into_iter().flatten();
    errors.map(|error| format!("{} {}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap())).collect()
}

/// Returns the object with some members replaced.
fn with(mut object: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("not an object: {changes}") };
    object.as_object_mut().unwrap().extend(changes);
    object
}

fn job_opening(name: &str) -> Value {
    json!({ "name": name, "orgUnitId": 6, "responsibleUserId": 7, "type": "DEFAULT", "status": "ACTIVE" })
}

fn person(last: &str) -> Value {
    json!({ "firstName": "Jürgen", "lastName": last })
}

fn application(person: &Value, opening: &Value) -> Value {
    json!({ "person": { "id": person["id"] }, "jobOpening": { "id": opening["id"] }, "languageId": "de", "type": "ONLINE" })
}
