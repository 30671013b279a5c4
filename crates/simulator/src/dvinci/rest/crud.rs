//! Operations common to all tables: list, get, create, replace and delete.

use serde_json::Value;

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult, success};
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::rest::view::{Representation, View};
use crate::dvinci::schema::decode;
use crate::dvinci::schema::field::Kind;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, number};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::store::write_request::WriteRequest;

pub(in crate::dvinci) fn list(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    if table.has_external_id_lookup()
        && let Some(external) = request.query.get("externalId")
    {
        let key = store.key_by_external_id(table, external).ok_or(ApiError::NotFound)?;
        return Ok(View::new(Representation::Object, request.caller).render(store, table, key));
    }
    list_elements(store, request, table, View::new(Representation::ListElement, request.caller))
}

/// Lists the rows selected by the query.
pub(in crate::dvinci) fn list_elements(
    store: &Store,
    request: &ApiRequest<'_>,
    table: Table,
    view: View,
) -> HandlerResult {
    let resource = table.resource();
    let matches = resource.filter(store, &request.query)?;
    let rows = store.rows(table).filter(|row| matches(row));
    Ok(rows.map(|row| Value::Object(resource.render(store, row, view))).collect())
}

pub(in crate::dvinci) fn get(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = find_key(store, request, table)?;
    Ok(View::new(Representation::Object, request.caller).render(store, table, &key))
}

pub(in crate::dvinci) fn create(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    check_permission(request, table)?;
    let body = request.object()?;
    let key = insert(store, &request.write_context(), table, &body)?;
    Ok(View::new(Representation::Object, request.caller).render(store, table, &key))
}

pub(in crate::dvinci) fn replace(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    check_permission(request, table)?;
    let key = find_key(store, request, table)?;
    let body = request.object()?;
    update(store, &request.write_context(), table, &key, &body)?;
    Ok(View::new(Representation::Replaced, request.caller).render(store, table, &key))
}

pub(in crate::dvinci) fn delete(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    if !request.caller.has_all_permissions {
        return Err(ApiError::Forbidden);
    }
    let key = find_key(store, request, table)?;
    let row = store.row(table, &key).ok_or(ApiError::Forbidden)?;
    if store.is_referenced(table, &key.value()) || !table.resource().can_delete(store, &key, row) {
        return Err(ApiError::DeleteFailed);
    }
    store.remove(table, &key);
    Ok(success())
}

/// Rejects changes of users and groups by callers without every permission.
fn check_permission(request: &ApiRequest<'_>, table: Table) -> Result<(), ApiError> {
    let is_unrestricted = !matches!(table, Table::Users | Table::UserGroups);
    if is_unrestricted || request.caller.has_all_permissions { Ok(()) } else { Err(ApiError::Forbidden) }
}

/// Returns the key of the entity in the path; an unknown one is 403, not 404.
pub(in crate::dvinci) fn find_key(store: &Store, request: &ApiRequest<'_>, table: Table) -> Result<Key, ApiError> {
    let key = Key::parse(table, request.id()).ok_or(ApiError::Forbidden)?;
    store.row(table, &key).ok_or(ApiError::Forbidden)?;
    Ok(key)
}

/// Validates and stores a new entity.
pub(in crate::dvinci) fn insert(
    store: &mut Store,
    context: &WriteContext,
    table: Table,
    body: &Row,
) -> Result<Key, ApiError> {
    let mut row = validate(store, context, table, None, body)?;
    let key = if table.string_ids() {
        Key::Name(row["id"].as_str().unwrap_or_default().to_owned())
    } else {
        Key::Number(store.next_number(table))
    };
    row.insert("id".to_owned(), key.value());
    row.insert("version".to_owned(), Value::from(0));
    store.put(table, key.clone(), row);
    table.resource().after_write(store, context, &key, body, true);
    Ok(key)
}

/// Validates and stores a new state of an entity; an older version is a conflict.
pub(in crate::dvinci) fn update(
    store: &mut Store,
    context: &WriteContext,
    table: Table,
    key: &Key,
    body: &Row,
) -> Result<(), ApiError> {
    let old = store.row(table, key).ok_or(ApiError::Forbidden)?.clone();
    let stored = number(&old, "version").unwrap_or_default();
    match body.get("version") {
        None | Some(Value::Null) => {}
        Some(version) => match version.as_i64() {
            Some(version) if version < stored => return Err(ApiError::Conflict),
            Some(_) => {}
            None => return Err(FieldErrors::single("version", "typeMismatch")),
        },
    }
    let mut row = validate(store, context, table, Some(&old), body)?;
    row.insert("version".to_owned(), Value::from(stored + 1));
    store.put(table, key.clone(), row);
    table.resource().after_write(store, context, key, body, false);
    Ok(())
}

/// Increments the version of a row after a change other than a PUT.
pub(in crate::dvinci) fn increment_version(row: &mut Row) {
    let next = number(row, "version").unwrap_or_default() + 1;
    row.insert("version".to_owned(), Value::from(next));
}

fn validate(
    store: &Store,
    context: &WriteContext,
    table: Table,
    old: Option<&Row>,
    body: &Row,
) -> Result<Row, ApiError> {
    let resource = table.resource();
    let mut errors = FieldErrors::default();
    let write = WriteRequest { store, context, body, stored: old };
    if old.is_some() && body.get("version").is_none_or(Value::is_null) {
        errors.add_mandatory("version");
    }
    let mut row = decode::entity(&write, resource.fields(), &mut errors);
    for field in resource.fields() {
        if matches!(field.kind, Kind::ExternalId) {
            check_external_id(&write, table, &row, &mut errors);
        }
    }
    resource.check(&write, &mut row, &mut errors);
    errors.into_result().map(|()| row)
}

fn check_external_id(write: &WriteRequest<'_>, table: Table, row: &Row, errors: &mut FieldErrors) {
    let Some(external) = row.get("externalId").and_then(Value::as_str) else {
        return;
    };
    let own = write.stored.and_then(|old| Key::from_value(table, &old["id"]));
    if write.store.key_by_external_id(table, external).is_some_and(|other| Some(other) != own.as_ref()) {
        errors.add_with_value("externalId", "uniqueOrNull.invalid", &row["externalId"]);
    }
}
