//! Results of a mirror's run.

use std::fmt;

use chrono::{DateTime, Utc};

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
            started,
            finished: started,
            error: None,
        }
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
