//! Sources: the rows of a table as batches of changes.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::batch::Batch;
use crate::error::Error;
use crate::schema::Schema;

/// The changes of a table, in the order in which the service lists them.
pub trait Source: Send {
    /// Returns the schema of the batches.
    fn schema(&self) -> &Arc<Schema>;

    /// Returns the next changes; `None` at the end.
    ///
    /// Dropping the future does not lose changes: the next call returns them.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Changes>, Error>>;
}

/// Changes to apply together.
#[derive(Debug)]
#[non_exhaustive]
pub struct Changes {
    /// The rows, at most one change of each.
    pub batch: Batch,
    /// Progress of the source after these changes: a source that is opened with it continues behind them.
    pub progress: Value,
    /// Relation of the rows to a listing of all rows.
    pub stage: Stage,
    /// Number of rows received from the service, with those that are not in the batch.
    pub received: u64,
    /// Size of the responses, in bytes.
    pub bytes: u64,
    /// Number of pages.
    pub pages: u64,
}

/// Relation of a batch to a listing of all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Changes since an earlier run. Other rows of the copy remain.
    Changes,
    /// Rows of a listing of all rows. A row of the copy that the listing does not have no longer exists.
    Listing {
        /// The batch has the first page. Rows that were listed before do not count.
        first: bool,
        /// The batch has the last page; `None` if pages follow. `complete` is `false` if the service listed rows that
        /// cannot be identified: then no row must be taken for deleted.
        end: Option<ListingEnd>,
    },
}

/// End of a listing of all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingEnd {
    /// `false` if the listing had rows that cannot be identified, so that a row that it does not have may still exist.
    pub complete: bool,
}

impl Changes {
    /// Creates changes.
    #[must_use]
    pub fn new(batch: Batch, progress: Value, stage: Stage) -> Self {
        let received = (batch.len() + batch.deleted_len()) as u64 + batch.unidentified();
        Self { batch, progress, stage, received, bytes: 0, pages: 1 }
    }
}
