//! Objects in the order of creation, indexed by id and by number.

use std::collections::{BTreeMap, HashMap};

use crate::ditio::core::record::{Record, text};

/// A table of objects that have an `id`.
pub(super) struct Table {
    rows: BTreeMap<u64, Record>,
    next: u64,
    by_id: HashMap<String, u64>,
    by_key: HashMap<String, u64>,
    key: [&'static str; 2],
}

impl Table {
    /// Creates a table. `key` names the two members that are unique together: the owner and the number.
    pub(super) fn new(key: [&'static str; 2]) -> Self {
        Self { rows: BTreeMap::new(), next: 0, by_id: HashMap::new(), by_key: HashMap::new(), key }
    }

    pub(super) fn insert(&mut self, record: Record) {
        let position = self.next;
        self.next += 1;
        self.by_id.insert(text(&record, "id").to_owned(), position);
        self.by_key.insert(self.key_of(&record), position);
        self.rows.insert(position, record);
    }

    pub(super) fn get(&self, id: &str) -> Option<&Record> {
        self.rows.get(self.by_id.get(id)?)
    }

    /// Returns the object with an owner and a number.
    pub(super) fn find(&self, owner: &str, number: &str) -> Option<&Record> {
        self.rows.get(self.by_key.get(&unique_key(owner, number))?)
    }

    /// Replaces the object with the same id.
    pub(super) fn replace(&mut self, record: Record) {
        let Some(&position) = self.by_id.get(text(&record, "id")) else { return };
        if let Some(old) = self.rows.get(&position) {
            self.by_key.remove(&self.key_of(old));
        }
        self.by_key.insert(self.key_of(&record), position);
        self.rows.insert(position, record);
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Record> {
        let record = self.rows.remove(&self.by_id.remove(id)?)?;
        self.by_key.remove(&self.key_of(&record));
        Some(record)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.rows.values()
    }

    fn key_of(&self, record: &Record) -> String {
        unique_key(text(record, self.key[0]), text(record, self.key[1]))
    }
}

fn unique_key(owner: &str, number: &str) -> String {
    format!("{owner}\n{number}")
}
