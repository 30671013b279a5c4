//! What a run has given already, so that it gives nothing twice.

use std::collections::HashSet;

use chrono::NaiveDateTime;

use super::Record;

type Version = (String, NaiveDateTime);

/// The versions of rows that a run has given.
///
/// The vendor says that a deletion may come again on any later page, so all deletions of the run are kept. Other rows can
/// only come again where two pages meet: they are kept for two pages, so that memory does not grow with the table.
#[derive(Debug, Default)]
pub(super) struct Seen {
    deletions: HashSet<Version>,
    page: HashSet<Version>,
    before: HashSet<Version>,
}

impl Seen {
    /// Whether this version of the row is new. One without an id or a time always is: it cannot be told from others.
    pub(super) fn is_new(&mut self, row: &impl Record) -> bool {
        let at = if row.is_deletion() { row.deleted_at() } else { row.modified_at() };
        let (Some(id), Some(at)) = (row.id(), at) else {
            return true;
        };
        let version = (id.to_owned(), at.naive());
        if row.is_deletion() {
            self.deletions.insert(version)
        } else {
            !self.before.contains(&version) && self.page.insert(version)
        }
    }

    pub(super) fn turn_page(&mut self) {
        self.before = std::mem::take(&mut self.page);
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
