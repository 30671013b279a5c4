//! Results of a mirror's run.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::batch::Reject;
use crate::error::Error;
use crate::schema::Schema;

/// Result of a run for one table.
#[derive(Debug)]
#[non_exhaustive]
pub struct TableReport {
    /// Name of the API.
    pub api: &'static str,
    /// Name of the table.
    pub table: &'static str,
    /// Number of rows in the copy; in a dry run, before the run.
    pub rows: u64,
    /// Progress at the end.
    pub progress: Progress,
    /// The service listed rows that cannot be identified. Rows that were not listed were not deleted.
    pub incomplete: bool,
    /// All rows were listed, because the service no longer lists the changes since the previous run.
    pub relisted: bool,
    /// The first values that do not have their type, at most 20.
    pub rejected: Vec<Rejected>,
    /// Time by which the clock of this machine is ahead of the service's clock, if it is known. A wrong clock loses no
    /// changes.
    pub clock_offset: Option<TimeDelta>,
    /// Start of the run.
    pub started: DateTime<Utc>,
    /// End of the run.
    pub finished: DateTime<Utc>,
    /// The error that ended the run. What was applied before it remains, and the next run continues.
    pub error: Option<Error>,
}

impl TableReport {
    /// Creates the report of a run that starts.
    pub(crate) fn new(schema: &Schema, started: DateTime<Utc>) -> Self {
        Self {
            api: schema.api(),
            table: schema.name(),
            rows: 0,
            progress: Progress::default(),
            incomplete: false,
            relisted: false,
            rejected: Vec::new(),
            clock_offset: None,
            started,
            finished: started,
            error: None,
        }
    }
}

/// Place of a value that does not have its type. Does not contain the value, which may be personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejected {
    /// Key of the row as text, its columns separated by commas; `None` if the row has no key.
    pub key: Option<String>,
    /// Name of the field on the wire; empty for a row without a key.
    pub field: &'static str,
    /// Expected type, with its article.
    pub expected: &'static str,
}

/// Maximum number of values in [`TableReport::rejected`].
const MAX_REJECTED: usize = 20;

impl TableReport {
    /// Records the values of a batch that do not have their type.
    pub(crate) fn add_rejects(&mut self, rejects: &[Reject]) {
        self.progress.rejects += rejects.len() as u64;
        let places = rejects.iter().take(MAX_REJECTED - self.rejected.len());
        self.rejected.extend(places.map(|reject| Rejected {
            key: reject.key.clone(),
            field: reject.field,
            expected: reject.expected,
        }));
    }
}

/// Progress of a table's run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Rows received from the service.
    pub received: u64,
    /// Pages received from the service.
    pub pages: u64,
    /// Size of the responses, in bytes.
    pub bytes: u64,
    /// Rows that were added or changed.
    pub upserts: u64,
    /// Rows that were deleted.
    pub deletions: u64,
    /// Values that do not have their type, and rows without a key.
    pub rejects: u64,
}

/// Receiver of the progress of a mirror, for example to show it on a terminal.
pub trait Observer: Send + Sync {
    /// Called before a table is opened.
    fn started(&self, _schema: &Schema) {}
    /// Called after each batch.
    fn advanced(&self, _schema: &Schema, _progress: Progress) {}
    /// Called at the end of a table's run, also of a failed one.
    fn finished(&self, _report: &TableReport) {}
}

/// An observer that ignores all progress.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Silent;

impl Observer for Silent {}

impl fmt::Display for TableReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress { upserts, deletions, rejects, .. } = self.progress;
        write!(f, "{}/{}: {} rows; {upserts} added or changed, {deletions} deleted", self.api, self.table, self.rows)?;
        if rejects > 0 {
            write!(f, ", {rejects} rejected")?;
        }
        if self.incomplete {
            f.write_str("; incomplete: rows without a key were listed, so that no row was deleted")?;
        }
        match &self.error {
            Some(error) => write!(f, "; failed: {error}"),
            None => Ok(()),
        }
    }
}
