//! The tables `_keyfob_tables`, `_keyfob_rejects` and `_keyfob_runs`.

use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::connection::error_of;
use super::text::{parse_timestamp, push_timestamp};
use crate::checkpoint::Checkpoint;
use crate::destination::Run;
use crate::error::{Error, ErrorKind};

/// Version of the format of the tables.
const FORMAT: i64 = 1;
/// Number of runs that are retained for each table.
const RUNS: i64 = 1000;

/// The tables. `run_started` identifies the run that rejected a value; a row that has no key has a null in `row_key`, and
/// is stored once, however often it is received.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS _keyfob_tables (
  table_name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY /* Name in this database. */,
  api TEXT NOT NULL /* Name of the API. */,
  api_table TEXT NOT NULL /* Name of the table of the API. */,
  format BIGINT NOT NULL /* Version of the format of the tables whose names begin with _keyfob_. */,
  row_count BIGINT NOT NULL /* Number of rows. */,
  checkpoint JSON TEXT /* State of the copy; null before the first batch. */
);
CREATE TABLE IF NOT EXISTS _keyfob_rejects (
  table_name TEXT NOT NULL COLLATE NOCASE /* Name in this database. */,
  row_key TEXT /* Key of the row, its columns separated by commas; null for a row without a key. */,
  field TEXT NOT NULL /* Name of the field in the API; empty for a row without a key. */,
  expected TEXT NOT NULL /* Expected type. */,
  raw TEXT NOT NULL /* The value as received. */,
  run_started TIMESTAMP WITH TIME ZONE NOT NULL /* Start of the run that received the value. In UTC. */
);
CREATE INDEX IF NOT EXISTS _keyfob_rejects_key ON _keyfob_rejects (table_name, row_key);
CREATE UNIQUE INDEX IF NOT EXISTS _keyfob_rejects_raw ON _keyfob_rejects (table_name, raw) WHERE row_key IS NULL;
CREATE TABLE IF NOT EXISTS _keyfob_runs (
  table_name TEXT NOT NULL COLLATE NOCASE /* Name in this database. */,
  started TIMESTAMP WITH TIME ZONE NOT NULL /* Start of the run. In UTC. */,
  finished TIMESTAMP WITH TIME ZONE NOT NULL /* End of the run. In UTC. */,
  received BIGINT NOT NULL /* Rows received from the service. */,
  upserts BIGINT NOT NULL /* Rows that were added or changed. */,
  deletions BIGINT NOT NULL /* Rows that were deleted. */,
  rejects BIGINT NOT NULL /* Values that do not have their type, and rows without a key. */,
  error TEXT /* Message of the error that ended the run; null after a complete run. */
);
CREATE INDEX IF NOT EXISTS _keyfob_runs_started ON _keyfob_runs (table_name, started);
";

/// The row of a copy in `_keyfob_tables`.
pub(super) struct TableRow {
    pub(super) table: String,
    pub(super) api: String,
    pub(super) api_table: String,
    pub(super) rows: u64,
    pub(super) checkpoint: Option<String>,
}

/// Creates the tables that do not exist.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)
}

/// Returns `true` if the database has copies, or had some.
///
/// # Errors
///
/// [`ErrorKind::Mismatch`] if the tables have another format.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<bool, Error> {
    let unknown = || {
        let message = format!(
            "{} was written by another version of this program; use that version, or choose another file",
            path.display()
        );
        Error::new(ErrorKind::Mismatch, message)
    };
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = '_keyfob_tables'";
    let exists: bool = connection.query_row(sql, [], |row| row.get(0)).map_err(|error| error_of(path, error))?;
    if exists {
        let sql = "SELECT count(*) FROM _keyfob_tables WHERE format IS NOT ?1";
        // A table without the column is of an unknown format too.
        let others: u64 = match connection.query_row(sql, [FORMAT], |row| row.get(0)) {
            Err(error @ rusqlite::Error::SqlInputError { .. }) => return Err(unknown().with_source(error)),
            result => result.map_err(|error| error_of(path, error))?,
        };
        if others > 0 {
            return Err(unknown());
        }
    }
    Ok(exists)
}

/// Reads the row of a table.
pub(super) fn find(connection: &Connection, table: &str) -> rusqlite::Result<Option<TableRow>> {
    let sql = "SELECT table_name, api, api_table, row_count, checkpoint FROM _keyfob_tables WHERE table_name = ?1";
    connection.query_row(sql, [table], table_row).optional()
}

/// Reads all rows, by name.
pub(super) fn list(connection: &Connection) -> rusqlite::Result<Vec<TableRow>> {
    let sql = "SELECT table_name, api, api_table, row_count, checkpoint FROM _keyfob_tables ORDER BY table_name";
    connection.prepare(sql)?.query_map([], table_row)?.collect()
}

fn table_row(row: &Row<'_>) -> rusqlite::Result<TableRow> {
    Ok(TableRow {
        table: row.get(0)?,
        api: row.get(1)?,
        api_table: row.get(2)?,
        rows: row.get(3)?,
        checkpoint: row.get(4)?,
    })
}

/// Adds the row of a new copy, and removes what is known of an earlier one.
pub(super) fn add(connection: &Connection, table: &str, api: &str, api_table: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM _keyfob_rejects WHERE table_name = ?1", [table])?;
    connection.execute(
        "INSERT OR REPLACE INTO _keyfob_tables (table_name, api, api_table, format, row_count) VALUES (?1, ?2, ?3, ?4, 0)",
        params![table, api, api_table, FORMAT],
    )?;
    Ok(())
}

/// Stores the checkpoint and the number of rows.
pub(super) fn store(connection: &Connection, table: &str, checkpoint: &Checkpoint, rows: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE _keyfob_tables SET checkpoint = ?2, row_count = ?3 WHERE table_name = ?1";
    connection.prepare(sql)?.execute(params![table, checkpoint.to_json(), rows])?;
    Ok(())
}

/// Returns the number of rejects of a table.
pub(super) fn rejects(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM _keyfob_rejects WHERE table_name = ?1";
    connection.query_row(sql, [table], |row| row.get(0))
}

/// Records a run, and removes the runs before the last [`RUNS`].
pub(super) fn add_run(connection: &Connection, table: &str, run: &Run) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO _keyfob_runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            table,
            time_text(run.started),
            time_text(run.finished),
            run.received,
            run.upserts,
            run.deletions,
            run.rejects,
            run.error
        ],
    )?;
    connection.execute(
        "DELETE FROM _keyfob_runs WHERE table_name = ?1 AND started <= (SELECT started FROM _keyfob_runs
         WHERE table_name = ?1 ORDER BY started DESC LIMIT 1 OFFSET ?2)",
        params![table, RUNS],
    )?;
    Ok(())
}

/// Returns the last run.
pub(super) fn last_run(connection: &Connection, table: &str) -> rusqlite::Result<Option<Run>> {
    let sql = "SELECT started, finished, received, upserts, deletions, rejects, error FROM _keyfob_runs
               WHERE table_name = ?1 ORDER BY started DESC, rowid DESC LIMIT 1";
    let run = connection.query_row(sql, [table], |row| {
        Ok(Run {
            started: time(row, 0)?,
            finished: time(row, 1)?,
            received: row.get(2)?,
            upserts: row.get(3)?,
            deletions: row.get(4)?,
            rejects: row.get(5)?,
            error: row.get(6)?,
        })
    });
    run.optional()
}

/// Returns the start of the last complete run.
pub(super) fn current_to(connection: &Connection, table: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let sql = "SELECT started FROM _keyfob_runs WHERE table_name = ?1 AND error IS NULL ORDER BY started DESC LIMIT 1";
    connection.query_row(sql, [table], |row| time(row, 0)).optional()
}

/// Returns the text of an instant.
pub(super) fn time_text(time: DateTime<Utc>) -> String {
    let mut text = String::new();
    push_timestamp(&mut text, time.timestamp_micros());
    text
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let text = row.get_ref(column)?.as_str()?;
    parse_timestamp(text)
        .and_then(DateTime::from_timestamp_micros)
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(column, "time".to_owned(), rusqlite::types::Type::Text))
}
