//! Columns: the described fields of a row, each with what it holds.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::tables::Columns;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// The field's name on the wire.
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What a column holds, if it holds anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, and everything else as text: times as they came, lists and objects as JSON.
    Text,
    Integer,
    Number,
    Boolean,
}

/// The columns of a type of rows. They do not depend on the data, so that one table's files are alike.
pub(super) fn of<R: Columns>() -> Vec<Column> {
    R::empty().field_names().iter().map(|name| Column { name: (*name).to_owned(), kind: kind::<R>(name) }).collect()
}

/// Finds out what a field takes by having it read a sample of each kind.
fn kind<R: Columns>(name: &str) -> Kind {
    let takes = |sample: Value| {
        let row = serde_json::from_value::<R>(json!({ name: sample })).and_then(serde_json::to_value);
        row.is_ok_and(|row| row[name] == sample)
    };
    // The order matters: texts take numbers, and numbers take integers.
    if takes("x".into()) {
        Kind::Text
    } else if takes(1.5.into()) {
        Kind::Number
    } else if takes(2.into()) {
        Kind::Integer
    } else if takes(true.into()) {
        Kind::Boolean
    } else {
        Kind::Text
    }
}

/// Adds columns for what is not described.
pub(super) fn with_others(mut columns: Vec<Column>, names: impl IntoIterator<Item = String>) -> Vec<Column> {
    let known: BTreeSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    let others = names.into_iter().filter(|name| !known.contains(name));
    columns.extend(others.map(|name| Column { name, kind: Kind::Text }));
    columns
}

/// A member as text; nothing for null.
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
    fn fields_are_columns_of_their_kind() {
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
