//! Rows inserted, changed or deleted since the start, which replace computed rows.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use crate::ditio::reporting::tables::row::Row;

/// A position in an extraction: a time in milliseconds, or an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ditio::reporting) enum Key {
    Time(i64),
    Id(String),
}

/// A row that differs from the seed.
#[derive(Clone, Debug)]
pub(in crate::ditio::reporting) struct Entry {
    /// Row in responses: the record, or its tombstone.
    pub(in crate::ditio::reporting) output: Row,
    /// Record before a deletion, which filters check.
    pub(in crate::ditio::reporting) original: Row,
    pub(in crate::ditio::reporting) deleted: bool,
    /// Position in a full extraction.
    pub(in crate::ditio::reporting) key: Key,
    /// Position in an incremental extraction.
    pub(in crate::ditio::reporting) changed: i64,
}

/// The changed rows of a table.
#[derive(Debug, Default)]
pub(in crate::ditio::reporting) struct Overlay {
    entries: HashMap<String, Entry>,
    by_key: BTreeSet<(Key, String)>,
    by_change: BTreeSet<(Key, String)>,
    /// Indexes of computed rows that have an entry.
    hidden: HashSet<u64>,
    deleted: u64,
    /// Number of ids generated for inserted rows.
    pub(in crate::ditio::reporting) generated_ids: u64,
}

impl Overlay {
    pub(in crate::ditio::reporting) fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// Returns true if an entry replaces a computed row.
    pub(in crate::ditio::reporting) fn replaces(&self, i: u64) -> bool {
        self.hidden.contains(&i)
    }

    /// Returns the number of deleted entries.
    pub(in crate::ditio::reporting) fn deleted(&self) -> u64 {
        self.deleted
    }

    /// Returns the number of rows that are not deleted, given the number of computed rows.
    pub(in crate::ditio::reporting) fn row_count(&self, computed: u64) -> u64 {
        computed - self.hidden.len() as u64 + self.entries.len() as u64 - self.deleted
    }

    /// Inserts or replaces an entry. `seeded` is the index of the computed row with the id.
    pub(in crate::ditio::reporting) fn put(&mut self, id: &str, seeded: Option<u64>, entry: Entry) {
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

    /// Returns the entries from a position, in the order of changes or of full extractions.
    pub(in crate::ditio::reporting) fn range_from(
        &self,
        by_change: bool,
        start: Option<Key>,
    ) -> impl Iterator<Item = (&Key, &Entry)> {
        let index = if by_change { &self.by_change } else { &self.by_key };
        let start = start.map_or(Bound::Unbounded, |key| Bound::Included((key, String::new())));
        index.range((start, Bound::Unbounded)).map(|(key, id)| (key, &self.entries[id]))
    }

    /// Returns the deleted entries, oldest deletion first.
    pub(in crate::ditio::reporting) fn deletions(&self) -> impl Iterator<Item = &Entry> {
        self.by_change.iter().map(|(_, id)| &self.entries[id]).filter(|entry| entry.deleted)
    }
}
