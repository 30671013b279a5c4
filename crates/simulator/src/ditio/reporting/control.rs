//! The functions of the handle as a JSON API under `/_control/ditio/reporting`.

use axum::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::ditio::reporting::handle::DitioReporting;
use crate::ditio::reporting::switches::DitioSwitches;
use crate::ditio::reporting::tables::table::DitioTable;
use crate::state::SharedState;

/// Body of PATCH and DELETE.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    ids: Vec<String>,
    #[serde(default)]
    set: Map<String, Value>,
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
            let change: Change = parse(body)?;
            Ok(json!({ "changed": handle.update(table.parse()?, change.ids, Value::Object(change.set)) }))
        }
        (&Method::DELETE, [table]) => {
            let change: Change = parse(body)?;
            Ok(json!({ "deleted": handle.delete(table.parse()?, change.ids) }))
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

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}
