//! Columns of a file, and rows that have them.

use keyfob_client::table::ColumnType;
use serde::{Deserialize, Serialize};

use crate::batch::ColumnData;
use crate::schema::{EXTRA, Schema};

/// Column with the values that do not have the type of their column, as a JSON object by the name of the field on the
/// wire; null if a row has none.
pub const REJECTS: &str = "_keyfob_rejects";

/// The columns of a file, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<LayoutColumn>,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LayoutColumn {
    pub(crate) name: String,
    #[serde(rename = "type", with = "kind")]
    pub(crate) kind: ColumnType,
}

/// Rows of a file, as typed columns in the order of a layout.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<ColumnData>,
    /// Number of rows.
    pub(crate) len: usize,
}

impl Layout {
    /// Returns the layout of a file with the columns of the schema. Columns that only the existing file has follow.
    ///
    /// Returns the name of a column with another type as an error.
    pub(crate) fn new(schema: &Schema, existing: Option<&Self>) -> Result<Self, String> {
        let column = |name: &str, kind| LayoutColumn { name: name.to_owned(), kind };
        let mut columns: Vec<_> = schema.columns().iter().map(|found| column(&found.name, found.kind)).collect();
        let mut last = Vec::new();
        if schema.has_extra() {
            last.push(column(EXTRA, ColumnType::Json));
        }
        last.push(column(REJECTS, ColumnType::Json));
        for found in existing.map_or(&[][..], |existing| &existing.columns) {
            match columns.iter().chain(&last).find(|column| column.name == found.name) {
                Some(column) if column.kind != found.kind => return Err(found.name.clone()),
                Some(_) => {}
                // Before the last columns, of which the last one is always that of the rejects.
                None if found.name == EXTRA => last.insert(0, found.clone()),
                None => columns.push(found.clone()),
            }
        }
        columns.append(&mut last);
        Ok(Self { columns })
    }

    /// Returns the position of a column.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// Names of the types in a checkpoint.
mod kind {
    use keyfob_client::table::ColumnType;
    use serde::{Deserialize, Deserializer, Serializer, de};

    const NAMES: [(&str, ColumnType); 9] = [
        ("text", ColumnType::Text),
        ("integer", ColumnType::Integer),
        ("double", ColumnType::Double),
        ("decimal", ColumnType::Decimal),
        ("boolean", ColumnType::Boolean),
        ("date", ColumnType::Date),
        ("timestamp", ColumnType::Timestamp),
        ("timestamp_tz", ColumnType::TimestampTz),
        ("json", ColumnType::Json),
    ];

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde requires")]
    pub(super) fn serialize<S: Serializer>(kind: &ColumnType, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(NAMES.iter().find(|(_, found)| found == kind).map_or("text", |(name, _)| name))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ColumnType, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = NAMES.iter().find(|(found, _)| *found == name);
        found.map(|(_, kind)| *kind).ok_or_else(|| de::Error::custom("unknown type of a column"))
    }
}
