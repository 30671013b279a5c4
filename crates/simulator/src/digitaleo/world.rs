//! What the account holds: contacts, lists, campaigns, messages.

mod names;
mod seed;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::params::Row;
use crate::state::SharedState;

/// A message that went out, or several.
pub(super) struct Sent {
    pub(super) date: NaiveDate,
    pub(super) medium: &'static str,
    pub(super) count: u64,
}

pub(super) struct World {
    /// When the simulator started.
    pub(super) began: DateTime<Utc>,
    pub(super) contacts: Rows,
    pub(super) lists: Rows,
    /// Contacts by list.
    pub(super) members: BTreeMap<u64, BTreeSet<u64>>,
    /// Column titles of imports, by property.
    pub(super) aliases: BTreeMap<String, String>,
    /// Refused lines of imports, by the last part of their link.
    pub(super) import_errors: BTreeMap<String, String>,
    pub(super) campaigns: Rows,
    /// Recipients of transactional campaigns.
    pub(super) recipients: Rows,
    pub(super) mailings: Rows,
    pub(super) sms: Rows,
    pub(super) sent: Vec<Sent>,
}

/// Rows by id. Members whose names start with `_` are not shown.
pub(super) struct Rows {
    rows: BTreeMap<u64, Row>,
    next: u64,
}

impl Rows {
    fn new(first: u64) -> Self {
        Self { rows: BTreeMap::new(), next: first }
    }

    pub(super) fn insert(&mut self, row: Row) -> u64 {
        let id = self.next;
        self.next += 1;
        self.rows.insert(id, row);
        id
    }

    /// A property: null in rows that lack it would hide slips, so each row has all of them.
    pub(super) fn get(&self, id: u64, name: &str) -> Option<Value> {
        if name == "id" {
            return Some(json!(id.to_string()));
        }
        if name.starts_with('_') {
            return None;
        }
        self.rows.get(&id)?.get(name).cloned()
    }

    pub(super) fn row(&self, id: u64) -> Option<&Row> {
        self.rows.get(&id)
    }

    pub(super) fn row_mut(&mut self, id: u64) -> Option<&mut Row> {
        self.rows.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: u64) -> bool {
        self.rows.remove(&id).is_some()
    }

    pub(super) fn ids(&self) -> Vec<u64> {
        self.rows.keys().copied().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Row)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }
}

impl World {
    pub(super) fn new(shared: &SharedState) -> Self {
        seed::world(shared)
    }

    /// The contacts of lists, each once; of the whole account when no list is named.
    pub(super) fn subscribers(&self, lists: &[u64]) -> BTreeSet<u64> {
        if lists.is_empty() {
            return self.contacts.ids().into_iter().collect();
        }
        let members = lists.iter().filter_map(|list| self.members.get(list));
        members.flatten().copied().collect()
    }

    /// Whether a contact can be reached over a medium.
    pub(super) fn is_reachable(&self, contact: u64, medium: &str) -> bool {
        let Some(row) = self.contacts.row(contact) else {
            return false;
        };
        let has = |name: &str| row.get(name).is_some_and(|value| !value.is_null());
        match medium {
            "SMS" => has("mobile") && !has("smsOptout"),
            "EMAIL" => has("email") && !has("emailOptout"),
            "VOICE" => (has("phone") || has("mobile")) && !has("voiceOptout"),
            "VOICEMAIL" => has("mobile") && !has("voicemailOptout"),
            _ => false,
        }
    }

    /// How many contacts there are and can be reached, by medium, as text; `priorities` counts each contact once, for
    /// the first medium that reaches it.
    pub(super) fn statistics(&self, subscribers: &BTreeSet<u64>, priorities: &[&'static str]) -> Value {
        let media = super::validate::MEDIA;
        let mut counts = [0_u64; 4];
        for contact in subscribers {
            let mut reach = media.iter().map(|medium| self.is_reachable(*contact, medium));
            if priorities.is_empty() {
                for count in &mut counts {
                    *count += u64::from(reach.next().unwrap_or_default());
                }
            } else if let Some(first) = priorities.iter().find(|medium| self.is_reachable(*contact, medium)) {
                let at = media.iter().position(|medium| medium == first);
                counts[at.expect("priorities are media")] += 1;
            }
        }
        let mut answer = Row::new();
        answer.insert("subscribers".to_owned(), json!(subscribers.len().to_string()));
        for (medium, count) in media.iter().zip(counts) {
            answer.insert(medium.to_lowercase(), json!(count.to_string()));
        }
        Value::Object(answer)
    }
}
