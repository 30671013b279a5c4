//! The store: rows of all tables, with indexes.

pub(super) mod files;
pub(super) mod history;
pub(super) mod key;
pub(super) mod row;
pub(super) mod table;
pub(super) mod write_context;
pub(super) mod write_request;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::dvinci::schema::field::Kind;
use crate::dvinci::store::files::Files;
use crate::dvinci::store::history::Histories;
use crate::dvinci::store::key::{Key, placement_key};
use crate::dvinci::store::row::{Row, number, text};
use crate::dvinci::store::table::Table;
use crate::state::random::ObjectIds;

/// The rows of a table.
#[derive(Debug, Default)]
struct TableRows {
    by_key: BTreeMap<Key, Row>,
    last_number: i64,
    by_external_id: HashMap<String, Key>,
}

/// The data of the tenant.
#[derive(Debug)]
pub(super) struct Store {
    tables: BTreeMap<Table, TableRows>,
    /// Ids of applications by person, and of publications by job opening.
    children: BTreeMap<(Table, i64), BTreeSet<i64>>,
    pub(super) files: Files,
    pub(super) histories: Histories,
    /// Links of the configuration by type.
    pub(super) links: BTreeMap<String, Vec<Value>>,
}

impl Store {
    pub(super) fn new(ids: ObjectIds) -> Self {
        Self {
            tables: Table::ALL.into_iter().map(|table| (table, TableRows::default())).collect(),
            children: BTreeMap::new(),
            files: Files::new(ids),
            histories: Histories::default(),
            links: BTreeMap::new(),
        }
    }

    pub(super) fn row(&self, table: Table, key: &Key) -> Option<&Row> {
        self.tables[&table].by_key.get(key)
    }

    /// Returns the row with a numeric id.
    pub(super) fn row_by_number(&self, table: Table, id: i64) -> Option<&Row> {
        self.row(table, &Key::Number(id))
    }

    pub(super) fn rows(&self, table: Table) -> impl Iterator<Item = &Row> {
        self.tables[&table].by_key.values()
    }

    /// Returns the next numeric id.
    pub(super) fn next_number(&mut self, table: Table) -> i64 {
        let rows = self.table(table);
        rows.last_number += 1;
        rows.last_number
    }

    /// Stores a new row, or replaces the row with the same key.
    pub(super) fn put(&mut self, table: Table, key: Key, row: Row) {
        if let (Some(parent), Key::Number(child)) = (parent(table, &row), &key) {
            self.children.entry(parent).or_default().insert(*child);
        }
        let rows = self.table(table);
        if let Some(old) = rows.by_key.get(&key).and_then(|old| external_id(table, old)) {
            rows.by_external_id.remove(&old);
        }
        if let Some(new) = external_id(table, &row) {
            rows.by_external_id.insert(new, key.clone());
        }
        rows.last_number = rows.last_number.max(key.number());
        rows.by_key.insert(key, row);
    }

    /// Changes a stored row without incrementing its version.
    pub(super) fn modify(&mut self, table: Table, key: &Key, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.table(table).by_key.get_mut(key) {
            change(row);
        }
    }

    /// Removes a row, its files and history, and weak references to it.
    pub(super) fn remove(&mut self, table: Table, key: &Key) {
        let Some(row) = self.table(table).by_key.remove(key) else {
            return;
        };
        if let Some(external) = external_id(table, &row) {
            self.table(table).by_external_id.remove(&external);
        }
        if let (Some(parent), Key::Number(child)) = (parent(table, &row), key) {
            self.children.entry(parent).or_default().remove(child);
        }
        self.files.remove_all(table, key.number());
        self.histories.remove(table, key.number());
        self.clear_weak_references(table, &key.value());
    }

    /// Returns the key of the row with an external id; for placements, with the result of [`placement_key`].
    pub(super) fn key_by_external_id(&self, table: Table, external: &str) -> Option<&Key> {
        self.tables[&table].by_external_id.get(external)
    }

    /// Returns the ids of the applications of a person, or of the publications of a job opening.
    pub(super) fn child_ids(&self, parent: Table, id: i64) -> impl Iterator<Item = i64> {
        self.children.get(&(parent, id)).into_iter().flatten().copied()
    }

    /// Returns whether another row refers to a row by a strong reference.
    pub(super) fn is_referenced(&self, table: Table, id: &Value) -> bool {
        Self::reference_fields(table, false).any(|(from, name)| {
            self.rows(from).any(|row| match row.get(name) {
                Some(Value::Array(items)) => items.contains(id),
                Some(Value::Object(reference)) => reference.get("id") == Some(id),
                Some(value) => value == id,
                None => false,
            })
        })
    }

    /// Returns the fields of all tables that refer to a table.
    fn reference_fields(to: Table, weak: bool) -> impl Iterator<Item = (Table, &'static str)> {
        Table::ALL.into_iter().flat_map(move |from| {
            let fields = from.resource().fields().iter();
            fields.filter_map(move |field| {
                let is_reference = match field.kind {
                    Kind::Id(table) | Kind::Ids(table) | Kind::Reference(table) => table == to,
                    _ => false,
                };
                (is_reference && field.weak == weak).then_some((from, field.name))
            })
        })
    }

    fn clear_weak_references(&mut self, table: Table, id: &Value) {
        for (from, name) in Self::reference_fields(table, true).collect::<Vec<_>>() {
            for row in self.table(from).by_key.values_mut() {
                match row.get_mut(name) {
                    Some(Value::Array(items)) => items.retain(|item| item != id),
                    Some(value) if value == id => *value = Value::Null,
                    _ => {}
                }
            }
        }
    }

    fn table(&mut self, table: Table) -> &mut TableRows {
        self.tables.get_mut(&table).expect("every table exists from the start")
    }
}

/// Returns the parent of a row, which never changes.
fn parent(table: Table, row: &Row) -> Option<(Table, i64)> {
    match table {
        Table::Applications => {
            let person = row.get("person")?.get("id")?.as_i64()?;
            Some((Table::Persons, person))
        }
        Table::JobPublications => Some((Table::JobOpenings, number(row, "jobOpeningId")?)),
        _ => None,
    }
}

/// Returns the value by which `?externalId=` finds a row.
fn external_id(table: Table, row: &Row) -> Option<String> {
    if table == Table::Placements {
        return Some(placement_key(text(row, "_partner"), text(row, "externalReference")));
    }
    row.get("externalId")?.as_str().map(str::to_owned)
}
