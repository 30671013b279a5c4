//! Single values.

use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};
use url::Url;

use crate::dvinci::field::Kind;
use crate::dvinci::instants;
use crate::dvinci::reply::Errors;
use crate::dvinci::store::{Key, Store};
use crate::dvinci::table::Table;
use crate::dvinci::terms;

const MAX_TEXT: usize = 255;

pub(super) fn value(store: &Store, kind: Kind, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    match kind {
        Kind::Boolean => value.is_boolean().then(|| value.clone()).or_else(|| mismatch(path, errors)),
        Kind::Number => value.is_number().then(|| value.clone()).or_else(|| mismatch(path, errors)),
        Kind::Positive => positive(path, value, errors),
        Kind::Row(table) => row(store, table, path, value, errors),
        _ => match value.as_str() {
            Some(text) => from_text(kind, path, text, errors),
            None => mismatch(path, errors),
        },
    }
}

fn from_text(kind: Kind, path: &str, text: &str, errors: &mut Errors) -> Option<Value> {
    let good = match kind {
        Kind::Text | Kind::External | Kind::Url | Kind::Email if text.chars().count() > MAX_TEXT => {
            errors.allowed(path, "maxSize.exceeded", MAX_TEXT.to_string());
            return None;
        }
        Kind::Url if !is_web_address(text) => {
            errors.add(path, "url.invalid");
            return None;
        }
        Kind::Email if !is_mail_address(text) => {
            errors.refused(path, "email.invalid", &json!(text));
            return None;
        }
        Kind::Date => date(text).is_some(),
        Kind::Instant => match DateTime::parse_from_rfc3339(text) {
            Ok(instant) => return Some(json!(instants::millis(instant.to_utc()))),
            Err(_) => false,
        },
        Kind::OffsetInstant => match instants::with_offset(text) {
            Some(instant) => return Some(json!(instant)),
            None => false,
        },
        Kind::OneOf(allowed) => return permitted(allowed.contains(&text), path, text, errors),
        Kind::Term(known) => return permitted(terms::find(known, text).is_some(), path, text, errors),
        _ => true,
    };
    good.then(|| json!(text)).or_else(|| mismatch(path, errors))
}

/// `{"id": …}` or `{"externalId": …}`; the id wins. What is stored is the id.
pub(super) fn reference(store: &Store, table: Table, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(sent) = value.as_object() else {
        return mismatch(path, errors);
    };
    let given = |name: &str| sent.get(name).filter(|value| !value.is_null());
    let (name, value, key) = match (given("id"), given("externalId")) {
        (Some(id), _) => ("id", id, Key::of(table, id)),
        (None, Some(external)) => {
            let found = external.as_str().and_then(|external| store.by_external(table, external));
            ("externalId", external, found.cloned())
        }
        (None, None) => {
            errors.mandatory(path);
            return None;
        }
    };
    let Some(row) = key.and_then(|key| store.row(table, &key)) else {
        errors.not_permitted(format!("{path}.{name}"), value);
        return None;
    };
    Some(json!({ "id": row["id"], "externalId": row["externalId"] }))
}

pub(super) fn past_date(today: NaiveDate, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(date) = value.as_str().and_then(date) else {
        return mismatch(path, errors);
    };
    if date > today {
        errors.refused(path, "dateInFuture", value);
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

fn positive(path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    match value.as_i64() {
        Some(1..) => Some(value.clone()),
        Some(_) => {
            errors.refused(path, "isNotAPositiveInteger", value);
            None
        }
        None => mismatch(path, errors),
    }
}

fn row(store: &Store, table: Table, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(key) = Key::of(table, value) else {
        return mismatch(path, errors);
    };
    if store.row(table, &key).is_none() {
        errors.not_permitted(path, value);
        return None;
    }
    Some(key.value())
}

fn permitted(is: bool, path: &str, text: &str, errors: &mut Errors) -> Option<Value> {
    if !is {
        errors.not_permitted(path, &json!(text));
        return None;
    }
    Some(json!(text))
}

pub(super) fn mismatch(path: &str, errors: &mut Errors) -> Option<Value> {
    errors.mismatch(path);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_need_a_name_and_a_domain_with_a_dot() {
        for (text, good) in [
            ("kim@example.org", true),
            ("jürgen@müller.example", true),
            ("kim@example", false),
            ("@example.org", false),
            ("kim muster@example.org", false),
            ("kim@example..org", false),
        ] {
            assert_eq!(is_mail_address(text), good, "{text}");
        }
    }

    #[test]
    fn dates_have_ten_characters_and_exist() {
        assert!(date("2024-02-29").is_some());
        assert!(date("2023-02-29").is_none());
        assert!(date("2024-2-9").is_none());
    }
}
