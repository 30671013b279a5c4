//! Error responses whose bodies are endless, slow, or not what services send.

use std::time::Duration;

use bytes::Bytes;
use keyfob::ErrorKind::{Auth, NotFound, Rejected, Unavailable};

use crate::{
    client::{create, read_once},
    reply::{
        Framing::{Length, Streamed},
        Step, body, head_of, reply, response,
    },
    scenario::{ENDLESS, Outcome, SCENARIO, Scenario},
};

/// An error response that is not retried.
const ONCE: Scenario = Scenario { outcome: Outcome::Api(Rejected), ..SCENARIO };
/// An error response whose body arrives slowly: it is read for 5 seconds. The server advances the client's clock by a
/// second with each byte, whether or not the client measures the time on it.
const SLOW: Scenario = Scenario { call: read_once, outcome: Outcome::Api(Unavailable), seconds: 0..=600, ..SCENARIO };

fn endless(status: u16) -> Vec<Step> {
    reply([Step::Head(status, Vec::new(), Streamed), Step::Forever(vec![body("canary".repeat(1024))])])
}

fn drip(status: u16) -> Vec<Step> {
    reply([Step::Head(status, Vec::new(), Streamed), Step::Forever(vec![body(" "), Step::Tick])])
}

pub(crate) const ERRORS: &[Scenario] = &[
    Scenario {
        name: "an error body without end is cut",
        api: |_| endless(404),
        outcome: Outcome::Api(NotFound),
        memory: ENDLESS,
        ..ONCE
    },
    Scenario {
        name: "an error body without end is cut in every attempt",
        api: |_| endless(503),
        outcome: Outcome::Api(Unavailable),
        requests: 4,
        memory: ENDLESS,
        ..ONCE
    },
    Scenario {
        name: "an error body announced with exabytes is cut",
        api: |_| reply([head_of(400, u64::MAX / 4), Step::Forever(vec![body("canary".repeat(1024))])]),
        memory: ENDLESS,
        ..ONCE
    },
    Scenario {
        name: "an error body that is deeply nested is only text",
        api: |_| response(400, &[], "[".repeat(60_000)),
        ..ONCE
    },
    Scenario {
        name: "an error body that is not UTF-8 is only bytes",
        api: |_| response(422, &[], Bytes::from_static(b"{\"message\":\"canary\xff\"}")),
        ..ONCE
    },
    Scenario {
        name: "an error body shorter than announced is an error response all the same",
        api: |_| reply([head_of(422, 100), body("canary"), Step::Close]),
        call: create,
        ..ONCE
    },
    Scenario { name: "a 503 whose body arrives byte by byte ends in 5 seconds", api: |_| drip(503), ..SLOW },
    Scenario {
        name: "a 401 whose body arrives byte by byte is a rejected token",
        api: |_| drip(401),
        outcome: Outcome::Api(Auth),
        token_requests: 2,
        requests: 2,
        ..SLOW
    },
    Scenario {
        name: "a 503 whose body stops ends in 5 seconds",
        api: |_| {
            reply([
                Step::Head(503, Vec::new(), Length(100)),
                body("canary"),
                Step::Tick,
                Step::Advance(Duration::from_secs(10)),
                Step::Stall,
            ])
        },
        ..SLOW
    },
];
