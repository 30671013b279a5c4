//! Reads an entity from a request by the fields of its table.

mod lists;
mod scalars;

use serde_json::Value;

use super::call::Row;
use super::field::{Field, Kind, Need};
use super::reply::Errors;
use super::store::Store;
use super::table::Draft;
use super::{answers, showings};

/// The new state of an entity: the stored one with everything that the fields say about the body.
pub(super) fn entity(draft: &Draft<'_>, fields: &[Field], errors: &mut Errors) -> Row {
    let mut row = draft.old.cloned().unwrap_or_default();
    for field in fields {
        let need = if draft.old.is_some() { field.update } else { field.create };
        let sent = draft.body.get(field.name);
        let value = sent.filter(|value| !is_blank(value));
        let value = match (need, value) {
            (Need::Ignored, _) => continue,
            (Need::Required, None) => {
                errors.mandatory(field.name);
                continue;
            }
            (Need::Present, None) if sent.is_none() => {
                errors.mandatory(field.name);
                continue;
            }
            (Need::Fixed(code), value) => {
                refuse_change(draft, field, code, value, errors);
                continue;
            }
            (_, Some(value)) => match read(draft, field.kind, field.name, value, errors) {
                Some(value) => value,
                None => continue,
            },
            (_, None) if draft.old.is_some() && field.kept => continue,
            (_, None) => field.default(),
        };
        row.insert(field.name.to_owned(), value);
    }
    row
}

/// One value; none when it is wrong, which the errors then say.
pub(super) fn read(draft: &Draft<'_>, kind: Kind, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let store = draft.store;
    match kind {
        Kind::Terms(_) | Kind::SomeOf(_) | Kind::Rows(_) => lists::values(store, kind, path, value, errors),
        Kind::Links => lists::links(path, value, errors),
        Kind::Pairs => lists::pairs(path, value, errors),
        Kind::Messages => lists::messages(path, value, errors),
        Kind::Answers(questions) => answers::read(questions, path, value, errors),
        Kind::Showings => showings::read(store, path, value, errors),
        Kind::Reference(table) => scalars::reference(store, table, path, value, errors),
        Kind::PastDate => scalars::past_date(draft.writer.at.date_naive(), path, value, errors),
        _ => scalars::value(store, kind, path, value, errors),
    }
}

/// A single value outside an entity.
pub(super) fn scalar(store: &Store, kind: Kind, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    scalars::value(store, kind, path, value, errors)
}

/// Links outside an entity's fields.
pub(super) fn is_web_address(text: &str) -> bool {
    scalars::is_web_address(text)
}

/// Null, empty texts and empty objects say nothing.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Object(members) => members.values().all(Value::is_null),
        _ => false,
    }
}

fn refuse_change(draft: &Draft<'_>, field: &Field, code: &str, value: Option<&Value>, errors: &mut Errors) {
    let Some(value) = value else { return };
    let stored = draft.old.and_then(|old| old.get(field.name)).unwrap_or(&Value::Null);
    let same = match (value, stored) {
        // A reference may name either id, or both.
        (Value::Object(sent), Value::Object(stored)) => match sent.get("id").filter(|id| !id.is_null()) {
            Some(id) => Some(id) == stored.get("id"),
            None => sent.get("externalId").is_none_or(|external| Some(external) == stored.get("externalId")),
        },
        (sent, stored) => sent == stored,
    };
    if !same {
        errors.refused(field.name, code, value);
    }
}
