//! `ItemPath`: routes, tokens, lists and rules.

mod clients;
mod lists;
mod materials;
mod orders;
mod tokens;
mod walk;

use keyfob_simulator::{Simulator, credentials};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{http, read_response};

/// A simulator, an HTTP client and the predefined application token.
struct Plant {
    simulator: Simulator,
    http: Client,
    token: String,
}

impl Plant {
    async fn start() -> Self {
        Self::over(Simulator::start().await.unwrap(), http())
    }

    fn over(simulator: Simulator, http: Client) -> Self {
        Self { simulator, http, token: credentials::ITEMPATH_TOKEN.to_owned() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/itempath/api/{path}", self.simulator.url())
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = self.http.request(method, self.url(path)).bearer_auth(&self.token);
        let request = body.into_iter().fold(request, |request, body| request.json(&body));
        read_response(request.send().await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Value {
        self.expect(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.expect(Method::POST, path, Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Value {
        self.expect(Method::PUT, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Value {
        self.expect(Method::DELETE, path, None).await
    }

    async fn expect(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, body) = self.call(method.clone(), path, body).await;
        assert_eq!(status, StatusCode::OK, "{method} {path}: {body}");
        body
    }

    /// Returns the row count of a list.
    async fn count(&self, list: &str) -> u64 {
        let join = if list.contains('?') { '&' } else { '?' };
        self.get(&format!("{list}{join}countOnly=true")).await["count"].as_u64().unwrap()
    }

    /// Logs in and uses the access token from then on.
    async fn log_in(&mut self, username: &str, password: &str) -> Value {
        let (status, body) = self.login(username, password).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["accessToken"].as_str().unwrap().clone_into(&mut self.token);
        body
    }

    async fn login(&self, username: &str, password: &str) -> (StatusCode, Value) {
        let body = json!({ "username": username, "password": password });
        read_response(self.http.post(self.url("users/login")).json(&body).send().await.unwrap()).await
    }

    /// Sends an empty POST with the given token.
    async fn exchange(&self, path: &str, token: &str) -> (StatusCode, Value) {
        read_response(self.http.post(self.url(path)).bearer_auth(token).send().await.unwrap()).await
    }
}

/// Returns the message about a field in a 422 response.
fn field_message<'a>(body: &'a Value, field: &str) -> &'a str {
    let errors = body["errors"].as_array().unwrap();
    let of_field = errors.iter().find_map(|error| error[field]["message"].as_str());
    of_field.unwrap_or_else(|| panic!("no error about {field} in {body}"))
}

fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap()
}
