//! Lists and maps of values.

use serde_json::{Map, Value, json};

use super::scalars::{is_web_address, mismatch};
use crate::dvinci::field::Kind;
use crate::dvinci::reply::Errors;
use crate::dvinci::show::Language;
use crate::dvinci::store::{Key, Store};
use crate::dvinci::terms;

/// Ids and internal names; what is not known is named in one error for the whole list.
pub(super) fn values(store: &Store, kind: Kind, path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        return mismatch(path, errors);
    };
    let numbers = matches!(kind, Kind::Rows(table) if !table.has_names());
    let right_type = |item: &&Value| if numbers { item.is_i64() } else { item.is_string() };
    if !items.iter().all(|item| right_type(&item)) {
        return mismatch(path, errors);
    }
    let known = |item: &Value| match kind {
        Kind::Rows(table) => Key::of(table, item).is_some_and(|key| store.row(table, &key).is_some()),
        Kind::Terms(known) => item.as_str().is_some_and(|name| terms::find(known, name).is_some()),
        Kind::SomeOf(allowed) => item.as_str().is_some_and(|name| allowed.contains(&name)),
        _ => true,
    };
    let unknown: Vec<&Value> = items.iter().filter(|item| !known(item)).collect();
    if !unknown.is_empty() {
        errors.not_permitted(path, &json!(unknown));
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

pub(super) fn links(path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        return mismatch(path, errors);
    };
    let mut links = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = |name: &str| format!("{path}.{index}.{name}");
        let text = |name: &str| item.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        for name in ["label", "url"] {
            match item.get(name) {
                Some(Value::String(text)) if text.chars().count() > 255 && name == "label" => {
                    errors.allowed(at(name), "maxSize.exceeded", "255");
                }
                Some(Value::String(text)) if !text.trim().is_empty() => {}
                None | Some(Value::Null | Value::String(_)) => errors.mandatory(at(name)),
                Some(_) => errors.mismatch(at(name)),
            }
        }
        if text("url").is_some_and(|url| !is_web_address(url)) {
            errors.add(at("url"), "url.invalid");
        }
        let icon = text("faIcon").unwrap_or("fa-external-link");
        if !icon.starts_with("fa-") {
            errors.refused(at("faIcon"), "matches.invalid", &json!(icon));
        }
        links.push(json!({ "label": text("label"), "url": text("url"), "faIcon": icon }));
    }
    Some(json!(links))
}

/// Free pairs of `field` and `value`.
pub(super) fn pairs(path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        return mismatch(path, errors);
    };
    let mut pairs = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let name = item.get("field").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() {
            errors.mandatory(format!("{path}.{index}.field"));
        }
        pairs.push(json!({ "field": name, "value": item.get("value").and_then(Value::as_str) }));
    }
    Some(json!(pairs))
}

/// Texts by language.
pub(super) fn messages(path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(sent) = value.as_object() else {
        return mismatch(path, errors);
    };
    let mut messages = Map::new();
    for (language, text) in sent {
        let at = format!("{path}[{language}]");
        match text {
            _ if Language::parse(language).is_none() => errors.not_permitted(at, &json!(language)),
            Value::String(text) if text.chars().count() > 255 => errors.allowed(at, "maxSize.exceeded", "255"),
            Value::String(text) => {
                messages.insert(language.clone(), json!(text));
            }
            Value::Null => {}
            _ => errors.mismatch(at),
        }
    }
    Some(Value::Object(messages))
}
