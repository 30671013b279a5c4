//! Connections to a database, and the errors of SQLite.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::destination::disk;
use crate::error::{Error, ErrorKind};

/// Maximum time to wait for the transaction of another process. A first load of another table commits several times a
/// second; the deletion of many rows or a backup takes longer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
/// Maximum size of the page cache, in KiB.
const CACHE_KIB: i64 = 32 * 1024;
/// Size of the write-ahead log from which a commit moves it into the database, in pages of 4 KiB. With SQLite's default
/// of 1000 pages, each batch waits for the disk. The log exceeds 64 MiB by a batch at most, unless a reader has a
/// transaction open.
const CHECKPOINT_PAGES: i64 = 16 * 1024;
/// Size that the log is truncated to when it is reused, in bytes.
const LOG_BYTES: i64 = 4096 * CHECKPOINT_PAGES;
/// Maximum time to wait for readers when the log is truncated. The log remains if they take longer.
const TRUNCATE_TIMEOUT: Duration = Duration::from_secs(1);

/// Returns the path without symbolic links, so that each database has one lock file for a table.
pub(super) fn canonical(path: &Path) -> Result<PathBuf, Error> {
    let failed = |error| {
        let message = format!("cannot open {}; check that its folder exists and may be read", path.display());
        Error::destination(message, error)
    };
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found.map_err(failed),
    }
    let Some(file) = path.file_name() else {
        let message = format!("{} is not the path of a file", path.display());
        return Err(Error::new(ErrorKind::Settings, message));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(folder.canonicalize().map_err(failed)?.join(file))
}

/// Opens a database for writing, and creates it for its owner alone if it does not exist.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    let failed = |error| error_of(path, error);
    // SQLite creates the log with the mode of the database.
    match create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let message = format!("cannot create {}; check that the folder may be written", path.display());
            return Err(Error::destination(message, error));
        }
        _ => {}
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    configure(&connection).map_err(failed)?;
    Ok(connection)
}

/// Creates an empty file for its owner alone, unless the file exists.
fn create(path: &Path) -> io::Result<()> {
    // SQLite locks files by process: closing the file here would release the locks of a connection that another thread has
    // opened in the meantime.
    static CREATION: Mutex<()> = Mutex::new(());
    let _creation = CREATION.lock().unwrap_or_else(PoisonError::into_inner);
    disk::private().write(true).create_new(true).open(path).map(drop)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    // In WAL mode, a power failure cannot damage a database that is synchronized at checkpoints only. Without it (the file
    // system does not support it), it can.
    let synchronous = if mode == "wal" { "normal" } else { "full" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))
}

/// Opens a database for reading; `None` if it does not exist.
///
/// The connection may write the log's files, and removes them when it is closed; one that may not write would leave them.
pub(super) fn open_read_only(path: &Path) -> Result<Option<Connection>, Error> {
    // SQLite creates the first table in an empty file.
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if metadata.len() == 0 => return Ok(None),
        _ => {}
    }
    let failed = |error| error_of(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    match prepare_to_read(&connection) {
        Ok(()) => return Ok(Some(connection)),
        // This user may not create the log's files.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) && !log(path).exists() => {}
        Err(error) => return Err(failed(error)),
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(immutable_uri(path), flags).map_err(failed)?;
    prepare_to_read(&connection).map_err(failed)?;
    Ok(Some(connection))
}

fn prepare_to_read(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "query_only", true)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// Returns the path of the write-ahead log.
fn log(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Returns the URI of a database that no process writes.
fn immutable_uri(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

/// Moves the log into the database and truncates it.
pub(super) fn truncate_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(TRUNCATE_TIMEOUT)?;
    let truncated = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    truncated
}

/// Converts an error of SQLite. Its messages have the names of columns, but no values.
pub(super) fn error_of(path: &Path, error: rusqlite::Error) -> Error {
    let path = path.display();
    let message = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => format!(
            "{path} cannot grow: the disk, a quota or the limit of the database is reached; make space and run again, \
             which continues after the last batch that was stored"
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => format!(
            "another program had {path} locked for {} s; close its transaction and run again",
            BUSY_TIMEOUT.as_secs()
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            format!("{path} cannot be written; check the permissions of the file and its folder")
        }
        Some(ErrorCode::CannotOpen) => format!("cannot open {path}; check the permissions of the file and its folder"),
        Some(ErrorCode::NotADatabase) => {
            let message = format!("{path} is not a SQLite database; choose another file");
            return Error::new(ErrorKind::Mismatch, message).with_source(error);
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("{path} is damaged; restore it from a backup, or remove it and copy again")
        }
        _ => format!("SQLite failed to read or write {path}"),
    };
    Error::destination(message, error)
}
