//! Copies in a PostgreSQL database.

mod apply;
mod create;
mod encode;
mod failure;
mod format;
mod keys;
mod layout;
mod session;
mod settings;
mod state;
mod status;
mod storable;
#[cfg(all(test, feature = "postgres-server-tests"))]
mod tests;
mod tls;
mod writer;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use self::settings::Settings;
use self::writer::Writer;
use super::{Destination, TableStatus, TableWriter};
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// Copies in a PostgreSQL database, from version 12.
///
/// Each API has a schema of the database, for example `ditio_reporting`, with a table for each table of the API. The
/// user must be able to create the schema and temporary tables, or own the existing schema. The database must have the
/// encoding UTF-8.
///
/// # URL
///
/// `postgres://user:password@host:5432/database`; the scheme may also be `postgresql`. Special characters in user and
/// password are percent-encoded. A password that the URL does not have is taken from the environment variable
/// `PGPASSWORD`, which other users of the machine cannot see, unlike a command line. Without a host, the socket in
/// `/var/run/postgresql` is used; `postgres:///database?host=/path` uses another one. The options are those of
/// [`tokio_postgres::Config`], with these differences:
///
/// | Option | Meaning |
/// |---|---|
/// | `sslmode=disable` | not encrypted |
/// | `sslmode=prefer` (default) | encrypted if the server offers TLS; its certificate is not verified |
/// | `sslmode=require`, `verify-ca`, `verify-full` | encrypted; the server's certificate must be trusted and have the host's name (more than `psql` verifies for the first two) |
/// | `sslrootcert=FILE` | PEM file with the trusted certificates, instead of those of the operating system |
/// | `connect_timeout` | 30 s if not set |
/// | `tcp_user_timeout`, `keepalives_idle` | 60 s if not set: limit for a server that does not respond |
/// | `application_name` | `keyfob-mirror`, with process and host, if not set |
///
/// # Tables
///
/// | Type of the column | Type in PostgreSQL |
/// |---|---|
/// | [`Text`] | `text` |
/// | [`Integer`] | `bigint` |
/// | [`Double`] | `double precision` |
/// | [`Decimal`] | `numeric(38,9)` |
/// | [`Boolean`] | `boolean` |
/// | [`Date`] | `date` |
/// | [`Timestamp`] | `timestamp` |
/// | [`TimestampTz`] | `timestamptz` |
/// | [`Json`] and the column [`EXTRA`](crate::EXTRA) | `jsonb` |
///
/// The key is the primary key; the column [`HASH`](crate::HASH) has the hash of each row. Descriptions are comments.
/// Indexes, views and privileges that users add remain. Names of columns have at most 63 bytes; a longer name is cut
/// and ends with its hash.
///
/// `_keyfob_tables`, `_keyfob_runs` and `_keyfob_rejects` in the same schema have the state of the copies, the last
/// 1,000 runs of each table, and the values that do not have the type of their column. A value that PostgreSQL does not
/// store is such a value too: a text with the character NUL, a JSON value with NUL or half of a surrogate pair, and
/// dates before 4713 BC. A row whose key is not stored, for example because it has more than 2,600 bytes, is left out.
///
/// # Sessions
///
/// Each open copy has one session with an advisory lock, which the server releases when the session ends, for any
/// reason. Connect to the server itself, or through a pool that assigns a session to each client: PgBouncer in
/// transaction mode shares sessions, so that the lock protects nothing. Then the second of two processes fails with
/// [`ErrorKind::Locked`] when it writes.
///
/// If the connection is lost, the writer connects again for up to 60 s, finds out if the transaction was committed, and
/// otherwise repeats it.
///
/// # Examples
///
/// ```
/// use keyfob_mirror::destination::Destination;
/// use keyfob_mirror::destination::postgres::Postgres;
///
/// let postgres = Postgres::new("postgres://copy:secret@db.example.com/warehouse?sslmode=require")?.schema("ditio");
/// assert_eq!(postgres.name(), "postgres://db.example.com:5432/warehouse");
/// # Ok::<(), keyfob_mirror::Error>(())
/// ```
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
#[derive(Clone, Debug)]
pub struct Postgres {
    settings: Arc<Settings>,
    schema: Option<String>,
}

impl Postgres {
    /// Creates the destination from a URL. No connection is opened.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] if the URL is invalid, or the file of `sslrootcert` cannot be read. The message does not
    /// contain the password.
    pub fn new(url: &str) -> Result<Self, Error> {
        let password = std::env::var("PGPASSWORD").ok().filter(|password| !password.is_empty());
        Ok(Self { settings: Arc::new(Settings::new(url, password)?), schema: None })
    }

    /// Sets the schema of the database for all copies, instead of one for each API. It is created if it does not exist.
    #[must_use]
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = Some(name.into());
        self
    }

    /// Connects to the server, to find errors of the URL before a run.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Destination`] if the server cannot be reached, does not know the database, or rejects user or
    /// password.
    pub async fn check(&self) -> Result<(), Error> {
        let session = session::Session::connect(&self.settings, true).await;
        session.map(drop).map_err(|failure| failure.into_error("cannot connect", &self.settings))
    }
}

impl Destination for Postgres {
    fn name(&self) -> String {
        self.settings.name.clone()
    }

    fn open<'a>(
        &'a self,
        schema: &'a Arc<Schema>,
        read_only: bool,
    ) -> BoxFuture<'a, Result<Box<dyn TableWriter>, Error>> {
        Box::pin(async move {
            let name = self.schema.as_deref();
            if name.is_some_and(|name| name.is_empty() || name.len() > 63 || name.starts_with("pg_")) {
                let message =
                    "the schema of the database needs a name of at most 63 bytes that does not begin with pg_";
                return Err(Error::new(ErrorKind::Settings, message));
            }
            let writer = Writer::open(Arc::clone(&self.settings), name, Arc::clone(schema), read_only).await?;
            Ok(Box::new(writer) as Box<dyn TableWriter>)
        })
    }

    fn status(&self) -> BoxFuture<'_, Result<Vec<TableStatus>, Error>> {
        Box::pin(async move {
            let statuses = status::read(&self.settings, self.schema.as_deref()).await;
            statuses.map_err(|failure| failure.into_error("cannot read the state of the copies", &self.settings))
        })
    }
}
