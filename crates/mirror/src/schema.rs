//! Schema of a copy: the columns of a table, as every destination creates them.

use std::collections::HashSet;
use std::sync::Arc;

use heck::ToSnakeCase;
use keyfob_client::table::{ColumnType, Table};
use twox_hash::XxHash3_128;

use crate::batch::Value;

/// Column with the fields that the API's description does not name, as a JSON object; null if a row has none.
pub const EXTRA: &str = "_extra";
/// Column of a database table with the hash of the row as received.
pub const HASH: &str = "_keyfob_hash";

/// Schema of a copy of a table.
#[derive(Debug)]
pub struct Schema {
    table: &'static Table,
    columns: Vec<SchemaColumn>,
    key: Vec<usize>,
    has_extra: bool,
    fingerprint: u64,
}

/// A column of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaColumn {
    /// Name in the copy, in snake case, for example `work_date`.
    pub name: String,
    /// Name of the field on the wire, for example `workDate`.
    pub wire: &'static str,
    /// Type of the values. Every column may be null.
    pub kind: ColumnType,
    /// Description, in plain text; empty if there is none.
    pub description: &'static str,
}

impl Schema {
    /// Returns the schema of a table. Sensitive columns are left out unless `include_sensitive` is `true`.
    #[must_use]
    pub fn new(table: &'static Table, include_sensitive: bool) -> Arc<Self> {
        let mut names = HashSet::from([EXTRA.to_owned(), HASH.to_owned()]);
        let mut columns = Vec::new();
        for column in table.columns.iter().filter(|column| include_sensitive || !column.sensitive) {
            let base = column.name.to_snake_case();
            let mut name = base.clone();
            let mut number = 2;
            while !names.insert(name.clone()) {
                name = format!("{base}_{number}");
                number += 1;
            }
            let (wire, kind, description) = (column.name, column.kind, column.description);
            columns.push(SchemaColumn { name, wire, kind, description });
        }
        let key: Vec<usize> =
            table.key.iter().filter_map(|key| columns.iter().position(|column| column.wire == *key)).collect();
        let has_extra = include_sensitive || !table.extra_is_sensitive;
        let fingerprint = fingerprint(&columns, &key, has_extra);
        Arc::new(Self { table, columns, key, has_extra, fingerprint })
    }

    /// Returns the description of the table.
    #[must_use]
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Returns the name of the API, for example `ditio-reporting`.
    #[must_use]
    pub fn api(&self) -> &'static str {
        self.table.operation.api
    }

    /// Returns the name of the table, for example `time_registrations`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.table.name
    }

    /// Returns the columns, without [`EXTRA`] and [`HASH`].
    #[must_use]
    pub fn columns(&self) -> &[SchemaColumn] {
        &self.columns
    }

    /// Returns the positions of the columns that identify a row.
    #[must_use]
    pub fn key(&self) -> &[usize] {
        &self.key
    }

    /// Returns `true` if the copy has the column [`EXTRA`].
    #[must_use]
    pub fn has_extra(&self) -> bool {
        self.has_extra
    }

    /// Returns a hash of names and types of the columns. A copy with another fingerprint needs a listing of all rows.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Returns the hash that identifies a row, from the values of its key columns in the order of [`key`](Self::key).
    ///
    /// `buffer` is overwritten; reusing it saves allocations.
    pub fn key_hash<'a>(values: impl IntoIterator<Item = Value<'a>>, buffer: &mut Vec<u8>) -> u128 {
        buffer.clear();
        for value in values {
            match value {
                Value::Text(text) => {
                    buffer.push(1);
                    buffer.extend_from_slice(text.as_bytes());
                }
                Value::Integer(value) | Value::Timestamp(value) => {
                    buffer.push(2);
                    buffer.extend_from_slice(&value.to_le_bytes());
                }
                Value::Boolean(value) => buffer.extend_from_slice(&[3, value.into()]),
                Value::Date(value) => {
                    buffer.push(4);
                    buffer.extend_from_slice(&value.to_le_bytes());
                }
                Value::Double(value) => {
                    buffer.push(5);
                    buffer.extend_from_slice(&value.to_bits().to_le_bytes());
                }
                Value::Decimal(value) => {
                    buffer.push(6);
                    buffer.extend_from_slice(&value.to_le_bytes());
                }
                Value::Null => buffer.push(0),
            }
            buffer.push(0xff);
        }
        XxHash3_128::oneshot(buffer)
    }

    /// Returns the hash of a row as received. It depends on the columns, so that rows are written again after columns
    /// were added.
    #[must_use]
    pub fn row_hash(&self, json: &str) -> u64 {
        // The lower half.
        #[expect(clippy::cast_possible_truncation, reason = "64 bits of the hash are retained")]
        let hash = XxHash3_128::oneshot_with_seed(self.fingerprint, json.as_bytes()) as u64;
        hash
    }
}

fn fingerprint(columns: &[SchemaColumn], key: &[usize], has_extra: bool) -> u64 {
    let mut text = String::new();
    for SchemaColumn { name, wire, kind, .. } in columns {
        text.push_str(&format!("{name} {wire} {kind:?}\n"));
    }
    text.push_str(&format!("{key:?} {has_extra}"));
    #[expect(clippy::cast_possible_truncation, reason = "64 bits of the hash are retained")]
    let hash = XxHash3_128::oneshot(text.as_bytes()) as u64;
    hash
}
