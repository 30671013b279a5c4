//! SQLite: tables in one database file.

mod connection;
mod copy;
mod layout;
mod meta;
mod rejects;
mod scan;
mod sql;
mod status;
mod text;
mod upsert;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use self::copy::TableCopy;
use self::writer::SqliteWriter;
use crate::destination::{Destination, TableStatus, TableWriter};
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// A SQLite database.
///
/// Each table of an API is a table with the columns of its [`Schema`] in the order of the API's description, then `_extra`
/// and `_keyfob_hash`. Its primary key is the key of the schema. The descriptions are comments in the text of
/// `CREATE TABLE`, which the shell prints with `.schema`.
///
/// | Type of the column | Declared type | Values |
/// |---|---|---|
/// | [`Text`] | `TEXT` | text |
/// | [`Integer`] | `BIGINT` | integer |
/// | [`Double`] | `REAL` | floating point number |
/// | [`Decimal`] | `DECIMAL TEXT` | exact text, for example `12.5` |
/// | [`Boolean`] | `BOOLEAN` | 0 or 1 |
/// | [`Date`] | `DATE` | text `YYYY-MM-DD` |
/// | [`Timestamp`] | `TIMESTAMP` | text `YYYY-MM-DD HH:MM:SS`, followed by `.ffffff` unless that is zero |
/// | [`TimestampTz`] | `TIMESTAMP WITH TIME ZONE` | the same, in UTC, without a suffix |
/// | [`Json`] | `JSON TEXT` | JSON as received |
///
/// Texts of days and times sort in the order of time, so that `work_date >= '2026-01-01'` selects by time. A column
/// declared `DECIMAL` or `JSON` alone would have SQLite's numeric affinity, which converts `1.50` to a floating point
/// number; with `TEXT` in its type it does not. For arithmetic, cast decimals: `sum(CAST(hours AS REAL))`.
///
/// # Other tables
///
/// `_keyfob_tables` has the checkpoint and number of rows of each copy, `_keyfob_rejects` the values that do not have the
/// type of their column, and `_keyfob_runs` the last 1000 runs of each copy. Tables and columns of others in the same
/// database are not changed; views and indexes on the copies are permitted.
///
/// # Files
///
/// The database is created with mode 0600, because copies contain personal data. It is in WAL mode: readers see the state
/// of the last batch while a copy is written. While it is open, SQLite has two more files beside it, `-wal` and `-shm`,
/// and each table that is being written has a lock file, `DATABASE.TABLE.lock`. Two processes may write two tables of one
/// database at the same time. A network file system is not supported.
///
/// A crash of the process loses nothing that was applied. After a power failure, the last batches and their checkpoint may
/// be absent together; the next run applies them again.
///
/// [`Text`]: keyfob_client::table::ColumnType::Text
/// [`Integer`]: keyfob_client::table::ColumnType::Integer
/// [`Double`]: keyfob_client::table::ColumnType::Double
/// [`Decimal`]: keyfob_client::table::ColumnType::Decimal
/// [`Boolean`]: keyfob_client::table::ColumnType::Boolean
/// [`Date`]: keyfob_client::table::ColumnType::Date
/// [`Timestamp`]: keyfob_client::table::ColumnType::Timestamp
/// [`TimestampTz`]: keyfob_client::table::ColumnType::TimestampTz
/// [`Json`]: keyfob_client::table::ColumnType::Json
///
/// # Examples
///
/// ```
/// use keyfob_mirror::destination::Destination;
/// use keyfob_mirror::destination::sqlite::Sqlite;
///
/// let destination = Sqlite::new("copy.db").prefix("ditio_");
/// assert_eq!(destination.name(), "sqlite:copy.db");
/// ```
#[derive(Clone, Debug)]
pub struct Sqlite {
    path: PathBuf,
    prefix: String,
}

impl Sqlite {
    /// Creates the destination for a database file, which is created when the first table is opened.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), prefix: String::new() }
    }

    /// Sets the text before the name of each table, for example `ditio_`. The default is empty.
    ///
    /// A prefix is required if two APIs have tables of the same name, such as `projects`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Returns the path of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the name of the table in the database.
    fn table_name(&self, schema: &Schema) -> Result<String, Error> {
        let name = format!("{}{}", self.prefix, schema.name());
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("sqlite_") || lower.starts_with("_keyfob_") || name.contains('\0') {
            let message = format!("the table name {name:?} is reserved; choose another prefix");
            return Err(Error::new(ErrorKind::Settings, message));
        }
        Ok(name)
    }
}

impl Destination for Sqlite {
    fn name(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    fn open<'a>(
        &'a self,
        schema: &'a Arc<Schema>,
        read_only: bool,
    ) -> BoxFuture<'a, Result<Box<dyn TableWriter>, Error>> {
        async move {
            let (path, schema, table) = (self.path.clone(), Arc::clone(schema), self.table_name(schema)?);
            let copy = writer::blocking(move || TableCopy::open(&path, schema, table, read_only)).await?;
            let writer: Box<dyn TableWriter> = Box::new(SqliteWriter::new(copy));
            Ok(writer)
        }
        .boxed()
    }

    fn status(&self) -> BoxFuture<'_, Result<Vec<TableStatus>, Error>> {
        let path = self.path.clone();
        writer::blocking(move || status::read(&path)).boxed()
    }
}

#[cfg(test)]
mod tests;
