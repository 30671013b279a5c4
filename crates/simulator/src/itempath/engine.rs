//! Create, show, update and delete, the same for every resource; what differs is in its description and its rules.

use axum::http::StatusCode;
use chrono::NaiveDateTime;
use serde_json::{Map, Value, json};

use super::dates;
use super::refusal::Refusal;
use super::schema::{Access, Envelope, Resource};
use super::store::{self, Row, Store};
use super::values::{self, Draft};

/// A call at work on the store.
pub(super) struct Work<'a> {
    pub(super) store: &'a mut Store,
    /// The time of this call.
    pub(super) now: NaiveDateTime,
    /// The user who calls.
    pub(super) user: Row,
}

impl<'a> Work<'a> {
    pub(super) fn new(store: &'a mut Store, now: NaiveDateTime, user: &Row) -> Self {
        Self { store, now, user: user.clone() }
    }

    pub(super) fn next_timestamp(&self) -> String {
        dates::stamp(self.now)
    }

    /// Completes a row and stores it; lists of what Power Pick takes over from calls miss it at first.
    pub(super) fn insert(&mut self, path: &str, row: Row) -> String {
        let resource = self.store.table(path).resource;
        let handed_over = resource.calls.create && !resource.own;
        self.put(path, row, handed_over.then_some(self.now))
    }

    /// Completes a row and stores it for everybody to see.
    pub(super) fn insert_settled(&mut self, path: &str, row: Row) -> String {
        self.put(path, row, None)
    }

    fn put(&mut self, path: &str, mut row: Row, unseen_since: Option<NaiveDateTime>) -> String {
        let stamp = self.next_timestamp();
        let table = self.store.table_mut(path);
        row.insert("id".to_owned(), table.new_id());
        values::complete(table.resource, &mut row, &stamp);
        let id = store::id(&row);
        let sparse = table.resource.sparse;
        // Collected anew, for a tree without gaps.
        let row = row.into_iter().filter(|(_, value)| !sparse || !value.is_null()).collect();
        table.insert(row, unseen_since);
        id
    }
}

pub(super) fn create(work: &mut Work<'_>, resource: &'static Resource, body: &Row) -> Result<Value, Refusal> {
    let mut draft = values::read(resource, work.store, body, true, &[])?;
    unique(work.store, resource, &draft.members, "")?;
    (resource.rules.create)(work, &mut draft)?;
    let id = work.insert(resource.path, std::mem::take(&mut draft.members));
    (resource.rules.created)(work, &id, draft);
    let row = view(work.store, resource, find(work.store, resource, &id)?);
    Ok(match resource.envelope {
        Envelope::ListOnCreate => json!({ resource.one: [row] }),
        Envelope::Named | Envelope::Bare { .. } => json!({ resource.one: row }),
    })
}

pub(super) fn show(store: &Store, resource: &'static Resource, id: &str) -> Result<Value, Refusal> {
    let mut row = view(store, resource, find(store, resource, id)?);
    Ok(match resource.envelope {
        Envelope::Bare { renamed: (name, to) } => {
            let value = row.remove(name).unwrap_or_default();
            row.insert(to.to_owned(), value);
            Value::Object(row)
        }
        Envelope::Named | Envelope::ListOnCreate => json!({ resource.one: row }),
    })
}

pub(super) fn update(work: &mut Work<'_>, resource: &'static Resource, id: &str, body: &Row) -> Result<Value, Refusal> {
    let before = find(work.store, resource, id)?.clone();
    let id = store::id(&before);
    let mut draft = values::read(resource, work.store, body, false, &[])?;
    unique(work.store, resource, &draft.members, &id)?;
    (resource.rules.update)(work, &before, &mut draft)?;
    merge(work, resource, before, &mut draft);
    (resource.rules.updated)(work, &id, draft);
    let row = view(work.store, resource, find(work.store, resource, &id)?);
    Ok(json!({ resource.one: row }))
}

/// Puts changed members over those that were.
pub(super) fn merge(work: &mut Work<'_>, resource: &'static Resource, mut row: Row, draft: &mut Draft) {
    row.append(&mut draft.members);
    if resource.field("modifiedDate").is_some() {
        row.insert("modifiedDate".to_owned(), work.next_timestamp().into());
    }
    work.store.table_mut(resource.path).replace(row);
}

pub(super) fn delete(work: &mut Work<'_>, resource: &'static Resource, id: &str) -> Result<Value, Refusal> {
    let row = find(work.store, resource, id)?.clone();
    (resource.rules.delete)(work, &row)?;
    work.store.table_mut(resource.path).remove(&store::id(&row));
    Ok(json!({ "message": format!("{} deleted", resource.title) }))
}

/// A row as it leaves: without what only filters see, with what the rules embed.
pub(super) fn view(store: &Store, resource: &Resource, row: &Row) -> Map<String, Value> {
    let shown = row.iter().filter(|(name, _)| !name.starts_with('~'));
    let mut shown: Row = shown.map(|(name, value)| (name.clone(), value.clone())).collect();
    if resource.sparse {
        for field in resource.fields.iter().filter(|field| field.access != Access::Write) {
            shown.entry(field.name).or_insert(Value::Null);
        }
    }
    (resource.rules.view)(store, &mut shown);
    shown
}

fn find<'a>(store: &'a Store, resource: &Resource, id: &str) -> Result<&'a Row, Refusal> {
    store.row(resource.path, id).ok_or_else(|| Refusal::not_found(resource.title))
}

/// Refuses what another row has already in a field that is unique.
fn unique(store: &Store, resource: &Resource, members: &Row, except: &str) -> Result<(), Refusal> {
    for field in resource.fields.iter().filter(|field| field.unique && field.access == Access::Both) {
        let Some(value) = members.get(field.name).and_then(Value::as_str) else {
            continue;
        };
        let other = store.table(resource.path).find(field.name, value);
        if other.is_some_and(|other| store::id(other) != except) {
            return Err(Refusal::taken(resource.title, field.name, value));
        }
    }
    Ok(())
}

/// What every call needs who changes what only an administrator may.
pub(super) fn administrator(work: &Work<'_>) -> Result<(), Refusal> {
    if work.user.get("isAdmin") == Some(&Value::Bool(true)) {
        Ok(())
    } else {
        Err(Refusal::Message(StatusCode::FORBIDDEN, "Your role has no right to do this".to_owned()))
    }
}
