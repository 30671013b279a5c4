//! Decoding of lists and maps.

use serde_json::{Map, Value, json};

use crate::dvinci::api_error::FieldErrors;
use crate::dvinci::schema::decode::scalars::{is_web_address, type_mismatch};
use crate::dvinci::schema::field::Kind;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::tenant::language::Language;
use crate::dvinci::tenant::terms;

/// Decodes a list of ids or internal names. Unknown ones are reported in one error.
pub(super) fn ids(store: &Store, kind: Kind, path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        return type_mismatch(path, errors);
    };
    let are_numbers = matches!(kind, Kind::Ids(table) if !table.string_ids());
    let has_type = |item: &&Value| if are_numbers { item.is_i64() } else { item.is_string() };
    if !items.iter().all(|item| has_type(&item)) {
        return type_mismatch(path, errors);
    }
    let known = |item: &Value| match kind {
        Kind::Ids(table) => Key::from_value(table, item).is_some_and(|key| store.row(table, &key).is_some()),
        Kind::Terms(known) => item.as_str().is_some_and(|name| terms::find(known, name).is_some()),
        Kind::SomeOf(allowed) => item.as_str().is_some_and(|name| allowed.contains(&name)),
        _ => true,
    };
    let unknown: Vec<&Value> = items.iter().filter(|item| !known(item)).collect();
    if !unknown.is_empty() {
        errors.add_not_permitted(path, &json!(unknown));
        return None;
    }
    let mut distinct: Vec<&Value> = Vec::new();
    for item in items {
        if !distinct.contains(&item) {
            distinct.push(item);
        }
    }
    Some(json!(distinct))
}

pub(super) fn links(path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        return type_mismatch(path, errors);
    };
    let mut links = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let item_path = |name: &str| format!("{path}.{index}.{name}");
        let text = |name: &str| item.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        for name in ["label", "url"] {
            match item.get(name) {
                Some(Value::String(text)) if text.chars().count() > 255 && name == "label" => {
                    errors.add_with_allowed(item_path(name), "maxSize.exceeded", "255");
                }
                Some(Value::String(text)) if !text.trim().is_empty() => {}
                None | Some(Value::Null | Value::String(_)) => errors.add_mandatory(item_path(name)),
                Some(_) => errors.add_type_mismatch(item_path(name)),
            }
        }
        if text("url").is_some_and(|url| !is_web_address(url)) {
            errors.add(item_path("url"), "url.invalid");
        }
        let icon = text("faIcon").unwrap_or("fa-external-link");
        if !icon.starts_with("fa-") {
            errors.add_with_value(item_path("faIcon"), "matches.invalid", &json!(icon));
        }
        links.push(json!({ "label": text("label"), "url": text("url"), "faIcon": icon }));
    }
    Some(json!(links))
}

/// Decodes objects with `field` and `value`.
pub(super) fn pairs(path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        return type_mismatch(path, errors);
    };
    let mut pairs = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let name = item.get("field").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() {
            errors.add_mandatory(format!("{path}.{index}.field"));
        }
        pairs.push(json!({ "field": name, "value": item.get("value").and_then(Value::as_str) }));
    }
    Some(json!(pairs))
}

/// Decodes texts by language.
pub(super) fn messages(path: &str, value: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let Some(sent) = value.as_object() else {
        return type_mismatch(path, errors);
    };
    let mut messages = Map::new();
    for (language, text) in sent {
        let item_path = format!("{path}[{language}]");
        match text {
            _ if Language::parse(language).is_none() => errors.add_not_permitted(item_path, &json!(language)),
            Value::String(text) if text.chars().count() > 255 => {
                errors.add_with_allowed(item_path, "maxSize.exceeded", "255");
            }
            Value::String(text) => {
                messages.insert(language.clone(), json!(text));
            }
            Value::Null => {}
            _ => errors.add_type_mismatch(item_path),
        }
    }
    Some(Value::Object(messages))
}
