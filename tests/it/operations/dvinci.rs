//! Every operation of d.vinci.

mod candidates;
mod jobs;
mod onboardings;
mod organisation;
mod portals;

use std::fmt::Display;

use keyfob::dvinci::{Client, Credentials, Environment, OPERATIONS};
use keyfob_simulator::{Simulator, credentials};
use serde::Serialize;
use serde_json::Value;

use super::walk::{Expected, Walk};

#[tokio::test]
async fn every_operation_of_dvinci_is_called_and_its_responses_decode_losslessly() {
    let simulator = Simulator::start().await.unwrap();
    let mut walk = Walk::start(simulator.url()).await;
    let known = Credentials::new(credentials::DVINCI_CLIENT_ID, credentials::DVINCI_CLIENT_SECRET);
    let client = Client::new(Environment::at(format!("{}/dvinci", walk.url())), known).unwrap();

    organisation::walk(&mut walk, &client).await;
    let job = jobs::walk(&mut walk, &client).await;
    jobs::placements(&mut walk, &client, job.publication).await;
    candidates::walk(&mut walk, &client, &job).await;
    onboardings::walk(&mut walk, &client).await;
    portals::walk(&mut walk, &client).await;
    jobs::take_down(&mut walk, &client, job.publication).await;
    walk.finish(OPERATIONS, "dvinci");
}

/// Returns an expected request to the REST API.
fn rest(method: &'static str, path: impl Display) -> Expected {
    Expected::new(method, format!("/dvinci/restApi/{path}"))
}

/// Returns an expected request with this value as its body.
fn sending(method: &'static str, path: impl Display, body: &impl Serialize) -> Expected {
    rest(method, path).json(serde_json::to_value(body).unwrap())
}

/// Returns the update body built from the last response: without the properties in `dropped` and without nulls, with `changes`.
fn expected_update(walk: &Walk, dropped: &[&str], changes: &Value) -> Value {
    let mut body = walk.last_response();
    let properties = body.as_object_mut().unwrap();
    properties.retain(|key, value| !dropped.contains(&key.as_str()) && !value.is_null());
    properties.extend(changes.as_object().unwrap().clone());
    body
}

/// Asserts that an update made these changes, incremented the version, and preserved all other properties.
fn assert_changed<T: Serialize>(before: &T, after: &T, changes: &Value) {
    let mut expected = serde_json::to_value(before).unwrap();
    let version = expected["version"].as_i64().unwrap();
    expected["version"] = (version + 1).into();
    expected.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let after = serde_json::to_value(after).unwrap();
    assert_eq!(without_nulls(after), without_nulls(expected));
}

/// Removes nulls, because an empty property may be `null` or absent.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(without_nulls).collect(),
        Value::Object(map) => {
            let present = map.into_iter().filter(|(_, value)| !value.is_null());
            present.map(|(key, value)| (key, without_nulls(value))).collect()
        }
        value => value,
    }
}

fn time(text: &str) -> keyfob::Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}
