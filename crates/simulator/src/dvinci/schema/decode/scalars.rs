//! Decoding of scalars.

use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};
use url::Url;

use crate::dvinci::api_error::FieldErrors;
use crate::dvinci::schema::field::Kind;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::terms;
use crate::dvinci::time;

/// Maximum length of a text, in characters.
const MAX_TEXT: usize = 255;

pub(super) fn value(store: &Store, kind: Kind, path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    match kind {
        Kind::Boolean => value.is_boolean().then(|| value.clone()).or_else(|| type_mismatch(path, errors)),
        Kind::Number => value.is_number().then(|| value.clone()).or_else(|| type_mismatch(path, errors)),
        Kind::Positive => positive(path, value, errors),
        Kind::Id(table) => row(store, table, path, value, errors),
        _ => match value.as_str() {
            Some(text) => from_text(kind, path, text, errors),
            None => type_mismatch(path, errors),
        },
    }
}

fn from_text(kind: Kind, path: &str, text: &str, errors: &mut FieldErrors) -> Option<Value> {
    let is_valid = match kind {
        Kind::Text | Kind::ExternalId | Kind::Url | Kind::Email if text.chars().count() > MAX_TEXT => {
            errors.add_with_allowed(path, "maxSize.exceeded", MAX_TEXT.to_string());
            return None;
        }
        Kind::Url if !is_web_address(text) => {
            errors.add(path, "url.invalid");
            return None;
        }
        Kind::Email if !is_mail_address(text) => {
            errors.add_with_value(path, "email.invalid", &json!(text));
            return None;
        }
        Kind::Date => date(text).is_some(),
        Kind::Timestamp => match DateTime::parse_from_rfc3339(text) {
            Ok(timestamp) => return Some(json!(time::format_millis(timestamp.to_utc()))),
            Err(_) => false,
        },
        Kind::OffsetTimestamp => match time::normalize_offset(text) {
            Some(timestamp) => return Some(json!(timestamp)),
            None => false,
        },
        Kind::OneOf(allowed) => return check_permitted(allowed.contains(&text), path, text, errors),
        Kind::Term(known) => return check_permitted(terms::find(known, text).is_some(), path, text, errors),
        _ => true,
    };
    is_valid.then(|| json!(text)).or_else(|| type_mismatch(path, errors))
}

/// Decodes `{"id": …}` or `{"externalId": …}`; the id takes precedence.
pub(super) fn reference(
    store: &Store,
    table: Table,
    path: &str,
    value: &Value,
    errors: &mut FieldErrors,
) -> Option<Value> {
    let Some(sent) = value.as_object() else {
        return type_mismatch(path, errors);
    };
    let member = |name: &str| sent.get(name).filter(|value| !value.is_null());
    let (name, value, key) = match (member("id"), member("externalId")) {
        (Some(id), _) => ("id", id, Key::from_value(table, id)),
        (None, Some(external)) => {
            let found = external.as_str().and_then(|external| store.key_by_external_id(table, external));
            ("externalId", external, found.cloned())
        }
        (None, None) => {
            errors.add_mandatory(path);
            return None;
        }
    };
    let Some(row) = key.and_then(|key| store.row(table, &key)) else {
        errors.add_not_permitted(format!("{path}.{name}"), value);
        return None;
    };
    Some(json!({ "id": row["id"], "externalId": row["externalId"] }))
}

pub(super) fn past_date(today: NaiveDate, path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let Some(date) = value.as_str().and_then(date) else {
        return type_mismatch(path, errors);
    };
    if date > today {
        errors.add_with_value(path, "dateInFuture", value);
        return None;
    }
    Some(value.clone())
}

pub(super) fn is_web_address(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && Url::parse(text).is_ok()
}

fn is_mail_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let labels = || domain.split('.');
    !local.is_empty()
        && !text.contains(char::is_whitespace)
        && labels().count() > 1
        && labels().all(|label| !label.is_empty())
}

fn date(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

fn positive(path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    match value.as_i64() {
        Some(1..) => Some(value.clone()),
        Some(_) => {
            errors.add_with_value(path, "isNotAPositiveInteger", value);
            None
        }
        None => type_mismatch(path, errors),
    }
}

fn row(store: &Store, table: Table, path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let Some(key) = Key::from_value(table, value) else {
        return type_mismatch(path, errors);
    };
    if store.row(table, &key).is_none() {
        errors.add_not_permitted(path, value);
        return None;
    }
    Some(key.value())
}

fn check_permitted(is: bool, path: &str, text: &str, errors: &mut FieldErrors) -> Option<Value> {
    if !is {
        errors.add_not_permitted(path, &json!(text));
        return None;
    }
    Some(json!(text))
}

pub(super) fn type_mismatch(path: &str, errors: &mut FieldErrors) -> Option<Value> {
    errors.add_type_mismatch(path);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_require_a_name_and_a_domain_with_a_dot() {
        for (text, is_valid) in [
            ("kim@example.org", true),
            ("jürgen@müller.example", true),
            ("kim@example", false),
            ("@example.org", false),
            ("kim muster@example.org", false),
            ("kim@example..org", false),
        ] {
            assert_eq!(is_mail_address(text), is_valid, "{text}");
        }
    }

    #[test]
    fn dates_have_ten_characters_and_are_valid() {
        assert!(date("2024-02-29").is_some());
        assert!(date("2023-02-29").is_none());
        assert!(date("2024-2-9").is_none());
    }
}
