//! The handle on the reporting API's tables, for tests of what synchronises with them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::ask::Ask;
use super::row::Row;
use super::store::Store;
use super::switches::DitioSwitches;
use super::table::DitioTable;
use crate::state::SharedState;

/// Reads and writes the tables behind Ditio's reporting API, which itself only reads.
///
/// Each call that writes is one instant later than the call before it; all rows of one call share that instant, so
/// that they stay together on a page. After [`Simulator::reset`](crate::Simulator::reset) it works on the new tables.
#[derive(Clone)]
pub struct DitioReporting {
    shared: SharedState,
}

impl DitioReporting {
    pub(crate) fn new(shared: &SharedState) -> Self {
        Self { shared: shared.clone() }
    }

    /// Inserts rows and gives their ids, which are made unless given. A row whose id is known is replaced.
    ///
    /// Members that are not given stay absent, but for `modifiedDateTime`, `isDeleted`, the time of creation and the
    /// time that orders the table.
    pub fn insert(&self, table: DitioTable, rows: impl IntoIterator<Item = Value>) -> Vec<String> {
        let objects = rows.into_iter().filter_map(|row| match row {
            Value::Object(object) => Some(object),
            _ => None,
        });
        let at = self.shared.clock.next_timestamp();
        self.store().insert(table, objects.collect(), at)
    }

    /// Sets the members of `change` in rows, `modifiedDateTime` too; gives how many of the ids were rows.
    pub fn update<I: Into<String>>(&self, table: DitioTable, ids: impl IntoIterator<Item = I>, change: Value) -> usize {
        let set = match change {
            Value::Object(set) => set,
            _ => Map::new(),
        };
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        let at = self.shared.clock.next_timestamp();
        self.store().update(table, &ids, &set, at)
    }

    /// Deletes rows; gives how many of the ids were rows.
    pub fn delete<I: Into<String>>(&self, table: DitioTable, ids: impl IntoIterator<Item = I>) -> usize {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        let at = self.shared.clock.next_timestamp();
        self.store().delete(table, &ids, at)
    }

    /// The rows that exist, in the order of a full extraction, without a filter.
    #[must_use]
    pub fn rows(&self, table: DitioTable) -> Vec<Value> {
        let page = self.store().table(table).page(&self.store().context, &Ask::everything(), false);
        let rows = page.rows.iter();
        rows.map(Row::value).collect()
    }

    /// What is left of the rows that were deleted, oldest deletion first.
    #[must_use]
    pub fn deletions(&self, table: DitioTable) -> Vec<Value> {
        let store = self.store();
        let overlay = store.table(table).read();
        let left = overlay.deletions().map(|entry| &entry.shown);
        left.map(Row::value).collect()
    }

    /// How many rows exist.
    #[must_use]
    pub fn count(&self, table: DitioTable) -> u64 {
        let store = self.store();
        let table = store.table(table);
        table.read().live(table.count())
    }

    /// How many rows were deleted.
    #[must_use]
    pub fn deleted(&self, table: DitioTable) -> u64 {
        self.store().table(table).read().deleted()
    }

    /// How the API behaves now.
    #[must_use]
    pub fn switches(&self) -> DitioSwitches {
        self.store().switches()
    }

    /// Changes how the API behaves.
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
