//! Columns: the fields of a row type, each with its type.

use std::collections::BTreeSet;
use std::fmt;

use keyfob::client::decode::WireStruct;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Column of a typed format with the values that do not have the type of their column, as a JSON object by column name.
/// A file without such values does not have the column.
pub(super) const REJECTS: &str = "_keyfob_rejects";

/// A column of the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Column {
    /// Name of the JSON property.
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
}

/// Type of a column. Every column is nullable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Text, including timestamps in the service's format, and arrays and objects as JSON.
    Text,
    Integer,
    Number,
    Boolean,
}

impl Kind {
    /// Returns `true` if a typed column can contain the value.
    pub(super) fn accepts(self, value: &Value) -> bool {
        value.is_null()
            || match self {
                Self::Text => true,
                Self::Integer => value.as_i64().is_some(),
                Self::Number => value.is_number(),
                Self::Boolean => value.is_boolean(),
            }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
        })
    }
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

/// Adds the columns whose names are new.
pub(super) fn with_additional(mut columns: Vec<Column>, others: impl IntoIterator<Item = Column>) -> Vec<Column> {
    let mut known: BTreeSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    columns.extend(others.into_iter().filter(|column| known.insert(column.name.clone())));
    columns
}

/// Returns a column of another type than the column of the same name: the name and both types.
pub(super) fn type_change<'a>(old: &'a [Column], new: &[Column]) -> Option<(&'a str, Kind, Kind)> {
    old.iter().find_map(|old| {
        let new = new.iter().find(|new| new.name == old.name && new.kind != old.kind)?;
        Some((old.name.as_str(), old.kind, new.kind))
    })
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
    fn a_column_is_added_once() {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        let columns = vec![column("id", Kind::Text), column("qty", Kind::Number)];
        // A row that could not be read has the column of rejects, and a mistyped value needs it.
        let others = [column("qty", Kind::Text), column(REJECTS, Kind::Text), column(REJECTS, Kind::Text)];
        let expected = [&columns[..], &[column(REJECTS, Kind::Text)]].concat();
        assert_eq!(with_additional(columns, others), expected);
    }

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
