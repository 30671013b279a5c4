//! What all tables have in common: list, look-up, read, create, replace, delete.

use serde_json::Value;

use super::call::{Call, Row, Writer};
use super::field::Kind;
use super::read;
use super::reply::{Answer, Errors, Refusal, success};
use super::show::{Form, Look};
use super::store::{Key, Store};
use super::table::{Draft, Table, number};

pub(super) fn list(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    if table.has_look_up()
        && let Some(external) = call.query.get("externalId")
    {
        let key = store.by_external(table, external).ok_or(Refusal::NotFound)?;
        return Ok(Look::new(Form::Object, call.caller).show(store, table, key));
    }
    elements(store, call, table, Look::new(Form::Element, call.caller))
}

/// The rows that the query asks for.
pub(super) fn elements(store: &Store, call: &Call<'_>, table: Table, look: Look) -> Answer {
    let resource = table.resource();
    let keep = resource.filter(store, &call.query)?;
    let rows = store.rows(table).filter(|row| keep(row));
    Ok(rows.map(|row| Value::Object(resource.show(store, row, look))).collect())
}

pub(super) fn one(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = find(store, call, table)?;
    Ok(Look::new(Form::Object, call.caller).show(store, table, &key))
}

pub(super) fn create(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    allow(call, table)?;
    let body = call.object()?;
    let key = insert(store, &call.writer(), table, &body)?;
    Ok(Look::new(Form::Object, call.caller).show(store, table, &key))
}

pub(super) fn replace(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    allow(call, table)?;
    let key = find(store, call, table)?;
    let body = call.object()?;
    update(store, &call.writer(), table, &key, &body)?;
    Ok(Look::new(Form::Replaced, call.caller).show(store, table, &key))
}

pub(super) fn delete(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    if !call.caller.everything {
        return Err(Refusal::Forbidden);
    }
    let key = find(store, call, table)?;
    let row = store.row(table, &key).ok_or(Refusal::Forbidden)?;
    if store.is_needed(table, &key.value()) || !table.resource().may_go(store, &key, row) {
        return Err(Refusal::DeleteFailed);
    }
    store.remove(table, &key);
    Ok(success())
}

/// Users and their groups are for callers with every permission.
fn allow(call: &Call<'_>, table: Table) -> Result<(), Refusal> {
    let is_free = !matches!(table, Table::Users | Table::UserGroups);
    if is_free || call.caller.everything { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// The entity that the path names; a missing one is forbidden, not missing.
pub(super) fn find(store: &Store, call: &Call<'_>, table: Table) -> Result<Key, Refusal> {
    let key = Key::parse(table, call.id()).ok_or(Refusal::Forbidden)?;
    store.row(table, &key).ok_or(Refusal::Forbidden)?;
    Ok(key)
}

/// Stores a new entity, if its table's rules allow it.
pub(super) fn insert(store: &mut Store, writer: &Writer, table: Table, body: &Row) -> Result<Key, Refusal> {
    let mut row = checked(store, writer, table, None, body)?;
    let key = if table.has_names() {
        Key::Name(row["id"].as_str().unwrap_or_default().to_owned())
    } else {
        Key::Number(store.next_number(table))
    };
    row.insert("id".to_owned(), key.value());
    row.insert("version".to_owned(), Value::from(0));
    store.put(table, key.clone(), row);
    table.resource().written(store, writer, &key, body, true);
    Ok(key)
}

/// Stores a new state of an entity, if its version is current.
pub(super) fn update(store: &mut Store, writer: &Writer, table: Table, key: &Key, body: &Row) -> Result<(), Refusal> {
    let old = store.row(table, key).ok_or(Refusal::Forbidden)?.clone();
    let stored = number(&old, "version").unwrap_or_default();
    match body.get("version") {
        None | Some(Value::Null) => {}
        Some(version) => match version.as_i64() {
            Some(version) if version < stored => return Err(Refusal::Conflict),
            Some(_) => {}
            None => return Err(Errors::only("version", "typeMismatch")),
        },
    }
    let mut row = checked(store, writer, table, Some(&old), body)?;
    row.insert("version".to_owned(), Value::from(stored + 1));
    store.put(table, key.clone(), row);
    table.resource().written(store, writer, key, body, false);
    Ok(())
}

/// Counts a change that is not a PUT.
pub(super) fn bump(row: &mut Row) {
    let next = number(row, "version").unwrap_or_default() + 1;
    row.insert("version".to_owned(), Value::from(next));
}

fn checked(store: &Store, writer: &Writer, table: Table, old: Option<&Row>, body: &Row) -> Result<Row, Refusal> {
    let resource = table.resource();
    let mut errors = Errors::default();
    let draft = Draft { store, writer, body, old };
    if old.is_some() && body.get("version").is_none_or(Value::is_null) {
        errors.mandatory("version");
    }
    let mut row = read::entity(&draft, resource.fields(), &mut errors);
    for field in resource.fields() {
        if matches!(field.kind, Kind::External) {
            check_external(&draft, table, &row, &mut errors);
        }
    }
    resource.check(&draft, &mut row, &mut errors);
    errors.finish().map(|()| row)
}

fn check_external(draft: &Draft<'_>, table: Table, row: &Row, errors: &mut Errors) {
    let Some(external) = row.get("externalId").and_then(Value::as_str) else {
        return;
    };
    let own = draft.old.and_then(|old| Key::of(table, &old["id"]));
    if draft.store.by_external(table, external).is_some_and(|other| Some(other) != own.as_ref()) {
        errors.refused("externalId", "uniqueOrNull.invalid", &row["externalId"]);
    }
}
