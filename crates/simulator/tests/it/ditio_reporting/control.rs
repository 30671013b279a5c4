//! The tables in the control API.

use keyfob_simulator::DitioTable as T;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Reporting, text};
use crate::support::read_response;

impl Reporting {
    async fn control(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let url = format!("{}/_control/ditio/reporting{path}", self.simulator.url());
        let request = self.http.request(method, url);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        read_response(request.send().await.unwrap()).await
    }
}

#[tokio::test]
async fn rows_are_read_and_written_by_the_control_api() {
    let reporting = Reporting::start().await;
    let (_, overview) = reporting.control(Method::GET, "", None).await;
    assert_eq!(overview["tables"][4]["name"], "time-registrations");
    assert_eq!(overview["tables"][4]["rows"], 1_000);
    let (_, made) = reporting.control(Method::POST, "/user", Some(json!([{ "name": "Åse" }, { "id": "x" }]))).await;
    assert_eq!(made["ids"][1], "x");
    let change = json!({ "ids": ["x", "y"], "set": { "name": "Bjørn" } });
    assert_eq!(reporting.control(Method::PATCH, "/user", Some(change)).await.1, json!({ "changed": 1 }));
    let (_, users) = reporting.control(Method::GET, "/user", None).await;
    assert_eq!(users["rows"], json!(reporting.tables().rows(T::User)));
    assert!(users["rows"].as_array().unwrap().iter().any(|row| row["name"] == "Bjørn"));
    let gone = json!({ "ids": [made["ids"][0], "x"] });
    assert_eq!(reporting.control(Method::DELETE, "/user", Some(gone)).await.1, json!({ "deleted": 2 }));
    let left = reporting.tables().deletions(T::User);
    assert_eq!(left.len(), 2);
    assert_eq!(text(&left[1], "name"), "Bjørn");
    let (status, overview) = reporting.control(Method::POST, "", Some(json!({ "crewList": false }))).await;
    assert_eq!((status, &overview["switches"]["crewList"]), (StatusCode::OK, &json!(false)));
    for (method, path, body) in [
        (Method::GET, "/nothing", None),
        (Method::POST, "/user", Some(json!("text"))),
        (Method::POST, "", Some(json!({ "crewlist": false }))),
        (Method::PUT, "/user", Some(json!({}))),
    ] {
        assert_eq!(reporting.control(method, path, body).await.0, StatusCode::BAD_REQUEST);
    }
}
