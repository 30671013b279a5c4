//! Tables and batches of literal values, for tests of sources and destinations.
// Each feature has tests that use a part of these functions.
#![allow(dead_code)]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use keyfob_client::table::{ChangeDetection, Column, ColumnType, Table, TablePaging};
use keyfob_client::{Confidence, Idempotency, Operation, Security};

use super::column::Value;
use super::rows::{Batch, Reject};
use crate::checkpoint::{Account, Checkpoint, Window};
use crate::destination::Listed;
use crate::index::RowIndex;
use crate::schema::Schema;

/// Column of a test table with a description.
pub(crate) const fn column(name: &'static str, kind: ColumnType) -> Column {
    Column { name, kind, description: "Description of the field.", sensitive: false }
}

/// Returns the schema of a table of the API `test-api`.
pub(crate) fn schema(table: &'static str, key: &[&'static str], columns: &[Column]) -> Arc<Schema> {
    schema_of("test-api", table, key, columns)
}

/// Returns the schema of a table of an API. The description of the table is leaked.
pub(crate) fn schema_of(
    api: &'static str,
    name: &'static str,
    key: &[&'static str],
    columns: &[Column],
) -> Arc<Schema> {
    let operation = Box::leak(Box::new(Operation {
        api,
        id: name,
        summary: "Lists rows.",
        method: "GET",
        path: "/rows",
        query: &[],
        open_query: false,
        comma_separated: &[],
        headers: &[],
        required: &[],
        fixed_query: &[],
        body: "",
        body_required: false,
        host: "",
        idempotency: Idempotency::Idempotent,
        scope: None,
        security: Security::Client,
        confidence: Confidence::Documented,
        source: "",
    }));
    let table = Box::leak(Box::new(Table {
        name,
        operation,
        version: "2026-11-20",
        paging: TablePaging::Single,
        rows: None,
        parameters: &[],
        page_size: None,
        key: Box::leak(key.into()),
        changes: ChangeDetection::Snapshot,
        window: None,
        columns: Box::leak(columns.into()),
        extra_is_sensitive: false,
    }));
    Schema::new(table, false)
}

/// Returns a new checkpoint of a run that started at this second.
pub(crate) fn checkpoint(schema: &Schema, started: i64) -> Checkpoint {
    let started = DateTime::<Utc>::from_timestamp(started, 0).unwrap();
    Checkpoint::new(schema, Account::new("https://api.test", None), Window::default(), started)
}

/// Returns the content of a listing that began this number of seconds after 1970.
pub(crate) fn listed(index: Option<&RowIndex>, from: i64) -> Listed<'_> {
    Listed { index, from: DateTime::from_timestamp(from, 0).unwrap() }
}

impl Batch {
    /// Adds a row, without other fields. The hash depends on the values.
    pub(crate) fn row(self, values: &[Value<'_>]) -> Self {
        self.row_with_extra(values, Value::Null)
    }

    /// Adds a row with a JSON object of other fields.
    pub(crate) fn row_with_extra(mut self, values: &[Value<'_>], extra: Value<'_>) -> Self {
        assert_eq!(values.len(), self.columns.len(), "a row has a value for each column");
        let schema = Arc::clone(self.schema());
        let key = schema.key().iter().map(|key| values[*key]);
        self.order.push(self.keys.len().try_into().unwrap());
        self.keys.push(Schema::key_hash(key, &mut Vec::new()));
        self.hashes.push(schema.row_hash(&format!("{values:?} {extra:?}")));
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(*value);
        }
        self.extra.push(extra);
        self
    }

    /// Adds the deletion of the row with this key.
    pub(crate) fn deletion(mut self, key: &[Value<'_>]) -> Self {
        assert_eq!(key.len(), self.deleted.len(), "a key has a value for each of its columns");
        self.order.push(!i64::try_from(self.deleted_keys.len()).unwrap());
        self.deleted_keys.push(Schema::key_hash(key.iter().copied(), &mut Vec::new()));
        for (column, value) in self.deleted.iter_mut().zip(key) {
            column.push(*value);
        }
        self
    }

    /// Adds a rejected value; without a key, a rejected row.
    pub(crate) fn reject(mut self, key: Option<&str>, field: &'static str, raw: &str) -> Self {
        self.unidentified += u64::from(key.is_none());
        self.rejects.push(Reject { key: key.map(str::to_owned), field, expected: "an integer", raw: raw.to_owned() });
        self
    }
}

#[test]
fn compaction_retains_the_last_change_of_each_row() {
    let schema = schema("rows", &["id"], &[column("id", ColumnType::Text), column("value", ColumnType::Integer)]);
    let (a, b, c) = (Value::Text("a"), Value::Text("b"), Value::Text("c"));
    let mut batch = Batch::new(schema)
        .row(&[a, Value::Integer(1)])
        .row(&[b, Value::Integer(1)])
        .deletion(&[a])
        .deletion(&[c])
        .row(&[c, Value::Integer(2)])
        .row(&[b, Value::Integer(2)]);
    batch.compact();
    assert_eq!((batch.len(), batch.deleted_len()), (2, 1));
    assert_eq!((batch.key_text(0), batch.columns()[1].value(0)), ("c".to_owned(), Value::Integer(2)));
    assert_eq!((batch.key_text(1), batch.columns()[1].value(1)), ("b".to_owned(), Value::Integer(2)));
    assert_eq!(batch.deleted_key_text(0), "a");
}
