//! Rejected tokens without end, outages, and times to wait.

use keyfob::ErrorKind::{Auth, RateLimited, Timeout, Unavailable};

use crate::{
    client::{create, read_after_failure, read_once, replace},
    reply::{Step, json, response, status},
    scenario::{Outcome, SCENARIO, Scenario},
};

/// A token that is always rejected: it is renewed once.
const REJECTED: Scenario =
    Scenario { api: |_| status(401), outcome: Outcome::Api(Auth), token_requests: 2, requests: 2, ..SCENARIO };
/// A service that is down: four attempts.
const DOWN: Scenario = Scenario { outcome: Outcome::Api(Unavailable), requests: 4, ..SCENARIO };
/// A service that limits the rate.
const LIMITED: Scenario = Scenario { outcome: Outcome::Api(RateLimited), ..DOWN };

fn wait(status: u16, retry_after: &str) -> Vec<Step> {
    response(status, &[("retry-after", retry_after)], "canary")
}

pub(crate) const RETRIES: &[Scenario] = &[
    Scenario { name: "a read with a rejected token is sent twice", ..REJECTED },
    Scenario { name: "a write with a rejected token is sent twice", call: create, ..REJECTED },
    Scenario {
        name: "a second call with a rejected token renews it no further",
        call: read_after_failure,
        requests: 3,
        ..REJECTED
    },
    Scenario {
        name: "denied access renews no token",
        api: |_| status(403),
        token_requests: 1,
        requests: 1,
        ..REJECTED
    },
    Scenario {
        name: "a token rejected after an outage is renewed once",
        api: |request| status(if request.number == 1 { 503 } else { 401 }),
        requests: 3,
        ..REJECTED
    },
    Scenario {
        name: "an outage after a rejected token ends with the attempts",
        api: |request| status(if request.number == 1 { 401 } else { 503 }),
        token_requests: 2,
        requests: 5,
        ..DOWN
    },
    Scenario { name: "a read during an outage has four attempts", api: |_| status(503), ..DOWN },
    Scenario { name: "a replacement during an outage has four attempts", api: |_| status(502), call: replace, ..DOWN },
    Scenario {
        name: "a write during an outage is sent once, whatever Retry-After says",
        api: |_| wait(503, "1"),
        call: create,
        requests: 1,
        seconds: 0..=0,
        ..DOWN
    },
    Scenario { name: "a failed read has four attempts", api: |_| status(500), ..DOWN },
    Scenario {
        name: "a read without retries is sent once",
        api: |_| status(503),
        call: read_once,
        requests: 1,
        ..DOWN
    },
    Scenario { name: "a failed write is sent once", api: |_| status(500), call: create, requests: 1, ..DOWN },
    Scenario {
        name: "a request timeout of the service has four attempts",
        api: |_| status(408),
        outcome: Outcome::Api(Timeout),
        ..DOWN
    },
    Scenario {
        name: "the time in a Retry-After header is waited",
        api: |request| if request.number == 1 { wait(503, "3") } else { json("{}") },
        requests: 2,
        seconds: 3..=3,
        ..SCENARIO
    },
    Scenario {
        name: "a Retry-After of 30 seconds is waited three times",
        api: |_| wait(429, "30"),
        seconds: 90..=90,
        ..LIMITED
    },
    Scenario {
        name: "a Retry-After of an hour ends the call at once",
        api: |_| wait(429, "3600"),
        requests: 1,
        seconds: 0..=0,
        ..LIMITED
    },
    Scenario {
        name: "a Retry-After beyond any number does not overflow",
        api: |_| wait(429, "18446744073709551615"),
        requests: 1,
        seconds: 0..=0,
        ..LIMITED
    },
    Scenario {
        name: "a Retry-After that is no time leaves the delays as they are",
        api: |_| wait(429, "-5"),
        seconds: 1..=5,
        ..LIMITED
    },
    Scenario {
        name: "a Retry-After in the past does not make a loop",
        api: |_| wait(429, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ..LIMITED
    },
];
