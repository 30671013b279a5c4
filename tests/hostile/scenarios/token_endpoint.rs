//! Token endpoints that respond with anything but a token, slowly, or not at all.

use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use keyfob::auth::ErrorKind::{Malformed, Refused, Unavailable};

use crate::{
    client::{read_after_failure, read_twice},
    reply::{
        Framing::{Length, Streamed},
        Step, body, head, interim_responses, json, raw, redirect, reply, response, status, token,
    },
    scenario::{BOTH, ENDLESS, ENDLESS_HEADERS, HTTP1, HTTP2, Outcome, SCENARIO, Scenario},
};

/// Maximum size of a token response, in bytes.
const LIMIT: u64 = 256 * 1024;

/// A response that is no token response; repeating the request would not help.
const MALFORMED: Scenario = Scenario { outcome: Outcome::Token(Malformed), requests: 0, ..SCENARIO };
/// A failure that may be transient: three attempts.
const DOWN: Scenario =
    Scenario { outcome: Outcome::Token(Unavailable), token_requests: 3, requests: 0, seconds: 0..=30, ..SCENARIO };
/// A request that takes longer than the 30 seconds of a fetch: one attempt.
const SLOW: Scenario = Scenario { token_requests: 1, seconds: 30..=33, ..DOWN };
/// Refused credentials, which are not sent again for 30 seconds, so that no account is locked.
const REFUSED: Scenario =
    Scenario { outcome: Outcome::Token(Refused), requests: 0, call: read_after_failure, ..SCENARIO };
/// A token for both of two calls.
const REUSED: Scenario = Scenario { call: read_twice, outcome: Outcome::Ok(4), requests: 2, ..SCENARIO };
/// A token for one call, so that each of two calls requests its own.
const SINGLE_USE: Scenario = Scenario { token_requests: 2, ..REUSED };

fn valid() -> &'static str {
    r#"{"access_token":"canary-token","expires_in":3600}"#
}

fn reset(reason: Reason) -> Vec<Step> {
    reply([Step::Reset(reason)])
}

fn unavailable(retry_after: &str) -> Vec<Step> {
    response(503, &[("retry-after", retry_after)], "canary")
}

pub(crate) const TOKEN_ENDPOINT: &[Scenario] = &[
    Scenario {
        name: "an HTML page is no token",
        token: |_| response(200, &[("content-type", "text/html")], "<html>canary</html>"),
        ..MALFORMED
    },
    Scenario { name: "an empty body is no token", token: |_| json(""), ..MALFORMED },
    Scenario { name: "JSON cut short is no token", token: |_| json(r#"{"access_token":"canary"#), ..MALFORMED },
    Scenario { name: "a token that is a number is no token", token: |_| json(r#"{"access_token":5}"#), ..MALFORMED },
    Scenario { name: "an array is no token", token: |_| json(r#"["canary-token"]"#), ..MALFORMED },
    Scenario {
        name: "a token with a line break cannot add a header",
        token: |_| json(r#"{"access_token":"canary\r\nx-injected: 1","expires_in":3600}"#),
        ..MALFORMED
    },
    Scenario {
        name: "a token of another type than bearer is not used",
        token: |_| token(r#","token_type":"mac","expires_in":3600"#),
        ..MALFORMED
    },
    Scenario {
        name: "a token response with invalid UTF-8 is malformed",
        token: |_| json(Bytes::from_static(b"{\"access_token\":\"canary\xff\xfe\"}")),
        ..MALFORMED
    },
    Scenario {
        name: "two access tokens in one response are malformed",
        token: |_| json(r#"{"access_token":"canary-1","access_token":"canary-2"}"#),
        ..MALFORMED
    },
    Scenario {
        name: "a token response with deeply nested JSON is malformed",
        token: |_| json(format!(r#"{{"x":{},"access_token":"canary-token"}}"#, "[".repeat(100_000))),
        ..MALFORMED
    },
    Scenario {
        name: "a compressed body that is not declared as such is no token",
        token: |_| json(Bytes::from_static(b"\x1f\x8b\x08\0\0\0\0\0\0\x03")),
        ..MALFORMED
    },
    Scenario {
        name: "a token response announced with more than 256 KiB is not read",
        token: |_| reply([head(Length(LIMIT + 1)), Step::Stall]),
        ..MALFORMED
    },
    Scenario {
        name: "a token response that never ends is cut at 256 KiB",
        token: |_| reply([head(Streamed), Step::Forever(vec![body("a".repeat(4096))])]),
        memory: ENDLESS,
        ..MALFORMED
    },
    Scenario {
        name: "a refusal that never ends is cut at 256 KiB",
        token: |_| reply([Step::Head(401, Vec::new(), Streamed), Step::Forever(vec![body("a".repeat(4096))])]),
        memory: ENDLESS,
        ..MALFORMED
    },
    Scenario {
        name: "a token request is not redirected on its origin",
        token: |_| redirect(302, "/thing"),
        ..MALFORMED
    },
    Scenario {
        name: "a token request is not redirected elsewhere",
        token: |_| redirect(307, "{elsewhere}/token"),
        ..MALFORMED
    },
    Scenario {
        name: "a token request is not redirected elsewhere for good",
        token: |_| redirect(308, "{elsewhere}/token"),
        ..MALFORMED
    },
    Scenario { name: "a token URL that does not exist is not requested again", token: |_| status(404), ..MALFORMED },
    Scenario {
        name: "a token with the wrong content type is used",
        token: |_| response(200, &[("content-type", "text/html")], valid()),
        ..SCENARIO
    },
    Scenario {
        name: "text after a token is ignored",
        token: |_| json(format!("{} <!-- canary -->", valid())),
        ..SCENARIO
    },
    Scenario {
        name: "bytes after a token response are ignored",
        protocols: HTTP1,
        token: |_| raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}canary", valid().len(), valid())),
        ..SCENARIO
    },
    Scenario {
        name: "trailers after a token are ignored",
        token: |_| reply([head(Streamed), body(valid()), Step::Trailers(vec![("x-trailer", "canary".to_owned())])]),
        ..SCENARIO
    },
    Scenario {
        name: "an interim response before a token is ignored",
        token: |_| [Step::Informational(103)].into_iter().chain(json(valid())).collect(),
        ..SCENARIO
    },
    Scenario {
        name: "a header of 64 KiB beside a token is accepted",
        protocols: HTTP1,
        token: |_| response(200, &[("x-large", &"a".repeat(64 * 1024))], valid()),
        ..SCENARIO
    },
    Scenario { name: "a lifetime of zero is for one call", token: |_| token(r#","expires_in":0"#), ..SINGLE_USE },
    Scenario { name: "a negative lifetime is for one call", token: |_| token(r#","expires_in":-5"#), ..SINGLE_USE },
    Scenario { name: "a lifetime with a fraction is accepted", token: |_| token(r#","expires_in":1800.5"#), ..REUSED },
    Scenario { name: "a lifetime in quotes is accepted", token: |_| token(r#","expires_in":"1800""#), ..REUSED },
    Scenario { name: "a lifetime beyond any number is capped", token: |_| token(r#","expires_in":1e309"#), ..REUSED },
    Scenario { name: "a lifetime that is no number is unknown", token: |_| token(r#","expires_in":"soon""#), ..REUSED },
    Scenario { name: "a lifetime that is null is unknown", token: |_| token(r#","expires_in":null"#), ..REUSED },
    Scenario { name: "a missing lifetime is unknown", token: |_| token(""), ..REUSED },
    Scenario {
        name: "refused credentials are sent once",
        token: |_| response(401, &[], r#"{"error":"invalid_client","error_description":"canary"}"#),
        ..REFUSED
    },
    Scenario { name: "credentials refused without a body are sent once", token: |_| status(401), ..REFUSED },
    Scenario {
        name: "credentials forbidden by HTML are sent once",
        token: |_| response(403, &[], "<p>canary"),
        ..REFUSED
    },
    Scenario {
        name: "a refusal with status 200 is a refusal",
        token: |_| json(r#"{"error":"invalid_client","error_description":"canary"}"#),
        ..REFUSED
    },
    Scenario {
        name: "the time in a Retry-After header is waited before the next token request",
        token: |_| unavailable("7"),
        seconds: 14..=30,
        ..DOWN
    },
    Scenario {
        name: "the date in a Retry-After header is waited for before the next token request",
        // The client's clock begins at midnight.
        token: |_| unavailable("Thu, 01 Jan 2026 00:00:07 GMT"),
        seconds: 7..=30,
        ..DOWN
    },
    Scenario {
        name: "a Retry-After of years ends the fetch at once",
        token: |_| unavailable("999999999"),
        token_requests: 1,
        seconds: 0..=0,
        ..DOWN
    },
    Scenario { name: "a Retry-After that is no time is ignored", token: |_| unavailable("soon"), ..DOWN },
    Scenario { name: "a Retry-After of zero does not make a loop", token: |_| unavailable("0"), ..DOWN },
    Scenario { name: "a token endpoint that limits the rate is tried three times", token: |_| status(429), ..DOWN },
    Scenario { name: "a token endpoint that fails is tried three times", token: |_| status(500), ..DOWN },
    Scenario {
        name: "a token endpoint that closes without a response is tried three times",
        protocols: BOTH,
        token: |_| reply([Step::Close]),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that resets the connection is tried three times",
        protocols: HTTP1,
        token: |_| reply([Step::Abort]),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that closes within the headers is tried three times",
        protocols: HTTP1,
        token: |_| raw("HTTP/1.1 200 OK\r\ncontent-le"),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that closes within the body is tried three times",
        token: |_| reply([head(Length(100)), body(r#"{"access_token":"canary"#), Step::Close]),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that closes within an unannounced body is tried three times",
        token: |_| reply([head(Streamed), body(r#"{"access_token":"canary"#), Step::Close]),
        ..DOWN
    },
    Scenario {
        name: "a token response with two lengths is not read",
        protocols: HTTP1,
        token: |_| raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 9\r\n\r\n{}", valid())),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that does not speak HTTP is tried three times",
        protocols: HTTP1,
        token: |_| raw("canary canary canary\r\n\r\n"),
        ..DOWN
    },
    Scenario {
        name: "token responses with endless headers are cut",
        protocols: HTTP1,
        token: |_| {
            let flood = Step::Raw("x-flood: canary\r\n".repeat(100).into());
            reply([Step::Raw("HTTP/1.1 200 OK\r\n".into()), Step::Forever(vec![flood])])
        },
        memory: ENDLESS_HEADERS,
        ..DOWN
    },
    Scenario {
        name: "a token response with an endless header is cut",
        protocols: HTTP1,
        token: |_| {
            let value = Step::Raw("a".repeat(4096).into());
            reply([Step::Raw("HTTP/1.1 200 OK\r\nx-endless: ".into()), Step::Forever(vec![value])])
        },
        memory: ENDLESS_HEADERS,
        ..DOWN
    },
    Scenario {
        name: "a refused stream of a token request is tried three times",
        protocols: HTTP2,
        token: |_| reset(Reason::REFUSED_STREAM),
        ..DOWN
    },
    Scenario {
        name: "a failed stream of a token request is tried three times",
        protocols: HTTP2,
        token: |_| reset(Reason::INTERNAL_ERROR),
        ..DOWN
    },
    Scenario {
        name: "a cancelled stream of a token request is tried three times",
        protocols: HTTP2,
        token: |_| reset(Reason::CANCEL),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that asks for calm on HTTP/2 is tried three times",
        protocols: HTTP2,
        token: |_| reset(Reason::ENHANCE_YOUR_CALM),
        ..DOWN
    },
    Scenario {
        name: "a stream of a token request that ends without a response is tried three times",
        protocols: HTTP2,
        token: |_| reset(Reason::NO_ERROR),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that demands HTTP/1.1 on HTTP/2 is tried three times",
        protocols: HTTP2,
        token: |_| reset(Reason::HTTP_1_1_REQUIRED),
        ..DOWN
    },
    Scenario {
        name: "a token response shorter than announced is not read as JSON",
        protocols: HTTP2,
        token: |_| {
            let length = valid().len() as u64 + 1;
            reply([head(Length(length)), body(valid()), Step::Reset(Reason::NO_ERROR)])
        },
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that goes away is tried three times",
        protocols: HTTP2,
        token: |_| reply([Step::GoAway(Reason::NO_ERROR), Step::Stall]),
        ..DOWN
    },
    Scenario {
        name: "a token endpoint that goes away with an error is tried three times",
        protocols: HTTP2,
        token: |_| reply([Step::GoAway(Reason::INTERNAL_ERROR), Step::Stall]),
        ..DOWN
    },
    Scenario {
        name: "a silent token endpoint is abandoned after 30 seconds",
        token: |_| reply([Step::Advance(Duration::from_secs(31)), Step::Stall]),
        ..SLOW
    },
    Scenario {
        name: "a token that arrives byte by byte is abandoned after 30 seconds",
        token: |_| reply([head(Streamed), Step::Forever(vec![body(" "), Step::Tick])]),
        ..SLOW
    },
    Scenario {
        name: "a refusal that arrives byte by byte is abandoned after 30 seconds",
        token: |_| reply([Step::Head(401, Vec::new(), Streamed), Step::Forever(vec![body(" "), Step::Tick])]),
        ..SLOW
    },
    Scenario {
        name: "headers that arrive one by one are abandoned after 30 seconds",
        protocols: HTTP1,
        token: |_| {
            let drip = Step::Forever(vec![Step::Raw("x-drip: canary\r\n".into()), Step::Tick]);
            reply([Step::Raw("HTTP/1.1 200 OK\r\n".into()), drip])
        },
        ..SLOW
    },
    Scenario {
        name: "interim responses without end are abandoned after 30 seconds",
        token: |_| interim_responses(),
        ..SLOW
    },
];
