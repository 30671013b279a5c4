//! State of the copies of a database.

use std::path::Path;

use rusqlite::Connection;

use super::connection::{self, error_of};
use super::copy::lock_path;
use super::meta;
use crate::destination::TableStatus;
use crate::error::Error;
use crate::lock::Lock;

/// Reads the state of all copies; empty if the database does not exist.
pub(super) fn read(path: &Path) -> Result<Vec<TableStatus>, Error> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let path = &connection::canonical(path)?;
    let Some(mut connection) = connection::open_read_only(path)? else { return Ok(Vec::new()) };
    // A transaction, so that all copies are read in one state of the database.
    let transaction = connection.transaction().map_err(|error| error_of(path, error))?;
    if !meta::check(&transaction, path)? {
        return Ok(Vec::new());
    }
    tables(&transaction, path).map_err(|error| error_of(path, error))
}

fn tables(connection: &Connection, path: &Path) -> rusqlite::Result<Vec<TableStatus>> {
    let mut tables = Vec::new();
    for row in meta::list(connection)? {
        tables.push(TableStatus {
            rows: row.rows,
            rejects: meta::rejects(connection, &row.table)?,
            last_run: meta::last_run(connection, &row.table)?,
            current_to: meta::current_to(connection, &row.table)?,
            writer: Lock::holder(&lock_path(path, &row.table)),
            api: row.api,
            table: row.api_table,
        });
    }
    Ok(tables)
}
