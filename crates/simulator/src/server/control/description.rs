//! `GET /_control`: the description of the control API.

use serde_json::{Value, json};

use crate::control::ControlCall;
use crate::fault::Fault;
use crate::vendor::Vendor;
use crate::vendor::registry::MOUNTS;
use crate::vendor::world::WORLD_SECTIONS;

/// The calls that do not belong to one vendor. The calls of a vendor are in its [`Mount`](crate::vendor::registry::Mount).
const CALLS: &[ControlCall] = &[
    ControlCall::new("GET", "/_control", "returns this description"),
    ControlCall::new("GET", "/_control/state", "returns address, seed, time, tokens by vendor, faults"),
    ControlCall::new("GET", "/_control/log", "returns the logged requests, without secrets").query(&[
        ("since", "number of a request: returns later requests only"),
        ("limit", "maximum number of requests: the newest"),
    ]),
    ControlCall::new("POST", "/_control/clock", "moves simulated time forward").body(&[("advance", "seconds")]),
    ControlCall::new("POST", "/_control/tokens", "changes the tokens of a vendor, or configures its next tokens").body(
        &[
            ("action", "expire, revoke, disable, enable or configure"),
            ("vendor", "name of the vendor"),
            ("lifetime", "configure: lifetime of access tokens, in seconds"),
            ("expiresIn", "configure: seconds, text, float, milliseconds, missing or {\"literal\": VALUE}"),
            ("size", "configure: minimum length of access tokens, in characters"),
        ],
    ),
    ControlCall::new("GET", "/_control/faults", "returns the active faults with their hits"),
    ControlCall::new("POST", "/_control/faults", "adds a fault and returns its id").body(&[
        ("kind", "failure to inject; `faults` lists the kinds and their members"),
        ("vendor", "name of the vendor whose requests are hit"),
        ("method", "method of the requests"),
        ("path", "prefix of the path; with *, a pattern for the whole path"),
        ("delayMs", "delay before all other effects, in milliseconds"),
        ("times", "hits the next N matching requests; default 1"),
        ("every", "hits every N-th matching request"),
        ("always", "true: hits every matching request"),
    ]),
    ControlCall::new("DELETE", "/_control/faults", "removes all faults"),
    ControlCall::new("DELETE", "/_control/faults/{id}", "removes a fault"),
    ControlCall::new("POST", "/_control/webhooks", "sends signed events to a receiver on this machine").body(&[
        ("vendor", "name of a vendor that sends webhooks"),
        ("url", "URL of the receiver: plain http to this machine"),
        ("secret", "secret that signs the body"),
        ("digest", "sha256, sha384 or sha512"),
        ("event", "name of the event"),
        ("events", "array with the contents of the events; default: one example"),
        ("times", "number of times each request is sent; default 1"),
    ]),
    ControlCall::new("GET", "/_control/world", "returns the loaded world"),
    ControlCall::new("POST", "/_control/world", "replaces data of the tenant, and seeds all other data again")
        .body(WORLD_SECTIONS),
    ControlCall::new("POST", "/_control/reset", "resets everything to the state at the start"),
];

/// Returns the calls, the kinds of fault with their members, and the names of the vendors.
pub(super) fn describe() -> Value {
    let of_vendors = MOUNTS.iter().filter_map(|mount| mount.control.as_ref()).flat_map(|control| control.calls);
    let calls: Vec<Value> = CALLS.iter().chain(of_vendors).map(ControlCall::describe).collect();
    let kinds = Fault::kinds().map(|(kind, members)| (kind.to_owned(), json!(members)));
    json!({
        "calls": calls,
        "faults": Value::Object(kinds.collect()),
        "vendors": Vendor::ALL,
    })
}
