//! The rows of a batch.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::column::{ColumnData, Value};
use crate::index::RowIndex;
use crate::schema::Schema;

/// Changes of a table, to be applied in one transaction.
///
/// Each row occurs once, either as an upsert or as a deletion.
#[derive(Clone, Debug)]
pub struct Batch {
    schema: Arc<Schema>,
    pub(crate) columns: Vec<ColumnData>,
    pub(crate) extra: ColumnData,
    pub(crate) keys: Vec<u128>,
    pub(crate) hashes: Vec<u64>,
    pub(crate) deleted: Vec<ColumnData>,
    pub(crate) deleted_keys: Vec<u128>,
    pub(crate) rejects: Vec<Reject>,
    /// Upserts and deletions in the order received: the position among the upserts, or the complement of the position
    /// among the deletions.
    pub(crate) order: Vec<i64>,
    /// Rows without a key, and elements that are not rows. They are in `rejects`.
    pub(crate) unidentified: u64,
}

/// A value that does not have the type of its column, or a row without a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reject {
    /// Key of the row as text, its columns separated by commas; `None` if the row has no key.
    pub key: Option<String>,
    /// Name of the field on the wire; empty for a row without a key.
    pub field: &'static str,
    /// Expected type, with its article.
    pub expected: &'static str,
    /// The value as received.
    pub raw: String,
}

impl Batch {
    /// Creates an empty batch.
    #[must_use]
    pub fn new(schema: Arc<Schema>) -> Self {
        let columns = schema.columns().iter().map(|column| ColumnData::new(column.kind)).collect();
        let deleted = schema.key().iter().map(|key| ColumnData::new(schema.columns()[*key].kind)).collect();
        Self {
            columns,
            extra: ColumnData::new(keyfob_client::table::ColumnType::Json),
            keys: Vec::new(),
            hashes: Vec::new(),
            deleted,
            deleted_keys: Vec::new(),
            rejects: Vec::new(),
            order: Vec::new(),
            unidentified: 0,
            schema,
        }
    }

    /// Returns the schema.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Returns the number of rows that were added or changed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns `true` if the batch has no rows, deletions and rejects.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.deleted_keys.is_empty() && self.rejects.is_empty()
    }

    /// Returns the number of bytes that the rows take in memory, approximately.
    #[must_use]
    pub fn size(&self) -> usize {
        self.columns.iter().map(ColumnData::size).sum::<usize>() + self.extra.size() + 24 * self.keys.len()
    }

    /// Returns the columns of the rows, in the order of [`Schema::columns`].
    #[must_use]
    pub fn columns(&self) -> &[ColumnData] {
        &self.columns
    }

    /// Returns the JSON objects of the fields that the schema does not have; null for rows without such fields.
    #[must_use]
    pub fn extra(&self) -> &ColumnData {
        &self.extra
    }

    /// Returns the hash of each row's key: [`Schema::key_hash`].
    #[must_use]
    pub fn keys(&self) -> &[u128] {
        &self.keys
    }

    /// Returns the hash of each row as received.
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// Returns the number of deleted rows.
    #[must_use]
    pub fn deleted_len(&self) -> usize {
        self.deleted_keys.len()
    }

    /// Returns the key columns of the deleted rows, in the order of [`Schema::key`].
    #[must_use]
    pub fn deleted(&self) -> &[ColumnData] {
        &self.deleted
    }

    /// Returns the hash of each deleted row's key.
    #[must_use]
    pub fn deleted_keys(&self) -> &[u128] {
        &self.deleted_keys
    }

    /// Returns the values that do not have the type of their column, and the rows without a key.
    #[must_use]
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// Returns the number of rows that cannot be identified. A listing with such rows is not complete.
    #[must_use]
    pub fn unidentified(&self) -> u64 {
        self.unidentified
    }

    /// Returns the key of a row as text, its columns separated by commas.
    #[must_use]
    pub fn key_text(&self, row: usize) -> String {
        key_text(self.schema.key().iter().map(|key| self.columns[*key].value(row)))
    }

    /// Returns the key of a deleted row as text, its columns separated by commas.
    #[must_use]
    pub fn deleted_key_text(&self, row: usize) -> String {
        key_text(self.deleted.iter().map(|column| column.value(row)))
    }

    /// Retains the rows whose flag is `true`. Deletions and rejects are retained.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        if keep.iter().all(|keep| *keep) {
            return;
        }
        for column in &mut self.columns {
            column.retain(keep);
        }
        self.extra.retain(keep);
        let mut flags = keep.iter();
        self.keys.retain(|_| flags.next().copied().unwrap_or(false));
        let mut flags = keep.iter();
        self.hashes.retain(|_| flags.next().copied().unwrap_or(false));
        // The order is only used to compact, which is done before.
        self.order.clear();
    }

    /// Removes the rows whose flag is `false`, with their rejects. The batch must be compact.
    pub(crate) fn discard(&mut self, keep: &[bool]) {
        if !self.rejects.is_empty() {
            let discarded = (0..self.len()).filter(|row| !keep[*row]);
            let discarded: HashSet<String> = discarded.map(|row| self.key_text(row)).collect();
            self.rejects.retain(|reject| reject.key.as_ref().is_none_or(|key| !discarded.contains(key)));
        }
        self.retain(keep);
    }

    /// Retains the rows that the copy does not have in this version, and records all rows as listed.
    pub(crate) fn retain_changed(&mut self, index: &mut RowIndex) {
        let rows = self.keys.iter().zip(&self.hashes);
        let keep: Vec<bool> = rows.map(|(key, hash)| index.list(*key, *hash)).collect();
        self.discard(&keep);
    }

    /// Retains the deletions whose flag is `true`. The batch must be compact.
    pub(crate) fn retain_deleted(&mut self, keep: &[bool]) {
        if keep.iter().all(|keep| *keep) {
            return;
        }
        for column in &mut self.deleted {
            column.retain(keep);
        }
        let mut flags = keep.iter();
        self.deleted_keys.retain(|_| flags.next().copied().unwrap_or(false));
    }

    /// Turns the rows whose flag is `true` into deletions, without their rejects. The batch must be compact.
    pub(crate) fn delete(&mut self, deleted: &[bool]) {
        let schema = Arc::clone(&self.schema);
        for row in (0..self.len()).filter(|row| deleted[*row]) {
            for (column, key) in self.deleted.iter_mut().zip(schema.key()) {
                column.push_from(&self.columns[*key], row);
            }
            self.deleted_keys.push(self.keys[row]);
        }
        let keep: Vec<bool> = deleted.iter().map(|deleted| !deleted).collect();
        self.discard(&keep);
    }

    /// Retains the last change of each row.
    pub(crate) fn compact(&mut self) {
        let mut last: HashMap<u128, i64> = HashMap::with_capacity(self.order.len());
        let mut keep = vec![true; self.len()];
        let mut keep_deleted = vec![true; self.deleted_len()];
        let (mut changed, mut changed_deleted) = (false, false);
        for position in &self.order {
            let key = match usize::try_from(*position) {
                Ok(row) => self.keys[row],
                Err(_) => self.deleted_keys[position_of_deletion(*position)],
            };
            let Some(earlier) = last.insert(key, *position) else { continue };
            if let Ok(row) = usize::try_from(earlier) {
                keep[row] = false;
                changed = true;
            } else {
                keep_deleted[position_of_deletion(earlier)] = false;
                changed_deleted = true;
            }
        }
        self.order.clear();
        if changed {
            self.retain(&keep);
        }
        if changed_deleted {
            self.retain_deleted(&keep_deleted);
        }
    }
}

fn position_of_deletion(position: i64) -> usize {
    usize::try_from(!position).expect("the complement of a negative number is a position")
}

/// Returns a key as text, its columns separated by commas.
pub(crate) fn key_text<'a>(values: impl Iterator<Item = Value<'a>>) -> String {
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push(',');
        }
        match value {
            Value::Null => {}
            Value::Text(value) => text.push_str(value),
            Value::Integer(value) | Value::Timestamp(value) => text.push_str(&value.to_string()),
            Value::Double(value) => text.push_str(&value.to_string()),
            Value::Decimal(value) => text.push_str(&value.to_string()),
            Value::Boolean(value) => text.push_str(&value.to_string()),
            Value::Date(value) => text.push_str(&value.to_string()),
        }
    }
    text
}
