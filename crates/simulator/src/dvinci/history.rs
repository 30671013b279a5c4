//! Histories of applications, job openings and hiring requests, and the entries that other systems add.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::call::{Call, Row, Writer};
use super::crud;
use super::field::Kind;
use super::instants;
use super::read::{is_blank, scalar};
use super::reply::{Answer, Errors};
use super::store::Store;
use super::table::Table;

#[derive(Debug, Default)]
pub(super) struct Histories(BTreeMap<(Table, i64), Vec<Value>>);

impl Histories {
    /// Notes what happened inside, with whatever else the kind of entry has.
    pub(super) fn note(&mut self, table: Table, id: i64, writer: &Writer, kind: &str, description: &str, more: Value) {
        let mut entry = json!({
            "type": kind,
            "description": description,
            "dateCreated": instants::millis(writer.at),
            "dvinciUserId": writer.caller.user,
            "comment": null,
        });
        if let (Value::Object(more), Some(entry)) = (more, entry.as_object_mut()) {
            entry.extend(more);
        }
        if table != Table::HiringRequests {
            entry["externalId"] = Value::Null;
            entry["externalUser"] = Value::Null;
        }
        self.0.entry((table, id)).or_default().push(entry);
    }

    pub(super) fn of(&self, table: Table, id: i64) -> &[Value] {
        self.0.get(&(table, id)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn forget(&mut self, table: Table, id: i64) {
        self.0.remove(&(table, id));
    }

    /// Puts an entry of another system in the place of the one with its external id, or at the end.
    fn put(&mut self, table: Table, id: i64, entry: Value) {
        let entries = self.0.entry((table, id)).or_default();
        match entries.iter_mut().find(|known| known["externalId"] == entry["externalId"]) {
            Some(known) => *known = entry,
            None => entries.push(entry),
        }
    }

    /// Whether another entity has an entry with this external id.
    fn is_elsewhere(&self, table: Table, id: i64, external: &str) -> bool {
        let others = self.0.iter().filter(|((known, other), _)| *known == table && *other != id);
        others.flat_map(|(_, entries)| entries).any(|entry| entry["externalId"] == external)
    }
}

pub(super) fn list(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    Ok(json!(store.histories.of(table, key.number())))
}

/// Adds or replaces several entries of another system: all of them or none.
pub(super) fn put_all(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let bodies = call.objects()?;
    let mut errors = Errors::default();
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        let prefix = format!("{index}.");
        let external = body.get("externalId").filter(|value| !is_blank(value));
        let external = match external.map(|value| (value, value.as_str())) {
            Some((_, Some(external))) => external,
            Some(_) => {
                errors.mismatch(format!("{prefix}externalId"));
                continue;
            }
            None => {
                errors.mandatory(format!("{prefix}externalId"));
                continue;
            }
        };
        if !seen.insert(external) || store.histories.is_elsewhere(table, key.number(), external) {
            errors.refused(format!("{prefix}externalId"), "uniqueOrNull.invalid", &json!(external));
        }
        entries.extend(entry(store, call, external, body, &prefix, &mut errors));
    }
    errors.finish()?;
    for entry in &entries {
        store.histories.put(table, key.number(), entry.clone());
    }
    Ok(json!(entries))
}

/// Adds or replaces one entry of another system.
pub(super) fn put_one(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let body = call.object()?;
    let external = call.param("externalId");
    let mut errors = Errors::default();
    if store.histories.is_elsewhere(table, key.number(), external) {
        errors.refused("externalId", "uniqueOrNull.invalid", &json!(external));
    }
    let entry = entry(store, call, external, &body, "", &mut errors);
    errors.finish()?;
    let entry = entry.expect("without errors there is an entry");
    store.histories.put(table, key.number(), entry.clone());
    Ok(entry)
}

fn entry(
    store: &Store,
    call: &Call<'_>,
    external: &str,
    body: &Row,
    prefix: &str,
    errors: &mut Errors,
) -> Option<Value> {
    let mut value = |name: &str, kind: Kind| {
        let sent = body.get(name).filter(|value| !is_blank(value))?;
        scalar(store, kind, &format!("{prefix}{name}"), sent, errors)
    };
    let created = value("dateCreated", Kind::Instant);
    let user = value("dvinciUserId", Kind::Row(Table::Users));
    let external_user = value("externalUser", Kind::Text);
    let description = value("description", Kind::Long);
    if body.get("description").is_none_or(is_blank) {
        errors.mandatory(format!("{prefix}description"));
    }
    let writer = call.writer();
    Some(json!({
        "type": "EXTERNAL_SYSTEM",
        "description": description?,
        "dateCreated": created.unwrap_or_else(|| json!(instants::millis(writer.at))),
        "dvinciUserId": user.unwrap_or_else(|| json!(writer.caller.user)),
        "comment": null,
        "externalId": external,
        "externalUser": external_user,
    }))
}
