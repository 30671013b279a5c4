//! Decoding of an entity by the fields of its table.

mod lists;
mod scalars;

use serde_json::Value;

use crate::dvinci::api_error::FieldErrors;
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::schema::{answers, published};
use crate::dvinci::store::Store;
use crate::dvinci::store::row::Row;
use crate::dvinci::store::write_request::WriteRequest;

/// Decodes the new state of an entity: the stored row, changed by the fields in the body.
pub(in crate::dvinci) fn entity(write: &WriteRequest<'_>, fields: &[Field], errors: &mut FieldErrors) -> Row {
    let mut row = write.stored.cloned().unwrap_or_default();
    for field in fields {
        let requirement = if write.stored.is_some() { field.update } else { field.create };
        let sent = write.body.get(field.name);
        let given = sent.filter(|value| !is_blank(value));
        let value = match (requirement, given) {
            (Requirement::Ignored, _) => continue,
            (Requirement::Required, None) => {
                errors.add_mandatory(field.name);
                continue;
            }
            (Requirement::Present, None) if sent.is_none() => {
                errors.add_mandatory(field.name);
                continue;
            }
            (Requirement::Fixed(code), value) => {
                check_unchanged(write, field, code, value, errors);
                continue;
            }
            (_, Some(given)) => match value(write, field.kind, field.name, given, errors) {
                Some(value) => value,
                None => continue,
            },
            (_, None) if write.stored.is_some() && field.keep_if_omitted => continue,
            (_, None) => field.default_value(),
        };
        row.insert(field.name.to_owned(), value);
    }
    row
}

/// Decodes a value of an entity; `None` if it is invalid, with the reason added to the errors.
pub(in crate::dvinci) fn value(
    write: &WriteRequest<'_>,
    kind: Kind,
    path: &str,
    value: &Value,
    errors: &mut FieldErrors,
) -> Option<Value> {
    let store = write.store;
    match kind {
        Kind::Terms(_) | Kind::SomeOf(_) | Kind::Ids(_) => lists::ids(store, kind, path, value, errors),
        Kind::Links => lists::links(path, value, errors),
        Kind::FieldValues => lists::pairs(path, value, errors),
        Kind::Messages => lists::messages(path, value, errors),
        Kind::Answers(questions) => answers::decode(questions, path, value, errors),
        Kind::Published => published::decode(store, path, value, errors),
        Kind::Reference(table) => scalars::reference(store, table, path, value, errors),
        Kind::PastDate => scalars::past_date(write.context.at.date_naive(), path, value, errors),
        _ => scalars::value(store, kind, path, value, errors),
    }
}

/// Decodes a scalar that does not belong to an entity.
pub(in crate::dvinci) fn scalar(
    store: &Store,
    kind: Kind,
    path: &str,
    value: &Value,
    errors: &mut FieldErrors,
) -> Option<Value> {
    scalars::value(store, kind, path, value, errors)
}

/// Returns whether a text is an HTTP or HTTPS URL.
pub(in crate::dvinci) fn is_web_address(text: &str) -> bool {
    scalars::is_web_address(text)
}

/// Returns whether a value counts as absent: null, an empty text or an object without values.
pub(in crate::dvinci) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Object(members) => members.values().all(Value::is_null),
        _ => false,
    }
}

fn check_unchanged(
    write: &WriteRequest<'_>,
    field: &Field,
    code: &str,
    value: Option<&Value>,
    errors: &mut FieldErrors,
) {
    let Some(value) = value else { return };
    let stored = write.stored.and_then(|old| old.get(field.name)).unwrap_or(&Value::Null);
    let same = match (value, stored) {
        // A reference may contain either id or both.
        (Value::Object(sent), Value::Object(stored)) => match sent.get("id").filter(|id| !id.is_null()) {
            Some(id) => Some(id) == stored.get("id"),
            None => sent.get("externalId").is_none_or(|external| Some(external) == stored.get("externalId")),
        },
        (sent, stored) => sent == stored,
    };
    if !same {
        errors.add_with_value(field.name, code, value);
    }
}
