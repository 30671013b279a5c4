//! Histories of applications, job openings and hiring requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::time;

/// History entries by table and row.
#[derive(Debug, Default)]
pub(in crate::dvinci) struct Histories(BTreeMap<(Table, i64), Vec<Value>>);

impl Histories {
    /// Appends an entry of the service itself; `members` are specific to its type.
    pub(in crate::dvinci) fn record(
        &mut self,
        table: Table,
        id: i64,
        context: &WriteContext,
        kind: &str,
        description: &str,
        members: Value,
    ) {
        let mut entry = json!({
            "type": kind,
            "description": description,
            "dateCreated": time::format_millis(context.at),
            "dvinciUserId": context.caller.user_id,
            "comment": null,
        });
        if let (Value::Object(members), Some(entry)) = (members, entry.as_object_mut()) {
            entry.extend(members);
        }
        if table != Table::HiringRequests {
            entry["externalId"] = Value::Null;
            entry["externalUser"] = Value::Null;
        }
        self.0.entry((table, id)).or_default().push(entry);
    }

    pub(in crate::dvinci) fn entries(&self, table: Table, id: i64) -> &[Value] {
        self.0.get(&(table, id)).map_or(&[], Vec::as_slice)
    }

    pub(in crate::dvinci) fn remove(&mut self, table: Table, id: i64) {
        self.0.remove(&(table, id));
    }

    /// Replaces the entry with the same external id, or appends a new one.
    pub(in crate::dvinci) fn upsert(&mut self, table: Table, id: i64, entry: Value) {
        let entries = self.0.entry((table, id)).or_default();
        match entries.iter_mut().find(|existing| existing["externalId"] == entry["externalId"]) {
            Some(existing) => *existing = entry,
            None => entries.push(entry),
        }
    }

    /// Returns whether another entity has an entry with the external id.
    pub(in crate::dvinci) fn belongs_to_other(&self, table: Table, id: i64, external: &str) -> bool {
        let others = self.0.iter().filter(|((existing, other), _)| *existing == table && *other != id);
        others.flat_map(|(_, entries)| entries).any(|entry| entry["externalId"] == external)
    }
}
