//! The changes of a table.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::TimeDelta;
use futures::StreamExt;
use futures::future::BoxFuture;
use keyfob::client::Canonical;
use keyfob::client::encode::Encode;
use keyfob::ditio_reporting::sync::{Change, Changes, Checkpoint, Record, Table};
use serde::Serialize;
use serde_json::{Value, json};

use super::columns::REJECTS;
use super::rejects::{Reject, Rejects};
use super::row_id;

/// A change of a row.
#[derive(Debug, PartialEq)]
pub(super) enum Event {
    /// The row was added or changed. `id` is `None` for a row without an id.
    Upsert { id: Option<String>, json: String },
    /// A row that could not be read, and whose id is unknown.
    Unreadable { json: String },
    /// The row was deleted.
    Delete { id: String },
}

/// The changes of a table, in the order in which the service lists them.
pub(super) trait Source: Send {
    /// Returns the next change, or `None` at the end.
    fn next(&mut self) -> BoxFuture<'_, Option<anyhow::Result<Event>>>;
    /// Returns the checkpoint to continue from after the changes returned so far.
    fn checkpoint(&self) -> Checkpoint;
    /// Returns the time by which the local clock is ahead of the service's clock, if it is known.
    fn clock_offset(&self) -> Option<TimeDelta>;
    /// Returns `true` after the failure of a run whose changes are too far back for the service.
    fn is_expired(&self) -> bool;
    /// Returns the values received so far that do not have their type.
    fn rejects(&self) -> &Rejects;
}

/// Changes of a table whose rows keep the values that do not have their type.
pub(super) struct TableChanges<T: Table> {
    changes: Changes<T>,
    /// Events received and not returned.
    pending: VecDeque<anyhow::Result<Event>>,
    /// Expected types by the name of the field, of the fields that had another type.
    expected: BTreeMap<String, String>,
    /// Fields that contain a value of another type.
    containers: BTreeSet<String>,
    rejects: Rejects,
}

impl<T: Table<Item: Encode + Serialize + Send> + Send> TableChanges<T> {
    pub(super) fn new(changes: Changes<T>) -> Self {
        let (expected, containers) = (BTreeMap::new(), BTreeSet::new());
        Self { changes, pending: VecDeque::new(), expected, containers, rejects: Rejects::default() }
    }

    /// Reads the mismatches of the pages received since the last call. Rows that were left out become events.
    fn read_mismatches(&mut self) {
        for mismatch in self.changes.take_left_out() {
            let Some(row) = mismatch.left_out() else { continue };
            let event = left_out(row);
            let reject = match &event {
                Event::Upsert { id, .. } => Reject::new(id.clone(), "the row", mismatch.expected()),
                _ => Reject::new(None, &format!("{} of its page", mismatch.path()), mismatch.expected()),
            };
            self.rejects.add(reject);
            self.pending.push_back(Ok(event));
        }
        for mismatch in self.changes.take_mismatches() {
            let Some((_, field)) = mismatch.path().split_once("].") else { continue };
            match field.find(['.', '[']) {
                Some(end) => {
                    self.containers.insert(field[..end].to_owned());
                    self.rejects.add(Reject::new(None, field, mismatch.expected()));
                }
                None => drop(self.expected.insert(field.to_owned(), mismatch.expected().to_owned())),
            }
        }
    }

    /// Returns the JSON of a row in canonical form (a number that the service sent as a string is a number in every
    /// format), with the values that could not be decoded as received.
    fn json(&mut self, row: &T::Item) -> serde_json::Result<String> {
        let undecoded = row.undecoded();
        if undecoded.is_empty() && self.containers.is_empty() {
            return serde_json::to_string(&Canonical(row));
        }
        let mut json = serde_json::to_value(Canonical(row))?;
        let mut original = serde_json::to_value(row)?;
        for container in &self.containers {
            if let Some(value) = original.get_mut(container) {
                json[container] = value.take();
            }
        }
        for (name, value) in undecoded {
            json[name] = value.clone();
            let expected = self.expected.get(name).map_or("another type", String::as_str);
            self.rejects.add(Reject::new(row.id().map(str::to_owned), name, expected));
        }
        Ok(json.to_string())
    }

    fn event(&mut self, change: Change<T::Item>) -> anyhow::Result<Event> {
        Ok(match change {
            Change::Upsert(row) => Event::Upsert { json: self.json(&row)?, id: row.id().map(str::to_owned) },
            Change::Delete { id, .. } => Event::Delete { id },
        })
    }
}

impl<T: Table<Item: Encode + Serialize + Send> + Send> Source for TableChanges<T> {
    fn next(&mut self) -> BoxFuture<'_, Option<anyhow::Result<Event>>> {
        Box::pin(async move {
            if self.pending.is_empty() {
                let change = StreamExt::next(&mut self.changes).await;
                self.read_mismatches();
                let event = change.map(|change| change.map_err(Into::into).and_then(|change| self.event(change)));
                self.pending.extend(event);
            }
            self.pending.pop_front()
        })
    }

    fn checkpoint(&self) -> Checkpoint {
        self.changes.checkpoint()
    }

    fn clock_offset(&self) -> Option<TimeDelta> {
        self.changes.clock_offset()
    }

    fn is_expired(&self) -> bool {
        self.changes.is_expired()
    }

    fn rejects(&self) -> &Rejects {
        &self.rejects
    }
}

/// Returns the change of a row that could not be decoded.
fn left_out(row: &Value) -> Event {
    let row = if row.is_object() { row.clone() } else { json!({ REJECTS: row.to_string() }) };
    let json = row.to_string();
    match row_id::of_json(&json) {
        Ok(Some(id)) => Event::Upsert { id: Some(id), json },
        _ => Event::Unreadable { json },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: &Value, id: Option<&str>, json: &str) {
        let json = json.to_owned();
        let expected = match id {
            Some(id) => Event::Upsert { id: Some(id.to_owned()), json },
            None => Event::Unreadable { json },
        };
        assert_eq!(left_out(row), expected);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_kept() {
        check(&json!({ "id": "1", "qty": [] }), Some("1"), r#"{"id":"1","qty":[]}"#);
        check(&json!({ "id": 7 }), Some("7"), r#"{"id":7}"#);
        check(&json!({ "id": {} }), None, r#"{"id":{}}"#);
        check(&json!("text"), None, r#"{"_keyfob_rejects":"\"text\""}"#);
    }
}
