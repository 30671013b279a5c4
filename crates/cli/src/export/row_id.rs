//! Ids of rows.

use serde::Deserialize;
use serde_json::Value;

/// Returns the id of a row given as JSON; `None` if it is absent, empty, or neither a text nor a number.
pub(super) fn of_json(json: &str) -> anyhow::Result<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        #[serde(default)]
        id: Value,
    }

    let id = match serde_json::from_str::<Row>(json)?.id {
        Value::String(id) => Some(id),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    };
    Ok(id.filter(|id| !id.is_empty()))
}
