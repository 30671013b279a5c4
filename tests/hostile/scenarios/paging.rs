//! Listings that repeat cursors and pages, or never end.

use keyfob::ErrorKind::{Unavailable, Unexpected};

use crate::{
    client::{list_by_cursor, list_by_offset, list_by_page},
    reply::{Step, json, reply},
    scenario::{Outcome, SCENARIO, Scenario},
    server::Request,
};

/// A listing with cursors that does not end by itself.
const BY_CURSOR: Scenario = Scenario { call: list_by_cursor, outcome: Outcome::Api(Unexpected), ..SCENARIO };
/// A listing with page numbers that does not end by itself.
const BY_PAGE: Scenario = Scenario { call: list_by_page, ..BY_CURSOR };
/// A listing with offsets that does not end by itself.
const BY_OFFSET: Scenario = Scenario { call: list_by_offset, ..BY_CURSOR };

fn page(rows: &str, cursor: &str) -> Vec<Step> {
    json(format!(r#"{{"data":[{rows}],"continuationToken":{cursor}}}"#))
}

/// Returns a row that no other page has.
fn row(request: &Request) -> String {
    format!(r#"{{"id":"canary-{}"}}"#, request.number)
}

pub(crate) const PAGING: &[Scenario] = &[
    Scenario {
        name: "a listing with two pages ends",
        api: |request| page(&row(request), if request.number == 1 { r#""a""# } else { "null" }),
        outcome: Outcome::Ok(2),
        requests: 2,
        ..BY_CURSOR
    },
    Scenario {
        name: "a listing with page numbers ends after a short page",
        api: |request| {
            json(if request.number == 1 { r#"{"users":[{"id":1},{"id":2}]}"# } else { r#"{"users":[{"id":3}]}"# })
        },
        outcome: Outcome::Ok(3),
        requests: 2,
        ..BY_PAGE
    },
    Scenario {
        name: "a cursor that is the same on every page is an error",
        api: |request| page(&row(request), r#""a""#),
        requests: 2,
        ..BY_CURSOR
    },
    Scenario {
        name: "a cursor that is an object is an error",
        api: |request| page(&row(request), r#"{"canary":1}"#),
        ..BY_CURSOR
    },
    Scenario {
        name: "a page that is never delivered ends the listing with the attempts",
        api: |request| if request.number == 1 { page(&row(request), r#""a""#) } else { reply([Step::Close]) },
        outcome: Outcome::Api(Unavailable),
        requests: 5,
        ..BY_CURSOR
    },
    Scenario {
        name: "cursors in a circle are an error",
        api: |request| page(&row(request), if request.target.contains("Token=a") { r#""b""# } else { r#""a""# }),
        requests: 3,
        ..BY_CURSOR
    },
    Scenario {
        name: "empty pages with ever new cursors are an error",
        api: |request| page("", &format!(r#""c{}""#, request.number)),
        requests: 50,
        ..BY_CURSOR
    },
    Scenario {
        name: "a service that ignores the page number is an error",
        api: |_| json(r#"{"users":[{"id":1,"username":"canary"},{"id":2}]}"#),
        requests: 2,
        ..BY_PAGE
    },
    Scenario {
        name: "a service that ignores the offset is an error",
        api: |_| json(r#"{"list":[{"id":"1"},{"id":"2"}],"size":2,"total":1000}"#),
        requests: 2,
        ..BY_OFFSET
    },
    Scenario {
        name: "empty pages before a total that is never reached are an error",
        api: |_| json(r#"{"list":[],"size":0,"total":1000000}"#),
        requests: 50,
        ..BY_OFFSET
    },
    Scenario {
        name: "a total that is no number is an error",
        api: |_| json(r#"{"list":[{"id":"1"},{"id":"2"}],"size":2,"total":"canary"}"#),
        ..BY_OFFSET
    },
];
