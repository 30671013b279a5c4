//! Rows of a resource by id.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::digitaleo::request::params::Row;

/// Rows by id. Properties whose names start with `_` are internal.
pub(in crate::digitaleo) struct Rows {
    rows: BTreeMap<u64, Row>,
    /// Id of the next row.
    pub(super) next_id: u64,
}

impl Rows {
    pub(super) fn new(first: u64) -> Self {
        Self { rows: BTreeMap::new(), next_id: first }
    }

    pub(in crate::digitaleo) fn insert(&mut self, row: Row) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.rows.insert(id, row);
        id
    }

    /// Returns a property; `None` for an unknown or internal one. Each row has all properties of its resource.
    pub(in crate::digitaleo) fn get(&self, id: u64, name: &str) -> Option<Value> {
        if name == "id" {
            return Some(json!(id.to_string()));
        }
        if name.starts_with('_') {
            return None;
        }
        self.rows.get(&id)?.get(name).cloned()
    }

    pub(in crate::digitaleo) fn row(&self, id: u64) -> Option<&Row> {
        self.rows.get(&id)
    }

    pub(in crate::digitaleo) fn row_mut(&mut self, id: u64) -> Option<&mut Row> {
        self.rows.get_mut(&id)
    }

    pub(in crate::digitaleo) fn remove(&mut self, id: u64) -> bool {
        self.rows.remove(&id).is_some()
    }

    pub(in crate::digitaleo) fn ids(&self) -> Vec<u64> {
        self.rows.keys().copied().collect()
    }

    pub(in crate::digitaleo) fn iter(&self) -> impl Iterator<Item = (u64, &Row)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }
}
