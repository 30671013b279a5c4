//! Bodies that are endless, slow, deep, or of the wrong type.

use bytes::Bytes;
use keyfob::ErrorKind::{Timeout, Unexpected};

use crate::{
    client::{MAX_RESPONSE_BYTES, read_json, read_page, read_within_limit},
    reply::{
        Framing::{Length, Streamed},
        Step, body, head, json, reply, response,
    },
    scenario::{ENDLESS, Outcome, SCENARIO, Scenario},
};

/// A body that is not the expected JSON, or exceeds a limit: it would not be better the next time.
const UNEXPECTED: Scenario = Scenario { outcome: Outcome::Api(Unexpected), ..SCENARIO };
pub(crate) const BODIES: &[Scenario] = &[
    Scenario {
        name: "a body without end is cut at the limit",
        api: |_| reply([head(Streamed), Step::Forever(vec![body("a".repeat(16 * 1024))])]),
        memory: ENDLESS,
        ..UNEXPECTED
    },
    Scenario {
        name: "a body announced above the limit is not read",
        api: |_| reply([head(Length(MAX_RESPONSE_BYTES + 1)), Step::Stall]),
        ..UNEXPECTED
    },
    Scenario {
        name: "a body announced with exabytes is not read",
        api: |_| reply([head(Length(u64::MAX / 4)), Step::Stall]),
        ..UNEXPECTED
    },
    Scenario {
        name: "a body that arrives byte by byte ends by the time limit of the attempt",
        api: |_| reply([head(Streamed), Step::Forever(vec![body(" "), Step::Tick])]),
        call: read_within_limit,
        outcome: Outcome::Api(Timeout),
        requests: 4,
        ..SCENARIO
    },
    Scenario {
        name: "deeply nested JSON is unexpected",
        api: |_| json("[".repeat(200_000)),
        call: read_json,
        ..UNEXPECTED
    },
    Scenario {
        name: "deeply nested JSON in a row is unexpected",
        api: |_| json(format!(r#"{{"data":[{{"unknown":{}"#, "[".repeat(200_000))),
        call: read_page,
        ..UNEXPECTED
    },
    Scenario { name: "an empty body is no JSON", api: |_| json(""), call: read_page, ..UNEXPECTED },
    Scenario {
        name: "JSON with text after it is unexpected",
        api: |_| json("{} canary"),
        call: read_json,
        ..UNEXPECTED
    },
    Scenario {
        name: "text that is not UTF-8 is unexpected",
        api: |_| json(Bytes::from_static(b"canary\xff")),
        ..UNEXPECTED
    },
    Scenario {
        name: "a page whose rows are no array is unexpected",
        api: |_| json(r#"{"data":{"canary":1}}"#),
        call: read_page,
        ..UNEXPECTED
    },
    Scenario {
        name: "a field of another type does not lose the page",
        api: |_| json(r#"{"data":[{"id":"1","name":{"canary":1},"active":"canary"},{"id":"2"}]}"#),
        call: read_page,
        ..SCENARIO
    },
    Scenario {
        name: "a row that is no object does not lose the page",
        api: |_| json(r#"{"data":["canary",{"id":"1"},{"id":"2"}]}"#),
        call: read_page,
        ..SCENARIO
    },
    Scenario {
        name: "a page of empty rows is bounded in memory",
        // A row without fields has three bytes in JSON, and more than a kilobyte when decoded.
        api: |_| json(format!(r#"{{"data":[{}{{}}]}}"#, "{},".repeat(300_000))),
        call: read_page,
        memory: ENDLESS + 4 * MAX_RESPONSE_BYTES,
        ..UNEXPECTED
    },
    Scenario {
        name: "JSON of empty arrays is bounded in memory",
        api: |_| json(format!("[{}[]]", "[],".repeat(300_000))),
        call: read_json,
        memory: ENDLESS + 4 * MAX_RESPONSE_BYTES,
        ..UNEXPECTED
    },
    Scenario {
        name: "a part that was not requested is not the response",
        api: |_| response(206, &[("content-range", "bytes 0-1/20")], "{}"),
        ..UNEXPECTED
    },
    Scenario {
        name: "a page that is an array is unexpected",
        api: |_| json(r#"[{"id":"canary"}]"#),
        call: read_page,
        ..UNEXPECTED
    },
];
