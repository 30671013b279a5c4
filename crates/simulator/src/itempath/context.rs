//! The context of a request: store, time and user.

use chrono::NaiveDateTime;

use crate::itempath::store::Store;
use crate::itempath::store::row::{self, Row};
use crate::itempath::{body, dates};

/// The store, the time and the user of a request.
pub(super) struct Context<'a> {
    pub(super) store: &'a mut Store,
    /// Simulated time of the request.
    pub(super) now: NaiveDateTime,
    /// The authenticated user.
    pub(super) user: Row,
}

impl<'a> Context<'a> {
    pub(super) fn new(store: &'a mut Store, now: NaiveDateTime, user: &Row) -> Self {
        Self { store, now, user: user.clone() }
    }

    /// Returns the time of the request, formatted.
    pub(super) fn timestamp(&self) -> String {
        dates::format_timestamp(self.now)
    }

    /// Completes a row with default values, stores it and returns its id.
    ///
    /// Rows of Power Pick's tables are missing from the first list after the write: Power Pick processes writes later.
    pub(super) fn insert(&mut self, path: &str, row: Row) -> String {
        let resource = self.store.table(path).resource;
        let is_asynchronous = resource.methods.create && !resource.native;
        self.insert_row(path, row, is_asynchronous.then_some(self.now))
    }

    /// Completes a row, stores it visibly to the next list, and returns its id.
    pub(super) fn insert_visible(&mut self, path: &str, row: Row) -> String {
        self.insert_row(path, row, None)
    }

    fn insert_row(&mut self, path: &str, mut row: Row, hidden_since: Option<NaiveDateTime>) -> String {
        let stamp = self.timestamp();
        let table = self.store.table_mut(path);
        // A row of a world can have an id.
        row.entry("id").or_insert_with(|| table.new_id());
        body::complete(table.resource, &mut row, &stamp);
        let id = row::id(&row);
        let sparse = table.resource.sparse;
        // Collecting into a new map drops the excess capacity.
        let row = row.into_iter().filter(|(_, value)| !sparse || !value.is_null()).collect();
        table.insert(row, hidden_since);
        id
    }
}
