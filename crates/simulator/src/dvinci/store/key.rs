//! Keys of rows.

use serde_json::Value;

use crate::dvinci::store::table::Table;

/// Key of a row within its table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::dvinci) enum Key {
    Number(i64),
    Name(String),
}

impl Key {
    /// Parses a key from a path; `None` if a numeric key is malformed.
    pub(in crate::dvinci) fn parse(table: Table, text: &str) -> Option<Self> {
        if table.string_ids() { Some(Self::Name(text.to_owned())) } else { text.parse().ok().map(Self::Number) }
    }

    /// Converts a JSON value to a key; `None` if it has the wrong type.
    pub(in crate::dvinci) fn from_value(table: Table, value: &Value) -> Option<Self> {
        if table.string_ids() {
            value.as_str().map(|name| Self::Name(name.to_owned()))
        } else {
            value.as_i64().map(Self::Number)
        }
    }

    pub(in crate::dvinci) fn value(&self) -> Value {
        match self {
            Self::Number(number) => Value::from(*number),
            Self::Name(name) => Value::from(name.as_str()),
        }
    }

    /// Returns the number; 0, which no row has, for a name.
    pub(in crate::dvinci) fn number(&self) -> i64 {
        match self {
            Self::Number(number) => *number,
            Self::Name(_) => 0,
        }
    }
}

/// Returns the external id of a placement. References are unique per partner.
pub(in crate::dvinci) fn placement_key(partner: &str, reference: &str) -> String {
    format!("{partner}/{reference}")
}
