//! Rows that could not be read.

use keyfob_client::{Mismatch, paging::Pages};

use super::{Changes, Table};

/// Maximum number of rows that are retained until they are taken.
const MAX_RETAINED: usize = 1000;

impl<O: Table> Changes<O> {
    /// Returns `true` if rows could not be read and were left out. The stream then does not have all changes of the run,
    /// and a row must not be taken for deleted because the stream does not have it.
    ///
    /// The rows that an interrupted run left out before it was resumed count as well: the checkpoint stores that it is
    /// incomplete.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete || self.run.is_incomplete()
    }

    /// Takes the rows that were left out since the last call, at most 1,000, with their JSON and the reason.
    ///
    /// A row whose values do not have the expected types is not left out: the fields are absent, and
    /// [`Record::undecoded`](super::Record::undecoded) returns their JSON.
    pub fn take_left_out(&mut self) -> Vec<Mismatch> {
        std::mem::take(&mut self.left_out)
    }

    /// Records the rows that were left out of the page received last.
    pub(super) fn record_left_out(&mut self, left_out: Vec<Mismatch>) {
        if left_out.is_empty() {
            return;
        }
        self.incomplete = true;
        self.run.mark_incomplete();
        self.left_out.extend(left_out);
        self.left_out.truncate(MAX_RETAINED);
    }
}

/// Returns the rows that were left out of the page received last.
pub(super) fn of_page<O: Table>(pages: &Pages<O>) -> Vec<Mismatch> {
    pages.mismatches().iter().filter(|mismatch| mismatch.is_row()).cloned().collect()
}
