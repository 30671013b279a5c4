//! The store: one table per resource.

pub(super) mod row;
pub(super) mod table;

use std::collections::HashMap;

use crate::itempath::loaded::Role;
use crate::itempath::resources;
use crate::itempath::store::row::Row;
use crate::itempath::store::table::Table;

/// All tables.
#[derive(Debug)]
pub(super) struct Store {
    tables: HashMap<&'static str, Table>,
    /// Ids of the orders allocated by requests, oldest first, which are processed as simulated time passes.
    pub(super) allocated_orders: Vec<String>,
    /// Roles of users, that of administrators first.
    pub(super) roles: Vec<Role>,
}

impl Store {
    pub(super) fn new(seed: u64) -> Self {
        let tables = resources::all().map(|resource| (resource.path, Table::new(resource, seed)));
        Self { tables: tables.collect(), allocated_orders: Vec::new(), roles: Vec::new() }
    }

    pub(super) fn table(&self, path: &str) -> &Table {
        self.tables.get(path).expect("every path used in the code has a table")
    }

    pub(super) fn table_mut(&mut self, path: &str) -> &mut Table {
        self.tables.get_mut(path).expect("every path used in the code has a table")
    }

    pub(super) fn row(&self, path: &str, id: &str) -> Option<&Row> {
        self.table(path).get(id)
    }
}
