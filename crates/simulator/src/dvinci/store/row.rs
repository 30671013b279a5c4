//! Rows, and access to their members.

use serde_json::{Map, Value};

/// A JSON object: a request body or a stored row.
pub(in crate::dvinci) type Row = Map<String, Value>;

/// Returns a row without the simulator's internal members, whose names start with `_`.
pub(in crate::dvinci) fn without_internal(row: &Row) -> Row {
    let members = row.iter().filter(|(name, _)| !name.starts_with('_'));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Returns a member as text; empty if it is absent.
pub(in crate::dvinci) fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns a member as an integer.
pub(in crate::dvinci) fn number(row: &Row, name: &str) -> Option<i64> {
    row.get(name).and_then(Value::as_i64)
}

/// Returns whether a member is present and not null.
pub(in crate::dvinci) fn has(row: &Row, name: &str) -> bool {
    row.get(name).is_some_and(|value| !value.is_null())
}
