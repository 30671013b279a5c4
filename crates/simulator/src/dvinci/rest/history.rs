//! Histories: reading, and entries added by external systems.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::dvinci::api_error::{FieldErrors, HandlerResult};
use crate::dvinci::rest::crud;
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::schema::decode::{is_blank, scalar};
use crate::dvinci::schema::field::Kind;
use crate::dvinci::store::Store;
use crate::dvinci::store::row::Row;
use crate::dvinci::store::table::Table;
use crate::dvinci::time;

pub(in crate::dvinci) fn list(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    Ok(json!(store.histories.entries(table, key.number())))
}

/// Adds or replaces several entries of an external system: all or none.
///
/// Returns the whole history of an application: the vendor's example of a response contains a status change, which a
/// request cannot contain. For job openings, returns the entries of the request.
pub(in crate::dvinci) fn put_all(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let bodies = request.objects()?;
    let mut errors = FieldErrors::default();
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        let prefix = format!("{index}.");
        let external = body.get("externalId").filter(|value| !is_blank(value));
        let external = match external.map(|value| (value, value.as_str())) {
            Some((_, Some(external))) => external,
            Some(_) => {
                errors.add_type_mismatch(format!("{prefix}externalId"));
                continue;
            }
            None => {
                errors.add_mandatory(format!("{prefix}externalId"));
                continue;
            }
        };
        if !seen.insert(external) || store.histories.belongs_to_other(table, key.number(), external) {
            errors.add_with_value(format!("{prefix}externalId"), "uniqueOrNull.invalid", &json!(external));
        }
        entries.extend(decode_entry(store, request, external, body, &prefix, &mut errors));
    }
    errors.into_result()?;
    for entry in &entries {
        store.histories.upsert(table, key.number(), entry.clone());
    }
    let is_complete = table == Table::Applications;
    Ok(if is_complete { json!(store.histories.entries(table, key.number())) } else { json!(entries) })
}

/// Adds or replaces one entry of an external system.
pub(in crate::dvinci) fn put_one(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let body = request.object()?;
    let external = request.param("externalId");
    let mut errors = FieldErrors::default();
    if store.histories.belongs_to_other(table, key.number(), external) {
        errors.add_with_value("externalId", "uniqueOrNull.invalid", &json!(external));
    }
    let entry = decode_entry(store, request, external, &body, "", &mut errors);
    errors.into_result()?;
    let entry = entry.expect("an entry is decoded unless there are errors");
    store.histories.upsert(table, key.number(), entry.clone());
    Ok(entry)
}

fn decode_entry(
    store: &Store,
    request: &ApiRequest<'_>,
    external: &str,
    body: &Row,
    prefix: &str,
    errors: &mut FieldErrors,
) -> Option<Value> {
    let mut value = |name: &str, kind: Kind| {
        let sent = body.get(name).filter(|value| !is_blank(value))?;
        scalar(store, kind, &format!("{prefix}{name}"), sent, errors)
    };
    let created = value("dateCreated", Kind::Timestamp);
    let user = value("dvinciUserId", Kind::Id(Table::Users));
    let external_user = value("externalUser", Kind::Text);
    let description = value("description", Kind::LongText);
    if body.get("description").is_none_or(is_blank) {
        errors.add_mandatory(format!("{prefix}description"));
    }
    let context = request.write_context();
    Some(json!({
        "type": "EXTERNAL_SYSTEM",
        "description": description?,
        "dateCreated": created.unwrap_or_else(|| json!(time::format_millis(context.at))),
        "dvinciUserId": user.unwrap_or_else(|| json!(context.caller.user_id)),
        "comment": null,
        "externalId": external,
        "externalUser": external_user,
    }))
}
