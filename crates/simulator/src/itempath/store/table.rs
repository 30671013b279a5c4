//! A table: rows in the order of creation, indexed by id and by parent.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::Value;

use crate::itempath::schema::Resource;
use crate::itempath::store::row::{Row, id};
use crate::state::random::Random;

/// Simulated time after which a new row is visible even in the first list after the write.
const VISIBLE_AFTER: TimeDelta = TimeDelta::seconds(1);

#[derive(Debug)]
struct Entry {
    row: Row,
    /// Time of the write, until the row is visible in lists.
    hidden_since: Option<NaiveDateTime>,
}

/// The rows of a resource.
#[derive(Debug)]
pub(in crate::itempath) struct Table {
    pub(in crate::itempath) resource: &'static Resource,
    rows: BTreeMap<u64, Entry>,
    by_id: HashMap<String, u64>,
    by_parent: HashMap<String, Vec<u64>>,
    last: u64,
    random: Random,
}

impl Table {
    pub(super) fn new(resource: &'static Resource, seed: u64) -> Self {
        Self {
            resource,
            rows: BTreeMap::new(),
            by_id: HashMap::new(),
            by_parent: HashMap::new(),
            last: 0,
            random: Random::new(seed, &format!("itempath/ids/{}", resource.path)),
        }
    }

    /// Returns the id of the next row: a counter, or a GUID derived from the seed.
    pub(in crate::itempath) fn new_id(&mut self) -> Value {
        if self.resource.native {
            return Value::from(self.last + 1);
        }
        let hex = self.random.hex(32).to_uppercase();
        Value::from(format!("{}-{}-4{}-A{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]))
    }

    pub(in crate::itempath) fn insert(&mut self, row: Row, hidden_since: Option<NaiveDateTime>) {
        self.last += 1;
        self.by_id.insert(index_key(&row["id"]), self.last);
        if let Some(parent) = row.get(self.resource.parent) {
            self.by_parent.entry(index_key(parent)).or_default().push(self.last);
        }
        self.rows.insert(self.last, Entry { row, hidden_since });
    }

    /// Returns the row with an id, compared case-insensitively.
    pub(in crate::itempath) fn get(&self, id: &str) -> Option<&Row> {
        let number = self.by_id.get(&id.to_uppercase())?;
        self.rows.get(number).map(|entry| &entry.row)
    }

    /// Returns a mutable row. Id and parent are indexed and must not change.
    pub(in crate::itempath) fn get_mut(&mut self, id: &str) -> Option<&mut Row> {
        let number = self.by_id.get(&id.to_uppercase())?;
        self.rows.get_mut(number).map(|entry| &mut entry.row)
    }

    /// Replaces the row with the same id; its parent may change.
    pub(in crate::itempath) fn replace(&mut self, row: Row) {
        let Some(&number) = self.by_id.get(&index_key(&row["id"])) else {
            return;
        };
        let entry = self.rows.get_mut(&number).expect("every indexed id has a row");
        let parent = self.resource.parent;
        let (old, new) = (entry.row.get(parent).map(index_key), row.get(parent).map(index_key));
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

    pub(in crate::itempath) fn remove(&mut self, id: &str) -> Option<Row> {
        let number = self.by_id.remove(&id.to_uppercase())?;
        let row = self.rows.remove(&number)?.row;
        if let Some(parent) = row.get(self.resource.parent).map(index_key)
            && let Some(siblings) = self.by_parent.get_mut(&parent)
        {
            siblings.retain(|sibling| *sibling != number);
            if siblings.is_empty() {
                self.by_parent.remove(&parent);
            }
        }
        Some(row)
    }

    pub(in crate::itempath) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().map(|entry| &entry.row)
    }

    /// Returns the rows of a parent, in the order of creation.
    pub(in crate::itempath) fn children<'a>(&'a self, parent: &str) -> impl Iterator<Item = &'a Row> + use<'a> {
        let numbers = self.by_parent.get(&parent.to_uppercase()).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| self.rows.get(number)).map(|entry| &entry.row)
    }

    /// Returns the ids of the rows of a parent.
    pub(in crate::itempath) fn children_ids(&self, parent: &str) -> Vec<String> {
        self.children(parent).map(id).collect()
    }

    /// Returns the first row with a text in a member, compared case-insensitively.
    pub(in crate::itempath) fn find(&self, member: &str, text: &str) -> Option<&Row> {
        let expected = text.to_lowercase();
        self.rows().find(|row| {
            let value = row.get(member).and_then(Value::as_str);
            value.is_some_and(|value| value.len() == expected.len() && value.to_lowercase() == expected)
        })
    }

    /// Returns the rows visible to a list now. New rows are hidden from the first list after their write.
    pub(in crate::itempath) fn list(&mut self, now: NaiveDateTime) -> impl Iterator<Item = &Row> {
        let mut hidden = Vec::new();
        for (number, entry) in &mut self.rows {
            if let Some(since) = entry.hidden_since.take()
                && now < since + VISIBLE_AFTER
            {
                hidden.push(*number);
            }
        }
        self.rows.iter().filter(move |(number, _)| hidden.binary_search(number).is_err()).map(|(_, entry)| &entry.row)
    }

    /// Removes the oldest rows so that at most `max_rows` remain.
    pub(in crate::itempath) fn retain_newest(&mut self, max_rows: usize) {
        while self.rows.len() > max_rows {
            let Some((_, oldest)) = self.rows.first_key_value() else {
                return;
            };
            let id = id(&oldest.row);
            self.remove(&id);
        }
    }
}

/// Returns the index key of a value: case-insensitive for texts.
fn index_key(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_uppercase(),
        other => other.to_string(),
    }
}
