//! Sources: the rows of a table as batches of changes.

mod append;
mod dates;
mod listing;
mod modified_since;
mod recent;
mod snapshot;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use keyfob_client::Session;
use keyfob_client::table::ChangeDetection;
use serde_json::Value;

use self::append::{Append, Filter};
use self::dates::Dates;
use self::listing::ListingOptions;
use self::modified_since::ModifiedSince;
use self::snapshot::Snapshot;

use crate::batch::Batch;
use crate::checkpoint::Window;
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

    /// Starts another listing of all rows after the end of the first, if the first may lack rows that exist: a row moves
    /// to an earlier page when a row before it is deleted. Returns `false`, without an effect, if it cannot lack rows.
    ///
    /// [`next`](Source::next) then returns the rows again, as further pages of the same listing.
    fn list_again(&mut self) -> bool {
        false
    }

    /// Returns the time by which the clock of this machine is ahead of the service's clock, if it is known.
    fn clock_offset(&self) -> Option<TimeDelta> {
        None
    }

    /// Returns `true` if all rows are listed because the service no longer lists the changes since the previous run.
    fn is_expired(&self) -> bool {
        false
    }
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

/// Options of a table's source.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SourceOptions {
    /// Dates that limit the copy.
    pub window: Window,
    /// Number of rows to request in a page; the table's own by default.
    pub page_size: Option<u32>,
    /// Time before the start of the previous run from which changes are listed again; the table's own by default.
    pub overlap: Option<Duration>,
}

/// Opens the source of a table behind `progress`, which is the [`Changes::progress`] that was stored last, or null for
/// a listing of all rows.
///
/// The way to find changes stands in the table's description: changes since a time, rows after the greatest value of a
/// column, or all rows in each run.
///
/// # Errors
///
/// [`ErrorKind::Settings`](crate::ErrorKind::Settings) if the table cannot be limited by the dates;
/// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if the progress is not that of such a source.
pub fn open(
    session: &Session,
    schema: &Arc<Schema>,
    options: &SourceOptions,
    progress: &Value,
) -> Result<Box<dyn Source>, Error> {
    let dates = Dates::new(schema, &options.window)?;
    let listing = ListingOptions::new(session, schema, options.page_size);
    Ok(match schema.table().changes {
        ChangeDetection::ModifiedSince { parameter, overlap, .. } => {
            let overlap = options.overlap.unwrap_or(Duration::from_secs(overlap.into()));
            let overlap = TimeDelta::from_std(overlap).unwrap_or(TimeDelta::MAX);
            Box::new(ModifiedSince::new(listing, dates, parameter, overlap, progress)?)
        }
        ChangeDetection::Append { parameter, prefix, column, overlap } => {
            match schema.columns().iter().position(|known| known.wire == column) {
                Some(column) => {
                    Box::new(Append::new(&listing, &dates, Filter { parameter, prefix, column, overlap }, progress)?)
                }
                // The column is left out of the copy.
                None => Box::new(Snapshot::new(listing, &dates)),
            }
        }
        ChangeDetection::Snapshot => Box::new(Snapshot::new(listing, &dates)),
    })
}
