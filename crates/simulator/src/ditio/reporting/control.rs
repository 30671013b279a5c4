//! The functions of the handle as a JSON API under `/_control/ditio/reporting`.

use axum::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::control::{ControlCall, parse};
use crate::ditio::reporting::handle::DitioReporting;
use crate::ditio::reporting::switches::DitioSwitches;
use crate::ditio::reporting::tables::table::DitioTable;
use crate::state::SharedState;

/// The calls of [`handle`].
pub(crate) const CALLS: &[ControlCall] = &[
    ControlCall::new(
        "GET",
        "/_control/ditio/reporting",
        "returns the tables with the numbers of rows, and the switches",
    ),
    ControlCall::new("POST", "/_control/ditio/reporting", "sets the switches; absent switches are reset").body(&[
        ("emptyPages", "true: sends an empty page before each page but the first"),
        ("repeatedDeletions", "true: repeats the deletions at the end of a page on the next page"),
        ("administrator", "false: four tables respond with 403"),
        ("crewList", "false: the crew list responds with 404"),
        (
            "strictMachineRegistrations",
            "true: limits windows to 7 days, and changes without a window to the last 3 days",
        ),
        ("missingScopeStatus", "401 or 403, for a token without the scope"),
    ]),
    ControlCall::new("GET", "/_control/ditio/reporting/{table}", "returns the rows and the deletions of a table"),
    ControlCall::new(
        "POST",
        "/_control/ditio/reporting/{table}",
        "inserts a row or an array of rows, or replaces by id",
    ),
    ControlCall::new("PATCH", "/_control/ditio/reporting/{table}", "sets members of rows")
        .body(&[("ids", "array of ids"), ("set", "object with the members to set")]),
    ControlCall::new("DELETE", "/_control/ditio/reporting/{table}", "deletes rows").body(&[("ids", "array of ids")]),
];

/// Body of PATCH.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    ids: Vec<String>,
    set: Map<String, Value>,
}

/// Body of DELETE.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deletion {
    ids: Vec<String>,
}

/// Handles a command. `path` has the segments after `ditio/reporting`.
pub(crate) fn handle(shared: &SharedState, method: &Method, path: &[&str], body: &[u8]) -> Result<Value, String> {
    let handle = DitioReporting::new(shared);
    match (method, path) {
        (&Method::GET, []) => Ok(overview(&handle)),
        (&Method::POST, []) => {
            let switches: DitioSwitches = parse(body)?;
            if ![401, 403].contains(&switches.missing_scope_status) {
                return Err("`missingScopeStatus` must be 401 or 403".to_owned());
            }
            handle.switch(|current| *current = switches);
            Ok(overview(&handle))
        }
        (&Method::GET, [table]) => {
            let table: DitioTable = table.parse()?;
            Ok(json!({ "rows": handle.rows(table), "deletions": handle.deletions(table) }))
        }
        (&Method::POST, [table]) => {
            let rows = match parse(body)? {
                Value::Array(rows) => rows,
                row => vec![row],
            };
            if !rows.iter().all(Value::is_object) {
                return Err("each row must be an object".to_owned());
            }
            Ok(json!({ "ids": handle.insert(table.parse()?, rows) }))
        }
        (&Method::PATCH, [table]) => {
            let update: Update = parse(body)?;
            Ok(json!({ "changed": handle.update(table.parse()?, update.ids, Value::Object(update.set)) }))
        }
        (&Method::DELETE, [table]) => {
            let deletion: Deletion = parse(body)?;
            Ok(json!({ "deleted": handle.delete(table.parse()?, deletion.ids) }))
        }
        _ => Err("unknown command: use GET, POST, PATCH or DELETE with a table, or GET or POST without a table for the switches".to_owned()),
    }
}

fn overview(handle: &DitioReporting) -> Value {
    let tables = DitioTable::ALL.into_iter().map(|table| {
        json!({
            "name": table.name(),
            "path": table.path(),
            "rows": handle.count(table),
            "deleted": handle.deleted(table),
        })
    });
    json!({ "switches": handle.switches(), "tables": tables.collect::<Vec<_>>() })
}
