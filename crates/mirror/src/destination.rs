//! Destinations: where a copy is written.

pub mod changes;
pub(crate) mod disk;
#[cfg(feature = "files")]
#[cfg_attr(docsrs, doc(cfg(feature = "files")))]
pub mod files;
mod json;
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub mod postgres;
#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub mod sqlite;
mod text;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::index::RowIndex;
use crate::schema::Schema;

/// A database or a file that copies of tables are written to.
pub trait Destination: Send + Sync {
    /// Returns the name for messages, without credentials, for example `sqlite:copy.db`.
    fn name(&self) -> String;

    /// Locks the copy of a table for this process and opens it.
    ///
    /// Creates the copy if it does not exist. Adds the columns of the schema that the copy does not have; a column that
    /// the schema no longer has remains, with nulls in new rows. With `read_only`, nothing is created, changed or
    /// locked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked) if another process has the lock; the message names it.
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if a column has another type, or the copy was not written by
    /// this crate.
    fn open<'a>(
        &'a self,
        schema: &'a Arc<Schema>,
        read_only: bool,
    ) -> BoxFuture<'a, Result<Box<dyn TableWriter>, Error>>;

    /// Returns the state of all copies in this destination, also of those that another process is writing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Destination`](crate::ErrorKind::Destination) if the destination cannot be read.
    fn status(&self) -> BoxFuture<'_, Result<Vec<TableStatus>, Error>>;
}

impl<D: Destination + ?Sized> Destination for Box<D> {
    fn name(&self) -> String {
        (**self).name()
    }

    fn open<'a>(
        &'a self,
        schema: &'a Arc<Schema>,
        read_only: bool,
    ) -> BoxFuture<'a, Result<Box<dyn TableWriter>, Error>> {
        (**self).open(schema, read_only)
    }

    fn status(&self) -> BoxFuture<'_, Result<Vec<TableStatus>, Error>> {
        (**self).status()
    }
}

/// The copy of one table, open and locked until it is dropped.
pub trait TableWriter: Send {
    /// Returns the checkpoint that was stored last; `None` for a new copy.
    fn checkpoint(&self) -> Option<&Checkpoint>;

    /// Reads the hashes of all rows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Destination`](crate::ErrorKind::Destination) if the copy cannot be read.
    fn index(&mut self) -> BoxFuture<'_, Result<RowIndex, Error>>;

    /// Applies a batch and stores the checkpoint, in one transaction.
    ///
    /// The rejects of a row replace its earlier rejects; a row without rejects has none afterwards. A row whose hash is
    /// that of the copy is not written. A deletion of a row that the copy does not have has no effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Destination`](crate::ErrorKind::Destination); the copy then has the state before the call.
    fn apply<'a>(&'a mut self, batch: Batch, checkpoint: &'a Checkpoint) -> BoxFuture<'a, Result<Applied, Error>>;

    /// Ends a listing of all rows: removes what the listing does not have and stores the checkpoint, in one transaction.
    /// Returns the number of deleted rows.
    ///
    /// # Errors
    ///
    /// As [`apply`](TableWriter::apply).
    fn end_listing<'a>(
        &'a mut self,
        listed: Listed<'a>,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<u64, Error>>;

    /// Ends a run: makes the applied changes visible, if they are not yet, and records the run. Returns the number of
    /// rows in the copy.
    ///
    /// Called after a failed or interrupted run too. A destination that shows changes at the end only then retains them
    /// for the next run, and returns the number of rows that are visible.
    ///
    /// # Errors
    ///
    /// As [`apply`](TableWriter::apply).
    fn finish<'a>(&'a mut self, run: &'a Run) -> BoxFuture<'a, Result<u64, Error>>;
}

/// Content of a listing of all rows that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The rows that the copy had before. Those that are [unlisted](RowIndex::is_unlisted) no longer exist and are to be
    /// deleted; rows that were added since the index was read remain. `None` if no row is to be deleted: the copy was
    /// empty, or the listing had rows that cannot be identified.
    pub index: Option<&'a RowIndex>,
    /// Start of the listing. A rejected row without a key that was not received since then no longer exists, and its
    /// reject is to be removed.
    pub from: DateTime<Utc>,
}

/// Number of rows that a batch changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows that were added or changed.
    pub upserts: u64,
    /// Rows that were deleted.
    pub deletions: u64,
}

/// Record of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// Start of the run.
    pub started: DateTime<Utc>,
    /// End of the run.
    pub finished: DateTime<Utc>,
    /// Rows received from the service.
    pub received: u64,
    /// Rows that were added or changed.
    pub upserts: u64,
    /// Rows that were deleted.
    pub deletions: u64,
    /// Values that do not have their type, and rows without a key.
    pub rejects: u64,
    /// Message of the error that ended the run; `None` after a complete run.
    pub error: Option<String>,
}

/// State of a copy.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TableStatus {
    /// Name of the API.
    pub api: String,
    /// Name of the table.
    pub table: String,
    /// Number of rows.
    pub rows: u64,
    /// Number of values in `_keyfob_rejects`.
    pub rejects: u64,
    /// The last run; `None` if the first run has not ended.
    pub last_run: Option<Run>,
    /// Start of the last complete run: the copy has all changes until then.
    pub current_to: Option<DateTime<Utc>>,
    /// The process that writes the copy now.
    pub writer: Option<String>,
}
