//! Typed values, in the form that every destination is compared in.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use keyfob::client::table::ColumnType;
use serde_json::Value;

/// A row: values by the name of the column in the copy, without nulls.
pub(crate) type Row = BTreeMap<String, Cell>;
/// The rows of a table by their key as text.
pub(crate) type Rows = BTreeMap<String, Row>;

/// A value. Destinations that have no such type store its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Integer(i64),
    Double(f64),
    Boolean(bool),
    Date(NaiveDate),
    Timestamp(NaiveDateTime),
    Instant(DateTime<Utc>),
    Json(Value),
}

impl Cell {
    /// Converts a JSON value; `None` for null and for a value that does not have the type.
    pub(crate) fn from_json(kind: ColumnType, value: &Value) -> Option<Self> {
        match (kind, value) {
            (_, Value::Null) => None,
            (ColumnType::Json, value) => Some(Self::Json(value.clone())),
            (_, Value::String(text)) => Self::from_text(kind, text),
            (ColumnType::Integer, value) => value.as_i64().map(Self::Integer),
            (ColumnType::Double | ColumnType::Decimal, value) => value.as_f64().map(Self::Double),
            (ColumnType::Boolean, value) => value.as_bool().or(value.as_i64().map(|bit| bit == 1)).map(Self::Boolean),
            (ColumnType::Text, Value::Number(_) | Value::Bool(_)) => Some(Self::Text(value.to_string())),
            _ => None,
        }
    }

    /// Converts a text; `None` for a text that does not have the type.
    pub(crate) fn from_text(kind: ColumnType, text: &str) -> Option<Self> {
        let is_time = matches!(kind, ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz);
        if is_time && text.starts_with("0001-01-01") {
            // Ditio sends this day for a time that is not set.
            return None;
        }
        match kind {
            ColumnType::Text => Some(Self::Text(text.to_owned())),
            ColumnType::Json => serde_json::from_str(text).ok().map(Self::Json),
            ColumnType::Integer => text.parse().ok().map(Self::Integer),
            ColumnType::Double | ColumnType::Decimal => text.parse().ok().map(Self::Double),
            ColumnType::Boolean => match text {
                "true" | "t" | "1" => Some(Self::Boolean(true)),
                "false" | "f" | "0" => Some(Self::Boolean(false)),
                _ => None,
            },
            ColumnType::Date => text.get(..10)?.parse().ok().map(Self::Date),
            ColumnType::Timestamp => Some(Self::Timestamp(wall_time(text)?)),
            ColumnType::TimestampTz => {
                let text = text.replacen(' ', "T", 1);
                let instant = DateTime::parse_from_rfc3339(&text).map(|instant| instant.with_timezone(&Utc));
                instant.ok().or(wall_time(&text).map(|time| time.and_utc())).map(Self::Instant)
            }
            _ => None,
        }
    }
}

/// Parses date and time as written, whatever offset follows.
fn wall_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.replacen(' ', "T", 1);
    let end = text.get(19..).and_then(|rest| rest.find(['Z', '+', '-'])).map_or(text.len(), |end| 19 + end);
    text[..end].parse().ok()
}

/// Asserts that two sets of rows are equal, and names the first differences.
#[track_caller]
pub(crate) fn assert_same(copy: &Rows, truth: &Rows, context: &str) {
    let absent: Vec<&String> = truth.keys().filter(|key| !copy.contains_key(*key)).take(3).collect();
    let surplus: Vec<&String> = copy.keys().filter(|key| !truth.contains_key(*key)).take(3).collect();
    let counts = format!("{} rows instead of {}", copy.len(), truth.len());
    assert!(absent.is_empty() && surplus.is_empty(), "{context}: {counts}; absent {absent:?}, surplus {surplus:?}");
    for (key, row) in truth {
        let other = &copy[key];
        let names = row.keys().chain(other.keys());
        let different = names.clone().find(|name| row.get(*name) != other.get(*name));
        if let Some(name) = different {
            panic!("{context}: row {key}, column {name}: {:?} instead of {:?}", other.get(name), row.get(name));
        }
    }
}
