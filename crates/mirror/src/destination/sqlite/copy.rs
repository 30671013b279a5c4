//! The copy of a table: an open, locked table of the database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connection::{self, error_of};
use super::layout::{self, ExistingColumn};
use super::scan;
use super::sql::quoted;
use super::upsert::{self, Statements};
use super::{meta, rejects};
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::destination::{Applied, Run};
use crate::error::{Error, ErrorKind};
use crate::index::RowIndex;
use crate::lock::Lock;
use crate::schema::Schema;

/// The copy of a table. All functions wait for the disk.
pub(super) struct TableCopy {
    path: PathBuf,
    table: String,
    schema: Arc<Schema>,
    state: State,
    /// `None` if the copy is opened for reading and does not exist.
    connection: Option<Connection>,
    /// `None` if the copy is opened for reading. Released after the connection is closed.
    lock: Option<Lock>,
}

/// State of a copy after the last transaction.
#[derive(Clone, Debug, Default)]
struct State {
    checkpoint: Option<Checkpoint>,
    rows: u64,
    rejects: u64,
}

impl TableCopy {
    /// Opens the copy of a table, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// As [`Destination::open`](crate::destination::Destination::open).
    pub(super) fn open(path: &Path, schema: Arc<Schema>, table: String, read_only: bool) -> Result<Self, Error> {
        let path = match connection::canonical(path) {
            // Neither the folder nor the copy exists.
            Err(_) if read_only && !path.exists() => path.to_owned(),
            path => path?,
        };
        let mut copy = Self { path, table, schema, state: State::default(), connection: None, lock: None };
        if read_only {
            copy.connection = connection::open_read_only(&copy.path)?;
            if copy.connection.is_some() {
                copy.load()?;
            }
        } else {
            let subject = format!("{} in {}", copy.table, copy.path.display());
            copy.lock = Some(Lock::acquire(&lock_path(&copy.path, &copy.table), &subject)?);
            copy.connection = Some(connection::open(&copy.path)?);
            copy.create()?;
        }
        Ok(copy)
    }

    /// Reads the state of an existing copy and compares it with the schema.
    fn load(&mut self) -> Result<(), Error> {
        let Some(connection) = &self.connection else { return Ok(()) };
        let (state, _) = read_state(connection, &self.path, &self.table, &self.schema)?;
        self.state = state.unwrap_or_default();
        Ok(())
    }

    /// Creates the copy or adds the columns that it does not have, and reads its state.
    fn create(&mut self) -> Result<(), Error> {
        let (path, table, schema) = (self.path.clone(), self.table.clone(), Arc::clone(&self.schema));
        let failed = |error| error_of(&path, error);
        let transaction = self.begin()?;
        let (state, existing) = read_state(&transaction, &path, &table, &schema)?;
        let state = if let Some(state) = state {
            layout::add_columns(&transaction, &table, &schema, &existing).map_err(failed)?;
            state
        } else {
            meta::create(&transaction).map_err(failed)?;
            layout::create(&transaction, &table, &schema).map_err(failed)?;
            meta::add(&transaction, &table, schema.api(), schema.name()).map_err(failed)?;
            State::default()
        };
        transaction.commit().map_err(failed)?;
        self.state = state;
        Ok(())
    }

    pub(super) fn checkpoint(&self) -> Option<&Checkpoint> {
        self.state.checkpoint.as_ref()
    }

    /// Reads the hashes of all rows.
    pub(super) fn index(&mut self) -> Result<RowIndex, Error> {
        let Some(connection) = &self.connection else { return Ok(RowIndex::default()) };
        if self.state.rows == 0 && !self.exists()? {
            return Ok(RowIndex::default());
        }
        let index = scan::index(connection, &self.table, &self.schema, self.state.rows)
            .map_err(|error| error_of(&self.path, error))?;
        // The number counted is the right one, should another program have changed rows.
        self.state.rows = index.len() as u64;
        Ok(index)
    }

    fn exists(&self) -> Result<bool, Error> {
        let Some(connection) = &self.connection else { return Ok(false) };
        let object = layout::object(connection, &self.table).map_err(|error| error_of(&self.path, error))?;
        Ok(object.is_some())
    }

    /// Applies a batch and stores the checkpoint.
    pub(super) fn apply(&mut self, batch: &Batch, checkpoint: &Checkpoint) -> Result<Applied, Error> {
        self.transact(checkpoint, |transaction, table, state| {
            let statements = Statements::new(table, batch.schema());
            rejects::replace(transaction, table, batch, checkpoint.started, &mut state.rejects)?;
            let upserted = upsert::upsert(transaction, &statements, batch)?;
            let deletions = upsert::delete(transaction, &statements, batch)?;
            state.rows = (state.rows + upserted.inserted).saturating_sub(deletions);
            Ok(Applied { upserts: upserted.inserted + upserted.updated, deletions })
        })
    }

    /// Deletes the rows whose keys have these hashes, which are in ascending order, and the rejected rows without a key
    /// that were received before `from` only, and stores the checkpoint.
    pub(super) fn end_listing(
        &mut self,
        unlisted: &[u128],
        from: DateTime<Utc>,
        checkpoint: &Checkpoint,
    ) -> Result<u64, Error> {
        let schema = Arc::clone(&self.schema);
        self.transact(checkpoint, |transaction, table, state| {
            rejects::remove_unidentified(transaction, table, from, &mut state.rejects)?;
            if unlisted.is_empty() {
                return Ok(0);
            }
            let with_text = state.rejects > 0;
            let rows = scan::rows_with_keys(transaction, table, &schema, unlisted, with_text)?;
            let mut delete = transaction.prepare(&format!("DELETE FROM {} WHERE rowid = ?1", quoted(table)))?;
            for row in &rows {
                delete.execute([row.id])?;
            }
            let texts = rows.iter().filter_map(|row| row.key_text.as_deref());
            rejects::remove(transaction, table, texts, &mut state.rejects)?;
            state.rows = state.rows.saturating_sub(rows.len() as u64);
            Ok(rows.len() as u64)
        })
    }

    /// Records a run and truncates the log. Returns the number of rows.
    pub(super) fn finish(&mut self, run: &Run) -> Result<u64, Error> {
        if self.lock.is_none() {
            return Ok(self.state.rows);
        }
        let (path, table) = (self.path.clone(), self.table.clone());
        let failed = |error| error_of(&path, error);
        let transaction = self.begin()?;
        meta::add_run(&transaction, &table, run).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        if let Some(connection) = &self.connection
            && let Err(error) = connection::truncate_log(connection)
        {
            // The run is stored. The log remains until the next checkpoint.
            tracing::debug!(%error, "the write-ahead log of SQLite was not truncated");
        }
        Ok(self.state.rows)
    }

    /// Runs statements and stores the checkpoint in one transaction. An error leaves the copy as it was.
    fn transact<T>(
        &mut self,
        checkpoint: &Checkpoint,
        run: impl FnOnce(&Transaction<'_>, &str, &mut State) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let (path, table) = (self.path.clone(), self.table.clone());
        let mut state = State { checkpoint: Some(checkpoint.clone()), ..self.state };
        let transaction = self.begin()?;
        let result = run(&transaction, &table, &mut state)
            .and_then(|result| {
                meta::store(&transaction, &table, checkpoint, state.rows)?;
                transaction.commit()?;
                Ok(result)
            })
            .map_err(|error| error_of(&path, error))?;
        self.state = state;
        Ok(result)
    }

    /// Limits the size of the database, as a full disk does.
    #[cfg(test)]
    pub(super) fn limit_pages(&mut self, pages: i64) {
        let connection = self.connection.as_ref().unwrap();
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    }

    /// Starts a transaction that writes.
    fn begin(&mut self) -> Result<Transaction<'_>, Error> {
        let (Some(connection), Some(_)) = (&mut self.connection, &self.lock) else {
            return Err(Error::new(ErrorKind::Destination, "the copy was opened for reading and cannot be written"));
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        transaction.map_err(|error| error_of(&self.path, error))
    }
}

/// Reads the state of a copy and its columns. The state is `None` for a copy that does not exist.
fn read_state(
    connection: &Connection,
    path: &Path,
    table: &str,
    schema: &Schema,
) -> Result<(Option<State>, Vec<ExistingColumn>), Error> {
    let failed = |error| error_of(path, error);
    let row = if meta::check(connection, path)? { meta::find(connection, table).map_err(failed)? } else { None };
    let mismatch = |message: String| Err(Error::new(ErrorKind::Mismatch, message));
    let object = layout::object(connection, table).map_err(failed)?;
    let Some(row) = row else {
        return match object {
            None => Ok((None, Vec::new())),
            Some(object) => mismatch(format!(
                "{} has a {object} {table} of another program; choose another database or a prefix",
                path.display()
            )),
        };
    };
    if (row.api.as_str(), row.api_table.as_str()) != (schema.api(), schema.name()) {
        return mismatch(format!(
            "the table {table} of {} is a copy of {} of the API {}; choose another database or a prefix",
            path.display(),
            row.api_table,
            row.api
        ));
    }
    // The user has removed the table to copy it again.
    let Some(_) = object else { return Ok((None, Vec::new())) };
    let existing = layout::existing(connection, table).map_err(failed)?;
    layout::check(table, schema, &existing)?;
    let checkpoint = row.checkpoint.as_deref().map(Checkpoint::from_json).transpose()?;
    let rejects = meta::rejects(connection, table).map_err(failed)?;
    Ok((Some(State { checkpoint, rows: row.rows, rejects }), existing))
}

/// Returns the path of a table's lock file.
///
/// In lower case, as SQLite compares names. Other characters than letters and digits of ASCII are in hexadecimal.
pub(super) fn lock_path(database: &Path, table: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".");
    for byte in table.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => path.push(char::from(byte).to_string()),
            b'A'..=b'Z' => path.push(char::from(byte.to_ascii_lowercase()).to_string()),
            _ => path.push(format!("%{byte:02x}")),
        }
    }
    path.push(".lock");
    path.into()
}
