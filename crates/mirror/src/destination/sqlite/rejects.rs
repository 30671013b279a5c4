//! The rejects of a copy.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::meta::time_text;
use crate::batch::Batch;

/// Removes the rejects of the rows of a batch and stores those that the batch has. `stored` is the number of rejects of
/// the table.
pub(super) fn replace(
    connection: &Connection,
    table: &str,
    batch: &Batch,
    started: DateTime<Utc>,
    stored: &mut u64,
) -> rusqlite::Result<()> {
    if *stored > 0 {
        let rows = (0..batch.len()).map(|row| batch.key_text(row));
        let deleted = (0..batch.deleted_len()).map(|row| batch.deleted_key_text(row));
        remove(connection, table, rows.chain(deleted), stored)?;
    }
    if batch.rejects().is_empty() {
        return Ok(());
    }
    let started = time_text(started);
    // A row without a key is received in each listing. It is stored once, with the start of the last run.
    let mut insert = connection.prepare(
        "INSERT INTO _keyfob_rejects VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (table_name, raw) WHERE row_key IS NULL DO NOTHING",
    )?;
    let mut update = connection.prepare(
        "UPDATE _keyfob_rejects SET run_started = ?3 WHERE table_name = ?1 AND raw = ?2 AND row_key IS NULL",
    )?;
    for reject in batch.rejects() {
        if insert.execute(params![table, reject.key, reject.field, reject.expected, reject.raw, started])? > 0 {
            *stored += 1;
        } else {
            update.execute(params![table, reject.raw, started])?;
        }
    }
    Ok(())
}

/// Removes the rejects of rows.
pub(super) fn remove<T: AsRef<str>>(
    connection: &Connection,
    table: &str,
    keys: impl IntoIterator<Item = T>,
    stored: &mut u64,
) -> rusqlite::Result<()> {
    let sql = "DELETE FROM _keyfob_rejects WHERE table_name = ?1 AND row_key = ?2";
    let mut delete = connection.prepare(sql)?;
    for key in keys {
        *stored = stored.saturating_sub(delete.execute(params![table, key.as_ref()])? as u64);
    }
    Ok(())
}

/// Removes the rows without a key that were received only by runs before a listing of all rows, which does not have them.
pub(super) fn remove_unidentified(
    connection: &Connection,
    table: &str,
    from: DateTime<Utc>,
    stored: &mut u64,
) -> rusqlite::Result<()> {
    if *stored == 0 {
        return Ok(());
    }
    let sql = "DELETE FROM _keyfob_rejects WHERE table_name = ?1 AND row_key IS NULL AND run_started < ?2";
    *stored = stored.saturating_sub(connection.execute(sql, params![table, time_text(from)])? as u64);
    Ok(())
}
