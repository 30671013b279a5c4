//! The rows: one table per resource, in the order of creation, found by id and by parent.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Map, Value};

use super::resources;
use super::schema::Resource;
use crate::state::random::Random;

/// A row as it is stored. Members whose names begin with `~` can be filtered by and are not shown.
pub(super) type Row = Map<String, Value>;

#[derive(Debug)]
struct Entry {
    row: Row,
    /// When the row was written, as long as lists miss it.
    unseen_since: Option<NaiveDateTime>,
}

/// How much simulated time makes a fresh row visible without a list that misses it.
const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(1);

#[derive(Debug)]
pub(super) struct Table {
    pub(super) resource: &'static Resource,
    rows: BTreeMap<u64, Entry>,
    by_id: HashMap<String, u64>,
    by_parent: HashMap<String, Vec<u64>>,
    last: u64,
    random: Random,
}

impl Table {
    fn new(resource: &'static Resource, seed: u64) -> Self {
        Self {
            resource,
            rows: BTreeMap::new(),
            by_id: HashMap::new(),
            by_parent: HashMap::new(),
            last: 0,
            random: Random::new(seed, &format!("itempath/ids/{}", resource.path)),
        }
    }

    /// The id of the next row: a counter, or a GUID from the seed.
    pub(super) fn new_id(&mut self) -> Value {
        if self.resource.own {
            return Value::from(self.last + 1);
        }
        let hex = self.random.hex(32).to_uppercase();
        Value::from(format!("{}-{}-4{}-A{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]))
    }

    pub(super) fn insert(&mut self, row: Row, unseen_since: Option<NaiveDateTime>) {
        self.last += 1;
        self.by_id.insert(key(&row["id"]), self.last);
        if let Some(parent) = row.get(self.resource.parent) {
            self.by_parent.entry(key(parent)).or_default().push(self.last);
        }
        self.rows.insert(self.last, Entry { row, unseen_since });
    }

    /// A row by its id, letters in any case.
    pub(super) fn get(&self, id: &str) -> Option<&Row> {
        let number = self.by_id.get(&id.to_uppercase())?;
        self.rows.get(number).map(|entry| &entry.row)
    }

    /// A row to change; neither its id nor its parent.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Row> {
        let number = self.by_id.get(&id.to_uppercase())?;
        self.rows.get_mut(number).map(|entry| &mut entry.row)
    }

    /// Puts a changed row in the place of the one with its id.
    pub(super) fn replace(&mut self, row: Row) {
        let Some(&number) = self.by_id.get(&key(&row["id"])) else {
            return;
        };
        let entry = self.rows.get_mut(&number).expect("an id that is known has a row");
        let parent = self.resource.parent;
        let (old, new) = (entry.row.get(parent).map(key), row.get(parent).map(key));
        entry.row = row;
        if old != new {
            if let Some(siblings) = old.and_then(|old| self.by_parent.get_mut(&old)) {
                siblings.retain(|sibling| *sibling != number);
            }
            if let Some(new) = new {
                self.by_parent.entry(new).or_default().push(number);
            }
        }
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Row> {
        let number = self.by_id.remove(&id.to_uppercase())?;
        let row = self.rows.remove(&number)?.row;
        if let Some(parent) = row.get(self.resource.parent).map(key)
            && let Some(siblings) = self.by_parent.get_mut(&parent)
        {
            siblings.retain(|sibling| *sibling != number);
            if siblings.is_empty() {
                self.by_parent.remove(&parent);
            }
        }
        Some(row)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().map(|entry| &entry.row)
    }

    /// The rows of a parent, in the order of creation.
    pub(super) fn children<'a>(&'a self, parent: &str) -> impl Iterator<Item = &'a Row> + use<'a> {
        let numbers = self.by_parent.get(&parent.to_uppercase()).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| self.rows.get(number)).map(|entry| &entry.row)
    }

    /// The ids of the rows of a parent.
    pub(super) fn children_ids(&self, parent: &str) -> Vec<String> {
        self.children(parent).map(id).collect()
    }

    /// The first row with this text in a member, letters in any case.
    pub(super) fn find(&self, member: &str, text: &str) -> Option<&Row> {
        let wanted = text.to_lowercase();
        self.rows().find(|row| {
            let value = row.get(member).and_then(Value::as_str);
            value.is_some_and(|value| value.len() == wanted.len() && value.to_lowercase() == wanted)
        })
    }

    /// What a list sees now; what it misses is there for the next one.
    pub(super) fn visible(&mut self, now: NaiveDateTime) -> impl Iterator<Item = &Row> {
        let mut missed = Vec::new();
        for (number, entry) in &mut self.rows {
            if let Some(since) = entry.unseen_since.take()
                && now < since + SETTLED_AFTER
            {
                missed.push(*number);
            }
        }
        self.rows.iter().filter(move |(number, _)| missed.binary_search(number).is_err()).map(|(_, entry)| &entry.row)
    }

    /// Forgets the oldest rows above so many.
    pub(super) fn keep(&mut self, most: usize) {
        while self.rows.len() > most {
            let Some((_, oldest)) = self.rows.first_key_value() else {
                return;
            };
            let id = id(&oldest.row);
            self.remove(&id);
        }
    }
}

/// Every table.
#[derive(Debug)]
pub(super) struct Store {
    tables: HashMap<&'static str, Table>,
    /// The orders that were allocated by a call, oldest first: the warehouse works on them as time goes by.
    pub(super) under_way: Vec<String>,
}

impl Store {
    pub(super) fn new(seed: u64) -> Self {
        let tables = resources::all().map(|resource| (resource.path, Table::new(resource, seed)));
        Self { tables: tables.collect(), under_way: Vec::new() }
    }

    pub(super) fn table(&self, path: &str) -> &Table {
        self.tables.get(path).expect("the table has every name that the code uses")
    }

    pub(super) fn table_mut(&mut self, path: &str) -> &mut Table {
        self.tables.get_mut(path).expect("the table has every name that the code uses")
    }

    pub(super) fn row(&self, path: &str, id: &str) -> Option<&Row> {
        self.table(path).get(id)
    }
}

/// The id of a row as text.
pub(super) fn id(row: &Row) -> String {
    text(row, "id")
}

/// A member as text; empty when there is none.
pub(super) fn text(row: &Row, member: &str) -> String {
    match row.get(member) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

/// A member as a number; 0 when there is none.
pub(super) fn number(row: &Row, member: &str) -> f64 {
    row.get(member).and_then(Value::as_f64).unwrap_or_default()
}

/// A member as an integer; 0 when there is none.
pub(super) fn integer(row: &Row, member: &str) -> i64 {
    row.get(member).and_then(Value::as_i64).unwrap_or_default()
}

/// What rows are found by.
fn key(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_uppercase(),
        other => other.to_string(),
    }
}
