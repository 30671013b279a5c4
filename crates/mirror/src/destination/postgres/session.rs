//! A session of the database.

use std::time::Duration;

use tokio_postgres::Client;

use super::failure::Failure;
use super::layout::Layout;
use super::settings::Settings;
use crate::error::{Error, ErrorKind};

/// Settings of a session that writes.
///
/// Time limits that are meant for interactive sessions do not end a copy. A server from version 14 notices within 5 s that
/// this process ended while it executes a statement, and releases the lock.
const SETTINGS: &str = "SET statement_timeout = 0; SET lock_timeout = 0; \
     SET idle_in_transaction_session_timeout = 0; SET timezone = 'UTC'; SET client_min_messages = warning; \
     DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '5s', false); \
     EXCEPTION WHEN OTHERS THEN NULL; END $$";
/// Interval of attempts to get the lock.
const LOCK_INTERVAL: Duration = Duration::from_millis(100);

/// A session. Its locks are released when it is dropped.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    /// The table for rows before they are merged exists.
    pub(super) has_staging: bool,
}

impl Session {
    /// Connects to the server.
    pub(super) async fn connect(settings: &Settings, read_only: bool) -> Result<Self, Failure> {
        let (client, connection) = settings.config.connect(settings.tls.clone()).await?;
        tokio::spawn(async move {
            // The error is returned by the call that needs the connection.
            if connection.await.is_err() {
                tracing::debug!("connection to the database lost");
            }
        });
        client.batch_execute(SETTINGS).await?;
        if read_only {
            client.batch_execute("SET default_transaction_read_only = on").await?;
        }
        let encoding: String = client.query_typed_one("SHOW server_encoding", &[]).await?.get(0);
        if encoding != "UTF8" {
            let message = format!(
                "the database {} has the encoding {encoding}, which cannot store every text; create a database with \
                 `createdb --encoding UTF8 --template template0`",
                settings.name
            );
            return Err(Error::new(ErrorKind::Destination, message).into());
        }
        Ok(Self { client, has_staging: false })
    }

    /// Locks a table until the session ends. Another holder may take `patience` to release it: a server needs time to
    /// notice that a process ended.
    pub(super) async fn lock(&self, layout: &Layout, patience: Duration) -> Result<(), Failure> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let statement = format!("SELECT pg_try_advisory_lock({})", layout.lock());
            if self.client.query_typed_one(&statement, &[]).await?.get(0) {
                return Ok(());
            }
            if tokio::time::Instant::now() >= deadline {
                let holder = self.holders().await?.into_iter().find(|holder| holder.lock == layout.lock());
                let (name, advice) = match holder {
                    Some(Holder { name, process, .. }) => (
                        name,
                        format!("wait until it ends, or end its session with SELECT pg_terminate_backend({process})"),
                    ),
                    None => ("another session".to_owned(), "run again".to_owned()),
                };
                let message = format!("{} is being written by {name}; {advice}", layout.display());
                return Err(Error::new(ErrorKind::Locked, message).into());
            }
            tokio::time::sleep(LOCK_INTERVAL).await;
        }
    }

    /// Returns the holders of advisory locks in this database.
    pub(super) async fn holders(&self) -> Result<Vec<Holder>, Failure> {
        let statement = "SELECT l.classid::bigint << 32 | l.objid::bigint, l.pid, \
             coalesce(nullif(a.application_name, ''), 'another session'), coalesce(host(a.client_addr), 'a local socket'), \
             to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
             FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a USING (pid) \
             WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let rows = self.client.query_typed(statement, &[]).await?;
        let holder = |row: &tokio_postgres::Row| {
            let (process, name): (i32, String) = (row.get(1), row.get(2));
            let (address, since): (String, Option<String>) = (row.get(3), row.get(4));
            let since = since.map_or_else(String::new, |since| format!(", since {since}"));
            Holder {
                lock: row.get(0),
                process,
                name: format!("{name} (server process {process}, from {address}{since})"),
            }
        };
        Ok(rows.iter().map(holder).collect())
    }
}

/// Holder of an advisory lock.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) lock: i64,
    /// Id of the server's process.
    pub(super) process: i32,
    /// Name for messages.
    pub(super) name: String,
}
