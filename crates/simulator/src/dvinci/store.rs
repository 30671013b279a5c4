//! The rows of all tables, with their indexes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::call::Row;
use super::field::Kind;
use super::files::Files;
use super::history::Histories;
use super::table::{Table, number, text};
use crate::state::random::ObjectIds;

/// What names a row in its table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Number(i64),
    Name(String),
}

impl Key {
    /// The key that a path says, if it can be one of that table.
    pub(super) fn parse(table: Table, text: &str) -> Option<Self> {
        if table.has_names() { Some(Self::Name(text.to_owned())) } else { text.parse().ok().map(Self::Number) }
    }

    /// The key that a JSON value is.
    pub(super) fn of(table: Table, value: &Value) -> Option<Self> {
        if table.has_names() {
            value.as_str().map(|name| Self::Name(name.to_owned()))
        } else {
            value.as_i64().map(Self::Number)
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Number(number) => Value::from(*number),
            Self::Name(name) => Value::from(name.as_str()),
        }
    }

    /// The number; 0, which no row has, for a name.
    pub(super) fn number(&self) -> i64 {
        match self {
            Self::Number(number) => *number,
            Self::Name(_) => 0,
        }
    }
}

#[derive(Debug, Default)]
struct Rows {
    by_key: BTreeMap<Key, Row>,
    last: i64,
    external: HashMap<String, Key>,
}

#[derive(Debug)]
pub(super) struct Store {
    tables: BTreeMap<Table, Rows>,
    /// Applications by person, publications by job opening.
    children: BTreeMap<(Table, i64), BTreeSet<i64>>,
    pub(super) files: Files,
    pub(super) histories: Histories,
    /// The links of the configuration, by type.
    pub(super) links: BTreeMap<String, Vec<Value>>,
}

impl Store {
    pub(super) fn new(ids: ObjectIds) -> Self {
        Self {
            tables: Table::ALL.into_iter().map(|table| (table, Rows::default())).collect(),
            children: BTreeMap::new(),
            files: Files::new(ids),
            histories: Histories::default(),
            links: BTreeMap::new(),
        }
    }

    pub(super) fn row(&self, table: Table, key: &Key) -> Option<&Row> {
        self.tables[&table].by_key.get(key)
    }

    /// A row whose id is a number.
    pub(super) fn numbered(&self, table: Table, id: i64) -> Option<&Row> {
        self.row(table, &Key::Number(id))
    }

    pub(super) fn rows(&self, table: Table) -> impl Iterator<Item = &Row> {
        self.tables[&table].by_key.values()
    }

    /// The next free number.
    pub(super) fn next_number(&mut self, table: Table) -> i64 {
        let rows = self.table(table);
        rows.last += 1;
        rows.last
    }

    /// Stores a new row or a new state of one.
    pub(super) fn put(&mut self, table: Table, key: Key, row: Row) {
        if let (Some(parent), Key::Number(child)) = (parent(table, &row), &key) {
            self.children.entry(parent).or_default().insert(*child);
        }
        let rows = self.table(table);
        if let Some(old) = rows.by_key.get(&key).and_then(|old| external(table, old)) {
            rows.external.remove(&old);
        }
        if let Some(new) = external(table, &row) {
            rows.external.insert(new, key.clone());
        }
        rows.last = rows.last.max(key.number());
        rows.by_key.insert(key, row);
    }

    /// Changes a stored row without its version.
    pub(super) fn touch(&mut self, table: Table, key: &Key, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.table(table).by_key.get_mut(key) {
            change(row);
        }
    }

    /// Takes a row out, and what refers to it weakly.
    pub(super) fn remove(&mut self, table: Table, key: &Key) {
        let Some(row) = self.table(table).by_key.remove(key) else {
            return;
        };
        if let Some(external) = external(table, &row) {
            self.table(table).external.remove(&external);
        }
        if let (Some(parent), Key::Number(child)) = (parent(table, &row), key) {
            self.children.entry(parent).or_default().remove(child);
        }
        self.files.forget(table, key.number());
        self.histories.forget(table, key.number());
        self.cut_weak(table, &key.value());
    }

    /// The row with an external id, which for placements is the partner's and its reference.
    pub(super) fn by_external(&self, table: Table, external: &str) -> Option<&Key> {
        self.tables[&table].external.get(external)
    }

    /// The applications of a person, the publications of a job opening.
    pub(super) fn children(&self, parent: Table, id: i64) -> impl Iterator<Item = i64> {
        self.children.get(&(parent, id)).into_iter().flatten().copied()
    }

    /// Whether a row is needed by another.
    pub(super) fn is_needed(&self, table: Table, id: &Value) -> bool {
        Self::references(table, false).any(|(from, name)| {
            self.rows(from).any(|row| match row.get(name) {
                Some(Value::Array(items)) => items.contains(id),
                Some(Value::Object(reference)) => reference.get("id") == Some(id),
                Some(value) => value == id,
                None => false,
            })
        })
    }

    /// The fields of all tables that refer to a table.
    fn references(to: Table, weak: bool) -> impl Iterator<Item = (Table, &'static str)> {
        Table::ALL.into_iter().flat_map(move |from| {
            let fields = from.resource().fields().iter();
            fields.filter_map(move |field| {
                let aims = match field.kind {
                    Kind::Row(table) | Kind::Rows(table) | Kind::Reference(table) => table == to,
                    _ => false,
                };
                (aims && field.weak == weak).then_some((from, field.name))
            })
        })
    }

    fn cut_weak(&mut self, table: Table, id: &Value) {
        for (from, name) in Self::references(table, true).collect::<Vec<_>>() {
            for row in self.table(from).by_key.values_mut() {
                match row.get_mut(name) {
                    Some(Value::Array(items)) => items.retain(|item| item != id),
                    Some(value) if value == id => *value = Value::Null,
                    _ => {}
                }
            }
        }
    }

    fn table(&mut self, table: Table) -> &mut Rows {
        self.tables.get_mut(&table).expect("every table is there from the start")
    }
}

/// The row that another row hangs on for ever.
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

/// What `?externalId=` finds a row by.
fn external(table: Table, row: &Row) -> Option<String> {
    if table == Table::Placements {
        return Some(partner_key(text(row, "_partner"), text(row, "externalReference")));
    }
    row.get("externalId")?.as_str().map(str::to_owned)
}

/// Partners have their references each for themselves.
pub(super) fn partner_key(partner: &str, reference: &str) -> String {
    format!("{partner}/{reference}")
}
