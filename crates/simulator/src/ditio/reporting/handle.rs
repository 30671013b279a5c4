//! The handle on the reporting API's tables, for tests of synchronization.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::ditio::reporting::extract::query::ExtractQuery;
use crate::ditio::reporting::switches::DitioSwitches;
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::store::Store;
use crate::ditio::reporting::tables::table::DitioTable;
use crate::state::SharedState;

/// Handle that reads and writes the tables behind Ditio's read-only reporting API.
///
/// All rows of a writing call get the same time of change, one millisecond later than the call before, and so share a
/// page. After [`Simulator::reset`](crate::Simulator::reset) the handle uses the new tables.
#[derive(Clone)]
pub struct DitioReporting {
    shared: SharedState,
}

impl DitioReporting {
    pub(crate) fn new(shared: &SharedState) -> Self {
        Self { shared: shared.clone() }
    }

    /// Inserts rows and returns their ids. A row without an id gets a new id; a row with a known id replaces that row.
    ///
    /// Absent members stay absent, except `modifiedDateTime`, `isDeleted`, the creation time and the time that orders the
    /// table.
    pub fn insert(&self, table: DitioTable, rows: impl IntoIterator<Item = Value>) -> Vec<String> {
        let objects = rows.into_iter().filter_map(|row| match row {
            Value::Object(object) => Some(object),
            _ => None,
        });
        let time = self.shared.clock.next_timestamp();
        self.store().insert(table, objects.collect(), time)
    }

    /// Sets the members of `change` and `modifiedDateTime` in rows. Returns the number of ids found.
    pub fn update<I: Into<String>>(&self, table: DitioTable, ids: impl IntoIterator<Item = I>, change: Value) -> usize {
        let set = match change {
            Value::Object(set) => set,
            _ => Map::new(),
        };
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        let time = self.shared.clock.next_timestamp();
        self.store().update(table, &ids, &set, time)
    }

    /// Deletes rows. Returns the number of ids found.
    pub fn delete<I: Into<String>>(&self, table: DitioTable, ids: impl IntoIterator<Item = I>) -> usize {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        let time = self.shared.clock.next_timestamp();
        self.store().delete(table, &ids, time)
    }

    /// Returns the rows that are not deleted, in the order of a full extraction.
    #[must_use]
    pub fn rows(&self, table: DitioTable) -> Vec<Value> {
        let page = self.store().table(table).page(&self.store().context, &ExtractQuery::all(), false);
        let rows = page.rows.iter();
        rows.map(Row::value).collect()
    }

    /// Returns the tombstones of deleted rows, oldest deletion first.
    #[must_use]
    pub fn deletions(&self, table: DitioTable) -> Vec<Value> {
        let store = self.store();
        let overlay = store.table(table).read();
        let tombstones = overlay.deletions().map(|entry| &entry.output);
        tombstones.map(Row::value).collect()
    }

    /// Returns the number of rows that are not deleted.
    #[must_use]
    pub fn count(&self, table: DitioTable) -> u64 {
        let store = self.store();
        let table = store.table(table);
        table.read().row_count(table.count())
    }

    /// Returns the number of deleted rows.
    #[must_use]
    pub fn deleted(&self, table: DitioTable) -> u64 {
        self.store().table(table).read().deleted()
    }

    /// Returns the current behaviour of the API.
    #[must_use]
    pub fn switches(&self) -> DitioSwitches {
        self.store().switches()
    }

    /// Changes the behaviour of the API.
    pub fn switch(&self, change: impl FnOnce(&mut DitioSwitches)) {
        self.store().switch(change);
    }

    fn store(&self) -> Arc<Store> {
        self.shared.extensions.get().expect("the reporting API is mounted from the start")
    }
}

impl std::fmt::Debug for DitioReporting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DitioReporting").finish_non_exhaustive()
    }
}
