//! Data of the simulated account: contacts, lists, campaigns and messages.

mod names;
pub(super) mod rows;
mod seed;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::digitaleo::request::params::Row;
use crate::digitaleo::world::rows::Rows;
use crate::state::SharedState;

/// Messages sent in one request.
pub(super) struct SentMessages {
    pub(super) date: NaiveDate,
    pub(super) medium: &'static str,
    pub(super) count: u64,
}

/// Data of the account.
pub(super) struct World {
    /// Simulated start time.
    pub(super) started_at: DateTime<Utc>,
    pub(super) contacts: Rows,
    pub(super) lists: Rows,
    /// Contact ids by list id.
    pub(super) members: BTreeMap<u64, BTreeSet<u64>>,
    /// Column titles of imports by property.
    pub(super) aliases: BTreeMap<String, String>,
    /// Rejected lines of imports by the last segment of their URL.
    pub(super) import_errors: BTreeMap<String, String>,
    pub(super) campaigns: Rows,
    /// Recipients of transactional campaigns.
    pub(super) recipients: Rows,
    pub(super) mailings: Rows,
    pub(super) sms: Rows,
    pub(super) sent: Vec<SentMessages>,
}

impl World {
    pub(super) fn new(shared: &SharedState) -> Self {
        seed::world(shared)
    }

    /// Returns the distinct contacts of lists, or of the whole account if no list is given.
    pub(super) fn subscribers(&self, lists: &[u64]) -> BTreeSet<u64> {
        if lists.is_empty() {
            return self.contacts.ids().into_iter().collect();
        }
        let members = lists.iter().filter_map(|list| self.members.get(list));
        members.flatten().copied().collect()
    }

    /// Returns whether a contact can be reached over a medium.
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

    /// Returns the numbers of contacts and of contacts reachable by medium, as strings. With `priorities`, each contact
    /// is counted once, for the first medium that reaches it.
    pub(super) fn statistics(&self, subscribers: &BTreeSet<u64>, priorities: &[&'static str]) -> Value {
        let media = super::validate::MEDIA;
        let mut counts = [0_u64; 4];
        for contact in subscribers {
            let mut reachable = media.iter().map(|medium| self.is_reachable(*contact, medium));
            if priorities.is_empty() {
                for count in &mut counts {
                    *count += u64::from(reachable.next().unwrap_or_default());
                }
            } else if let Some(first) = priorities.iter().find(|medium| self.is_reachable(*contact, medium)) {
                let at = media.iter().position(|medium| medium == first);
                counts[at.expect("priorities are media")] += 1;
            }
        }
        let mut statistics = Row::new();
        statistics.insert("subscribers".to_owned(), json!(subscribers.len().to_string()));
        for (medium, count) in media.iter().zip(counts) {
            statistics.insert(medium.to_lowercase(), json!(count.to_string()));
        }
        Value::Object(statistics)
    }
}
