//! A stream of changes, as lines of JSON.

mod state;

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use keyfob_client::table::{ChangeDetection, ColumnType};

use self::state::{State, TableState};
use super::{Applied, Destination, Listed, Run, TableStatus, TableWriter, json};
use crate::batch::{Batch, ColumnData};
use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::index::RowIndex;
use crate::schema::{EXTRA, Schema};

/// A stream of changes, one JSON object per line.
///
/// ```json
/// {"op":"upsert","api":"ditio-reporting","table":"projects","key":{"id":"1"},"row":{"id":"1","name":"Bru"}}
/// {"op":"delete","api":"ditio-reporting","table":"projects","key":{"id":"2"}}
/// {"op":"reject","api":"ditio-reporting","table":"projects","key":"3","field":"number","expected":"an integer","raw":"\"x\""}
/// ```
///
/// A row has all columns of its [`Schema`], and `_extra` if it has fields that the schema does not have. Days and times
/// are texts in ISO 8601.
///
/// # Delivery
///
/// With a [state file](Self::state), a run writes the changes since the run before. The progress is stored after the
/// lines of a batch were written, so that a run that is killed writes its last batch again. Without a state file, each
/// run writes all rows.
///
/// Two runs must not have the same state file at the same time.
///
/// For tables without a listing of changes, the state has the key and a hash of every row, about 100 bytes each, and is
/// stored at the end of a run.
#[derive(Clone)]
pub struct ChangeStream {
    shared: Arc<Shared>,
}

struct Shared {
    out: Mutex<Box<dyn Write + Send>>,
    path: Option<PathBuf>,
    /// The state file, once it was read.
    state: Mutex<Option<State>>,
}

impl ChangeStream {
    /// Creates a stream that is written to `out`.
    #[must_use]
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self::with(Box::new(out), None)
    }

    /// Sets the file with the progress. It is created by the first run, readable by its owner only.
    #[must_use]
    pub fn state(self, path: impl Into<PathBuf>) -> Self {
        let out = std::mem::replace(&mut *lock(&self.shared.out), Box::new(std::io::sink()));
        Self::with(out, Some(path.into()))
    }

    fn with(out: Box<dyn Write + Send>, path: Option<PathBuf>) -> Self {
        Self { shared: Arc::new(Shared { out: Mutex::new(out), path, state: Mutex::new(None) }) }
    }
}

impl fmt::Debug for ChangeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeStream").field("state", &self.shared.path).finish_non_exhaustive()
    }
}

impl Destination for ChangeStream {
    fn name(&self) -> String {
        String::from("changes")
    }

    fn open<'a>(&'a self, schema: &'a Arc<Schema>, _: bool) -> BoxFuture<'a, Result<Box<dyn TableWriter>, Error>> {
        ready(self.shared.open(schema).map(|table| {
            let writer = StreamWriter { shared: Arc::clone(&self.shared), schema: Arc::clone(schema), table };
            Box::new(writer) as Box<dyn TableWriter>
        }))
        .boxed()
    }

    fn status(&self) -> BoxFuture<'_, Result<Vec<TableStatus>, Error>> {
        ready(Ok(Vec::new())).boxed()
    }
}

impl Shared {
    fn open(&self, schema: &Schema) -> Result<TableState, Error> {
        let Some(path) = &self.path else { return Ok(TableState::default()) };
        let mut state = lock(&self.state);
        let state = match &mut *state {
            Some(state) => state,
            None => state.insert(State::open(path)?),
        };
        state.table(schema)
    }

    fn write(&self, lines: &[u8]) -> Result<(), Error> {
        let mut out = lock(&self.out);
        out.write_all(lines)
            .and_then(|()| out.flush())
            .map_err(|error| Error::destination("cannot write the changes", error))
    }

    fn store(&self, schema: &Schema, table: &TableState) -> Result<(), Error> {
        match &mut *lock(&self.state) {
            Some(state) => state.store(schema, table),
            None => Ok(()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The stream of one table.
struct StreamWriter {
    shared: Arc<Shared>,
    schema: Arc<Schema>,
    table: TableState,
}

impl StreamWriter {
    /// Returns `true` if the state has every row, because the table has no listing of changes.
    fn is_tracked(&self) -> bool {
        self.shared.path.is_some() && matches!(self.schema.table().changes, ChangeDetection::Snapshot)
    }

    fn write(&mut self, mut batch: Batch) -> Result<Applied, Error> {
        if self.is_tracked() {
            let rows = &self.table.rows;
            let is_new = |(key, hash): (&u128, &u64)| rows.get(key).is_none_or(|row| row.hash != *hash);
            let changed: Vec<bool> = batch.keys().iter().zip(batch.hashes()).map(is_new).collect();
            batch.retain(&changed);
        }
        let mut lines = Vec::new();
        for row in 0..batch.len() {
            let key = self.key(batch.columns(), self.schema.key(), row);
            self.begin("upsert", &key, &mut lines);
            self.append_row(&batch, row, &mut lines);
            if self.is_tracked() {
                self.table.insert(batch.keys()[row], batch.hashes()[row], key);
            }
        }
        let key_columns: Vec<usize> = (0..batch.deleted().len()).collect();
        for row in 0..batch.deleted_len() {
            let key = self.key(batch.deleted(), &key_columns, row);
            self.delete(&key, &mut lines);
            self.table.rows.remove(&batch.deleted_keys()[row]);
        }
        for reject in batch.rejects() {
            let fields = [("expected", reject.expected), ("raw", &reject.raw)];
            self.begin("reject", &serde_json::to_string(&reject.key).unwrap_or_default(), &mut lines);
            append_field("field", reject.field, &mut lines);
            for (name, value) in fields {
                append_field(name, value, &mut lines);
            }
            lines.extend_from_slice(b"}\n");
        }
        self.shared.write(&lines)?;
        Ok(Applied { upserts: batch.len() as u64, deletions: batch.deleted_len() as u64 })
    }

    /// Returns the key of a row as a JSON object.
    fn key(&self, columns: &[ColumnData], positions: &[usize], row: usize) -> String {
        let mut text = Vec::new();
        for (position, key) in positions.iter().zip(self.schema.key()) {
            let column = &self.schema.columns()[*key];
            text.push(if text.is_empty() { b'{' } else { b',' });
            json::append_text(&column.name, &mut text);
            text.push(b':');
            json::append(column.kind, columns[*position].value(row), &mut text);
        }
        text.push(b'}');
        String::from_utf8(text).expect("JSON is UTF-8")
    }

    fn begin(&self, operation: &str, key: &str, lines: &mut Vec<u8>) {
        let (api, table) = (self.schema.api(), self.schema.name());
        let start = format!(r#"{{"op":"{operation}","api":"{api}","table":"{table}","key":{key}"#);
        lines.extend_from_slice(start.as_bytes());
    }

    fn delete(&self, key: &str, lines: &mut Vec<u8>) {
        self.begin("delete", key, lines);
        lines.extend_from_slice(b"}\n");
    }

    fn append_row(&self, batch: &Batch, row: usize, lines: &mut Vec<u8>) {
        lines.extend_from_slice(br#","row":"#);
        for (number, (column, data)) in self.schema.columns().iter().zip(batch.columns()).enumerate() {
            lines.push(if number == 0 { b'{' } else { b',' });
            json::append_text(&column.name, lines);
            lines.push(b':');
            json::append(column.kind, data.value(row), lines);
        }
        if batch.extra().value(row) != crate::batch::Value::Null {
            lines.push(b',');
            json::append_text(EXTRA, lines);
            lines.push(b':');
            json::append(ColumnType::Json, batch.extra().value(row), lines);
        }
        lines.extend_from_slice(b"}}\n");
    }

    /// Writes the deletions of the rows that were not listed, and returns their number.
    fn delete_rows(&mut self, index: &RowIndex) -> Result<u64, Error> {
        let gone: Vec<u128> = self.table.rows.keys().copied().filter(|key| index.is_unlisted(*key)).collect();
        let mut lines = Vec::new();
        for key in &gone {
            if let Some(row) = self.table.rows.remove(key) {
                self.delete(&row.key, &mut lines);
            }
        }
        self.shared.write(&lines)?;
        Ok(gone.len() as u64)
    }

    /// Stores the progress. The rows of a table are stored at the end only, because they are written as a whole.
    fn store(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        self.table.checkpoint = Some(checkpoint.clone());
        if self.is_tracked() { Ok(()) } else { self.shared.store(&self.schema, &self.table) }
    }
}

impl TableWriter for StreamWriter {
    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.table.checkpoint.as_ref()
    }

    fn index(&mut self) -> BoxFuture<'_, Result<RowIndex, Error>> {
        ready(Ok(RowIndex::new(self.table.rows.iter().map(|(key, row)| (*key, row.hash))))).boxed()
    }

    fn apply<'a>(&'a mut self, batch: Batch, checkpoint: &'a Checkpoint) -> BoxFuture<'a, Result<Applied, Error>> {
        ready(self.write(batch).and_then(|applied| self.store(checkpoint).map(|()| applied))).boxed()
    }

    fn end_listing<'a>(
        &'a mut self,
        listed: Listed<'a>,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        let deleted = listed.index.map_or(Ok(0), |index| self.delete_rows(index));
        ready(deleted.and_then(|rows| self.store(checkpoint).map(|()| rows))).boxed()
    }

    fn finish<'a>(&'a mut self, _: &'a Run) -> BoxFuture<'a, Result<u64, Error>> {
        let stored = if self.is_tracked() { self.shared.store(&self.schema, &self.table) } else { Ok(()) };
        ready(stored.map(|()| self.table.rows.len() as u64)).boxed()
    }
}

/// Appends a field with a text.
fn append_field(name: &str, value: &str, lines: &mut Vec<u8>) {
    lines.push(b',');
    json::append_text(name, lines);
    lines.push(b':');
    json::append_text(value, lines);
}
