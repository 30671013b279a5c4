//! Rows and fields that could not be read.

use keyfob_client::Mismatch;

use super::{Changes, Table};

/// Maximum number of rows, and of fields, that are retained until they are taken.
const MAX_RETAINED: usize = 1000;

impl<O: Table> Changes<O> {
    /// Returns `true` if rows could not be read and were left out. The stream then does not have all changes of the run,
    /// and a row must not be taken for deleted because the stream does not have it.
    ///
    /// The rows that an interrupted run left out before it was resumed count as well: the checkpoint stores that it is
    /// incomplete.
    pub fn is_incomplete(&self) -> bool {
        self.runs.is_incomplete()
    }

    /// Takes the rows that were left out since the last call, at most 1,000, with their JSON and the reason.
    ///
    /// A row whose values do not have the expected types is not left out: the fields are absent, and
    /// [`Record::undecoded`](super::Record::undecoded) returns their JSON.
    pub fn take_left_out(&mut self) -> Vec<Mismatch> {
        std::mem::take(&mut self.left_out)
    }

    /// Takes the paths and expected types of the fields that are absent since the last call, at most 1,000. The paths are
    /// those of the pages: `data[3].qty` is a field of the fourth row of a page.
    pub fn take_mismatches(&mut self) -> Vec<Mismatch> {
        std::mem::take(&mut self.mismatches)
    }

    /// Records the mismatches of the page received last.
    pub(super) fn record_mismatches(&mut self, mismatches: Vec<Mismatch>) {
        let (left_out, fields): (Vec<_>, Vec<_>) = mismatches.into_iter().partition(Mismatch::is_row);
        self.mismatches.extend(fields);
        self.mismatches.truncate(MAX_RETAINED);
        if left_out.is_empty() {
            return;
        }
        self.runs.mark_incomplete();
        self.left_out.extend(left_out);
        self.left_out.truncate(MAX_RETAINED);
    }
}
