//! Versions of rows that a run has returned, to drop repeats.

use std::collections::HashSet;

use chrono::NaiveDateTime;

use super::Record;

type Version = (String, NaiveDateTime);

/// Versions of rows that a run has returned.
///
/// By Ditio's documentation any later page may repeat a deletion, so all deletions of the run are retained. Other rows
/// can repeat only on the following page, so they are retained for two pages: memory does not grow with the table.
#[derive(Debug, Default)]
pub(super) struct SeenVersions {
    deletions: HashSet<Version>,
    current_page: HashSet<Version>,
    previous_page: HashSet<Version>,
}

impl SeenVersions {
    /// Records this version of the row and returns true if it is new. A row without an id or a time always counts as
    /// new, because it cannot be identified.
    pub(super) fn is_new(&mut self, row: &impl Record) -> bool {
        let at = if row.is_deletion() { row.deleted_at() } else { row.modified_at() };
        let (Some(id), Some(at)) = (row.id(), at) else {
            return true;
        };
        let version = (id.to_owned(), at.naive());
        if row.is_deletion() {
            self.deletions.insert(version)
        } else {
            !self.previous_page.contains(&version) && self.current_page.insert(version)
        }
    }

    /// Starts a new page.
    pub(super) fn start_page(&mut self) {
        self.previous_page = std::mem::take(&mut self.current_page);
    }

    /// Starts a new run.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
