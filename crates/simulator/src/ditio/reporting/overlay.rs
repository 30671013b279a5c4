//! What was inserted, changed and deleted since the seed: it lies over the computed rows.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use super::row::Row;

/// A position in an extraction: a time in milliseconds, or an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Time(i64),
    Id(String),
}

/// One record that differs from the seed.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What is sent: the record, or what a deletion leaves of it.
    pub(super) shown: Row,
    /// The record before the deletion, which filters look at.
    pub(super) facts: Row,
    pub(super) deleted: bool,
    /// Where a full extraction has it.
    pub(super) key: Key,
    /// Where an incremental one has it.
    pub(super) changed: i64,
}

#[derive(Debug, Default)]
pub(super) struct Overlay {
    entries: HashMap<String, Entry>,
    by_key: BTreeSet<(Key, String)>,
    by_change: BTreeSet<(Key, String)>,
    /// Computed rows that have an entry.
    hidden: HashSet<u64>,
    deleted: u64,
    /// How many ids were made for inserted rows.
    pub(super) made: u64,
}

impl Overlay {
    pub(super) fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// Whether a computed row has an entry instead.
    pub(super) fn hides(&self, i: u64) -> bool {
        self.hidden.contains(&i)
    }

    pub(super) fn deleted(&self) -> u64 {
        self.deleted
    }

    /// How many rows there are besides `computed` ones.
    pub(super) fn live(&self, computed: u64) -> u64 {
        computed - self.hidden.len() as u64 + self.entries.len() as u64 - self.deleted
    }

    /// Puts a record in place of its earlier self; `seeded` is its number if it is a computed one.
    pub(super) fn put(&mut self, id: &str, seeded: Option<u64>, entry: Entry) {
        if let Some(old) = self.entries.remove(id) {
            self.by_key.remove(&(old.key, id.to_owned()));
            self.by_change.remove(&(Key::Time(old.changed), id.to_owned()));
            self.deleted -= u64::from(old.deleted);
        }
        self.hidden.extend(seeded);
        self.deleted += u64::from(entry.deleted);
        if !entry.deleted {
            self.by_key.insert((entry.key.clone(), id.to_owned()));
        }
        self.by_change.insert((Key::Time(entry.changed), id.to_owned()));
        self.entries.insert(id.to_owned(), entry);
    }

    /// The entries from a position on, in the order of changes or in that of full extractions.
    pub(super) fn from(&self, by_change: bool, start: Option<Key>) -> impl Iterator<Item = (&Key, &Entry)> {
        let index = if by_change { &self.by_change } else { &self.by_key };
        let start = start.map_or(Bound::Unbounded, |key| Bound::Included((key, String::new())));
        index.range((start, Bound::Unbounded)).map(|(key, id)| (key, &self.entries[id]))
    }

    pub(super) fn deletions(&self) -> impl Iterator<Item = &Entry> {
        self.by_change.iter().map(|(_, id)| &self.entries[id]).filter(|entry| entry.deleted)
    }
}
