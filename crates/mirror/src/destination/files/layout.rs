//! Columns of a file, and rows that have them.

use std::collections::HashMap;

use keyfob_client::table::ColumnType;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::batch::{Batch, ColumnData, Value};
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

impl Rows {
    /// Creates the rows of a batch, whose deletions are ignored. Also returns the number of rejects of each row.
    pub(crate) fn new(mut batch: Batch, layout: &Layout) -> (Self, Vec<u8>) {
        let len = batch.len();
        let (rejects, counts) = rejects(&batch);
        let schema = std::sync::Arc::clone(batch.schema());
        let mut columns = std::mem::take(&mut batch.columns);
        let mut extra = Some(std::mem::replace(&mut batch.extra, ColumnData::new(ColumnType::Json)));
        let mut rejects = Some(rejects);
        let null = |kind| {
            let mut column = ColumnData::new(kind);
            (0..len).for_each(|_| column.push_null());
            column
        };
        let column = |LayoutColumn { name, kind }: &LayoutColumn| {
            let position = schema.columns().iter().position(|column| column.name == *name);
            let found = match position {
                Some(position) => Some(std::mem::replace(&mut columns[position], ColumnData::new(*kind))),
                None if name == EXTRA && schema.has_extra() => extra.take(),
                None if name == REJECTS => rejects.take(),
                None => None,
            };
            found.unwrap_or_else(|| null(*kind))
        };
        (Self { columns: layout.columns.iter().map(column).collect(), len }, counts)
    }

    /// Returns the number of bytes that the rows take in memory, approximately.
    pub(crate) fn size(&self) -> usize {
        self.columns.iter().map(ColumnData::size).sum()
    }
}

/// Returns the column [`REJECTS`] of a batch, and the number of rejects of each row.
fn rejects(batch: &Batch) -> (ColumnData, Vec<u8>) {
    let mut objects: HashMap<&str, (String, u8)> = HashMap::new();
    for reject in batch.rejects() {
        let Some(key) = &reject.key else { continue };
        let (object, count) = objects.entry(key).or_default();
        object.push(if object.is_empty() { '{' } else { ',' });
        // The value is copied as received: parsing a number could change it.
        let raw = match serde_json::from_str::<&RawValue>(&reject.raw) {
            Ok(json) => json.get().to_owned(),
            Err(_) => serde_json::Value::from(reject.raw.as_str()).to_string(),
        };
        object.push_str(&format!("{}:{raw}", serde_json::Value::from(reject.field)));
        *count = count.saturating_add(1);
    }
    let (mut column, mut counts) = (ColumnData::new(ColumnType::Json), vec![0; batch.len()]);
    for (row, count) in counts.iter_mut().enumerate() {
        // The key is made only if there are rejects, which is rare.
        let found = if objects.is_empty() { None } else { objects.get(batch.key_text(row).as_str()) };
        match found {
            Some((object, number)) => {
                *count = *number;
                column.push(Value::Text(&format!("{object}}}")));
            }
            None => column.push_null(),
        }
    }
    (column, counts)
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
