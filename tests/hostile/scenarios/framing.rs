//! Responses of the API that violate HTTP, or end early.

use h2::Reason;
use keyfob::ErrorKind::{Timeout, Unavailable, Unexpected};

use crate::{
    client::{create, create_briefly, read_briefly, read_json},
    reply::{
        Framing::{Length, Streamed},
        Step, body, head, interim_responses, json, raw, reply, response,
    },
    scenario::{ENDLESS_HEADERS, HTTP1, HTTP2, Outcome, SCENARIO, Scenario},
};

/// A read: a broken response is retried, four attempts in all.
const READ: Scenario = Scenario { outcome: Outcome::Api(Unavailable), requests: 4, ..SCENARIO };
/// A write that the server may have processed: one attempt.
const WRITE: Scenario = Scenario { call: create, requests: 1, ..READ };
/// A server that sends nothing for longer than the read timeout.
const SILENT: Scenario = Scenario { call: read_briefly, outcome: Outcome::Api(Timeout), ..READ };

fn reset(reason: Reason) -> Vec<Step> {
    reply([Step::Reset(reason)])
}

fn short(end: Step) -> Vec<Step> {
    reply([head(Length(100)), body(r#"{"canary":"#), end])
}

fn http1(headers: &str, body: &str) -> Vec<Step> {
    raw(format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}"))
}

pub(crate) const FRAMING: &[Scenario] = &[
    Scenario { name: "a read without a response is retried", api: |_| reply([Step::Close]), ..READ },
    Scenario { name: "a write without a response is not retried", api: |_| reply([Step::Close]), ..WRITE },
    Scenario {
        name: "a read on a reset connection is retried",
        protocols: HTTP1,
        api: |_| reply([Step::Abort]),
        ..READ
    },
    Scenario {
        name: "a write on a reset connection is not retried",
        protocols: HTTP1,
        api: |_| reply([Step::Abort]),
        ..WRITE
    },
    Scenario {
        name: "a response cut within its headers is no response",
        protocols: HTTP1,
        api: |_| raw("HTTP/1.1 200 OK\r\ncontent-le"),
        ..READ
    },
    Scenario { name: "a body shorter than announced is retried by a read", api: |_| short(Step::Close), ..READ },
    Scenario { name: "a body shorter than announced fails a write", api: |_| short(Step::Close), ..WRITE },
    Scenario {
        name: "an unannounced body that is cut is no response",
        api: |_| reply([head(Streamed), body(r#"{"canary":"#), Step::Close]),
        ..READ
    },
    Scenario {
        name: "a body longer than announced ends as announced",
        protocols: HTTP1,
        api: |_| http1("content-length: 2\r\n", "{}canary"),
        ..SCENARIO
    },
    Scenario {
        name: "a body longer than announced breaks its stream",
        protocols: HTTP2,
        api: |_| reply([head(Length(2)), body("{}canary"), Step::End]),
        ..READ
    },
    Scenario {
        name: "two different lengths are no response",
        protocols: HTTP1,
        api: |_| http1("content-length: 2\r\ncontent-length: 8\r\n", "{}canary"),
        ..READ
    },
    Scenario {
        name: "the same length twice is one length",
        protocols: HTTP1,
        api: |_| http1("content-length: 2\r\ncontent-length: 2\r\n", "{}"),
        ..SCENARIO
    },
    Scenario {
        name: "a negative length is no response",
        protocols: HTTP1,
        api: |_| http1("content-length: -2\r\n", "{}"),
        ..READ
    },
    Scenario {
        name: "a chunk whose size is no number breaks the response",
        protocols: HTTP1,
        api: |_| http1("transfer-encoding: chunked\r\n", "zz\r\ncanary"),
        ..READ
    },
    Scenario {
        name: "a chunk whose size overflows breaks the response",
        protocols: HTTP1,
        api: |_| http1("transfer-encoding: chunked\r\n", "fffffffffffffffff\r\ncanary"),
        ..READ
    },
    Scenario {
        name: "bytes that are not HTTP are no response to a read",
        protocols: HTTP1,
        api: |_| raw("<html>canary</html>\r\n\r\n"),
        ..READ
    },
    Scenario {
        name: "bytes that are not HTTP are no response to a write",
        protocols: HTTP1,
        api: |_| raw("<html>canary</html>\r\n\r\n"),
        ..WRITE
    },
    Scenario {
        name: "a status outside all classes is unexpected",
        api: |_| response(999, &[], "canary"),
        outcome: Outcome::Api(Unexpected),
        requests: 1,
        ..READ
    },
    Scenario {
        name: "a header of 64 KiB is accepted",
        protocols: HTTP1,
        api: |_| response(200, &[("x-large", &"a".repeat(64 * 1024))], "{}"),
        ..SCENARIO
    },
    Scenario {
        name: "a header of 64 KiB breaks its stream",
        protocols: HTTP2,
        api: |_| response(200, &[("x-large", &"a".repeat(64 * 1024))], "{}"),
        ..READ
    },
    Scenario {
        name: "headers without end are cut",
        protocols: HTTP1,
        api: |_| {
            let flood = Step::Raw("x-flood: canary\r\n".repeat(100).into());
            reply([Step::Raw("HTTP/1.1 200 OK\r\n".into()), Step::Forever(vec![flood])])
        },
        memory: ENDLESS_HEADERS,
        ..READ
    },
    Scenario {
        name: "a header without end is cut",
        protocols: HTTP1,
        api: |_| {
            let value = Step::Raw("a".repeat(4096).into());
            reply([Step::Raw("HTTP/1.1 200 OK\r\nx-endless: ".into()), Step::Forever(vec![value])])
        },
        memory: ENDLESS_HEADERS,
        ..READ
    },
    Scenario {
        name: "trailers without end are cut",
        protocols: HTTP1,
        api: |_| {
            let flood = Step::Raw("x-flood: canary\r\n".repeat(100).into());
            reply([head(Streamed), body("{}"), Step::Raw("0\r\n".into()), Step::Forever(vec![flood])])
        },
        memory: ENDLESS_HEADERS,
        ..READ
    },
    Scenario {
        name: "trailers are ignored",
        api: |_| reply([head(Streamed), body("{}"), Step::Trailers(vec![("x-trailer", "canary".to_owned())])]),
        ..SCENARIO
    },
    Scenario {
        name: "an interim response is ignored",
        api: |_| [Step::Informational(103)].into_iter().chain(json("{}")).collect(),
        ..SCENARIO
    },
    Scenario { name: "interim responses without end are no response", api: |_| interim_responses(), ..SILENT },
    Scenario { name: "a silent server ends a read by the read timeout", api: |_| reply([Step::Stall]), ..SILENT },
    Scenario {
        name: "a silent server ends a write by the read timeout",
        api: |_| reply([Step::Stall]),
        call: create_briefly,
        requests: 1,
        ..SILENT
    },
    Scenario { name: "a body that stops ends a read by the read timeout", api: |_| short(Step::Stall), ..SILENT },
    Scenario {
        name: "a refused stream of a read is retried by the policy alone",
        protocols: HTTP2,
        api: |_| reset(Reason::REFUSED_STREAM),
        ..READ
    },
    Scenario {
        name: "a refused stream of a write was not processed and is retried by the policy alone",
        protocols: HTTP2,
        api: |_| reset(Reason::REFUSED_STREAM),
        call: create,
        ..READ
    },
    Scenario {
        name: "a read whose stream fails is retried",
        protocols: HTTP2,
        api: |_| reset(Reason::INTERNAL_ERROR),
        ..READ
    },
    Scenario {
        name: "a write whose stream fails is not retried",
        protocols: HTTP2,
        api: |_| reset(Reason::INTERNAL_ERROR),
        ..WRITE
    },
    Scenario {
        name: "a read whose stream is cancelled is retried",
        protocols: HTTP2,
        api: |_| reset(Reason::CANCEL),
        ..READ
    },
    Scenario {
        name: "a write whose stream is cancelled is not retried",
        protocols: HTTP2,
        api: |_| reset(Reason::CANCEL),
        ..WRITE
    },
    Scenario {
        name: "a read that the server finds too fast is retried",
        protocols: HTTP2,
        api: |_| reset(Reason::ENHANCE_YOUR_CALM),
        ..READ
    },
    Scenario {
        name: "a write that the server finds too fast is not retried",
        protocols: HTTP2,
        api: |_| reset(Reason::ENHANCE_YOUR_CALM),
        ..WRITE
    },
    Scenario {
        name: "a stream that ends without a response is no response",
        protocols: HTTP2,
        api: |_| reset(Reason::NO_ERROR),
        ..READ
    },
    Scenario {
        name: "a write whose stream ends without a response is not retried",
        protocols: HTTP2,
        api: |_| reset(Reason::NO_ERROR),
        ..WRITE
    },
    Scenario {
        name: "a stream that ends without an error within an announced body is no response",
        protocols: HTTP2,
        api: |_| short(Step::Reset(Reason::NO_ERROR)),
        ..READ
    },
    Scenario {
        name: "a stream of a write that ends without an error within an announced body is a failure",
        protocols: HTTP2,
        api: |_| short(Step::Reset(Reason::NO_ERROR)),
        ..WRITE
    },
    Scenario {
        // The end of such a stream cannot be told from the end of the body, but JSON that is cut is no JSON.
        name: "JSON without an announced length is unexpected if its stream ends early without an error",
        protocols: HTTP2,
        api: |_| reply([head(Streamed), body(r#"{"id":"canary"#), Step::Reset(Reason::NO_ERROR)]),
        call: read_json,
        outcome: Outcome::Api(Unexpected),
        ..SCENARIO
    },
    Scenario {
        name: "a stream that is cancelled within an unannounced body is no response",
        protocols: HTTP2,
        api: |_| reply([head(Streamed), body("canary"), Step::Reset(Reason::CANCEL)]),
        ..READ
    },
    Scenario {
        name: "a read on a connection that goes away is retried",
        protocols: HTTP2,
        api: |_| reply([Step::GoAway(Reason::NO_ERROR), Step::Stall]),
        ..READ
    },
    Scenario {
        name: "a write on a connection that goes away after the write is not retried",
        protocols: HTTP2,
        api: |_| reply([Step::GoAway(Reason::NO_ERROR), Step::Stall]),
        ..WRITE
    },
];
