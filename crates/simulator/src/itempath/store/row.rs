//! Rows, and access to their members.

use serde_json::{Map, Value};

/// A stored row. Members whose names start with `~` are internal: filters accept them, responses omit them.
pub(in crate::itempath) type Row = Map<String, Value>;

/// Returns the id of a row as text.
pub(in crate::itempath) fn id(row: &Row) -> String {
    text(row, "id")
}

/// Returns a member as text; empty if it is absent or null.
pub(in crate::itempath) fn text(row: &Row, member: &str) -> String {
    match row.get(member) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

/// Returns a member as a number; 0 if it is absent.
pub(in crate::itempath) fn number(row: &Row, member: &str) -> f64 {
    row.get(member).and_then(Value::as_f64).unwrap_or_default()
}

/// Returns a member as an integer; 0 if it is absent.
pub(in crate::itempath) fn integer(row: &Row, member: &str) -> i64 {
    row.get(member).and_then(Value::as_i64).unwrap_or_default()
}
