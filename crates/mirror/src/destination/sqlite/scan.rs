//! Reading of the keys and hashes of all rows.

use keyfob_client::table::ColumnType;
use rusqlite::{Connection, Row, Rows};

use super::sql::{list, quoted};
use super::upsert::read;
use crate::batch::{Value, key_text};
use crate::index::RowIndex;
use crate::schema::{HASH, Schema};

/// A row to delete.
pub(super) struct FoundRow {
    pub(super) id: i64,
    /// The key as in `_keyfob_rejects`, if it is needed.
    pub(super) key_text: Option<String>,
}

/// Reads the hashes of all rows. `rows` is the expected number.
pub(super) fn index(connection: &Connection, table: &str, schema: &Schema, rows: u64) -> rusqlite::Result<RowIndex> {
    let key = Key::new(schema);
    let sql = format!("SELECT {}, {} FROM {}", key.columns, quoted(HASH), quoted(table));
    let mut statement = connection.prepare(&sql)?;
    let mut hashes = Hashes {
        rows: statement.query([])?,
        key: &key,
        buffer: Vec::new(),
        expected: usize::try_from(rows).unwrap_or(0),
        error: None,
    };
    let index = RowIndex::new(&mut hashes);
    hashes.error.map_or(Ok(index), Err)
}

/// Finds the rows whose keys have these hashes, which are in ascending order.
pub(super) fn rows_with_keys(
    connection: &Connection,
    table: &str,
    schema: &Schema,
    hashes: &[u128],
    with_text: bool,
) -> rusqlite::Result<Vec<FoundRow>> {
    let key = Key::new(schema);
    // These columns are in the index of the primary key, which is read instead of the table.
    let mut statement = connection.prepare(&format!("SELECT {}, rowid FROM {}", key.columns, quoted(table)))?;
    let mut rows = statement.query([])?;
    let (mut buffer, mut found) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        if hashes.binary_search(&key.hash(row, &mut buffer)?).is_ok() {
            let key_text = if with_text { Some(key.text(row)?) } else { None };
            found.push(FoundRow { id: row.get(key.kinds.len())?, key_text });
        }
    }
    found.sort_unstable_by_key(|row| row.id);
    Ok(found)
}

/// The key columns of a query, which are its first columns.
struct Key {
    columns: String,
    kinds: Vec<ColumnType>,
}

impl Key {
    fn new(schema: &Schema) -> Self {
        let columns = || schema.key().iter().map(|key| &schema.columns()[*key]);
        Self {
            columns: list(columns().map(|column| quoted(&column.name))),
            kinds: columns().map(|column| column.kind).collect(),
        }
    }

    fn hash(&self, row: &Row<'_>, buffer: &mut Vec<u8>) -> rusqlite::Result<u128> {
        let mut error = None;
        let hash = Schema::key_hash(self.values(row, &mut error), buffer);
        error.map_or(Ok(hash), Err)
    }

    fn text(&self, row: &Row<'_>) -> rusqlite::Result<String> {
        let mut error = None;
        let text = key_text(self.values(row, &mut error));
        error.map_or(Ok(text), Err)
    }

    /// Returns the values; null for a value that cannot be read, whose error is stored.
    fn values<'a>(
        &'a self,
        row: &'a Row<'_>,
        error: &'a mut Option<rusqlite::Error>,
    ) -> impl Iterator<Item = Value<'a>> {
        self.kinds.iter().enumerate().map(|(column, kind)| {
            row.get_ref(column).and_then(|value| read(value, *kind)).unwrap_or_else(|failed| {
                *error = Some(failed);
                Value::Null
            })
        })
    }
}

/// Hashes of a query's rows. Ends at the first error, which is stored.
struct Hashes<'a, 'b> {
    rows: Rows<'a>,
    key: &'b Key,
    buffer: Vec<u8>,
    /// Number of rows that are expected to follow.
    expected: usize,
    error: Option<rusqlite::Error>,
}

impl Hashes<'_, '_> {
    fn read(&mut self) -> rusqlite::Result<Option<(u128, u64)>> {
        let Some(row) = self.rows.next()? else { return Ok(None) };
        let hash: i64 = row.get(self.key.kinds.len())?;
        Ok(Some((self.key.hash(row, &mut self.buffer)?, hash.cast_unsigned())))
    }
}

impl Iterator for Hashes<'_, '_> {
    type Item = (u128, u64);

    fn next(&mut self) -> Option<Self::Item> {
        if self.error.is_some() {
            return None;
        }
        self.expected = self.expected.saturating_sub(1);
        self.read().unwrap_or_else(|error| {
            self.error = Some(error);
            None
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // The vectors are allocated once.
        (self.expected, None)
    }
}
