//! Columns: the fields of a row type, each with its type.

use std::collections::BTreeSet;

use keyfob::client::decode::WireStruct;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A column of the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Name of the JSON property.
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// Type of a column. Every column is nullable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, including timestamps in the service's format, and arrays and objects as JSON.
    Text,
    Integer,
    Number,
    Boolean,
}

/// A row type whose fields become columns.
pub(super) trait TableRow: WireStruct + Serialize + DeserializeOwned {}

impl<R: WireStruct + Serialize + DeserializeOwned> TableRow for R {}

/// Returns the columns of a row type, independent of the data, so that all files of a table have the same columns.
pub(super) fn of<R: TableRow>() -> Vec<Column> {
    R::empty().field_names().iter().map(|name| Column { name: (*name).to_owned(), kind: kind::<R>(name) }).collect()
}

/// Determines the type of a field by decoding a sample of each type.
fn kind<R: TableRow>(name: &str) -> Kind {
    let accepts = |sample: Value| {
        let row = serde_json::from_value::<R>(json!({ name: sample })).and_then(serde_json::to_value);
        row.is_ok_and(|row| row[name] == sample)
    };
    // The order matters: a text field also accepts numbers, and a number field accepts integers.
    if accepts("x".into()) {
        Kind::Text
    } else if accepts(1.5.into()) {
        Kind::Number
    } else if accepts(2.into()) {
        Kind::Integer
    } else if accepts(true.into()) {
        Kind::Boolean
    } else {
        Kind::Text
    }
}

/// Adds text columns for the names that are not columns yet.
pub(super) fn with_additional(mut columns: Vec<Column>, names: impl IntoIterator<Item = String>) -> Vec<Column> {
    let known: BTreeSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    let additional = names.into_iter().filter(|name| !known.contains(name));
    columns.extend(additional.map(|name| Column { name, kind: Kind::Text }));
    columns
}

/// Returns a property as text; `None` if it is absent or null.
pub(super) fn text(row: &Map<String, Value>, name: &str) -> Option<String> {
    match row.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use keyfob::ditio_reporting::types;

    use super::*;

    #[test]
    fn fields_are_columns_of_their_type() {
        let columns = of::<types::TimeRegistration>();
        let kind = |name: &str| columns.iter().find(|column| column.name == name).unwrap().kind;
        assert_eq!(columns[0], Column { name: "id".to_owned(), kind: Kind::Text });
        assert_eq!((kind("qty"), kind("approved")), (Kind::Number, Kind::Boolean));
        assert_eq!((kind("workDate"), kind("userName")), (Kind::Text, Kind::Text));
        let columns = of::<types::Resource>();
        assert!(columns.contains(&Column { name: "buildYear".to_owned(), kind: Kind::Integer }));
        let lines = of::<types::PayrollLine>();
        assert!(lines.contains(&Column { name: "overtimeLines".to_owned(), kind: Kind::Text }));
    }
}
