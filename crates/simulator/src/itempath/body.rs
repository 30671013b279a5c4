//! Request bodies, decoded by the schema of a resource.

mod fields;

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::itempath::api_error::ApiError;
use crate::itempath::schema::{Access, DefaultValue, Field, Resource};
use crate::itempath::store::Store;
use crate::itempath::store::row::Row;

pub(super) const REQUIRED: &str = "Missing data for required field.";

/// A decoded request body.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Members to store.
    pub(super) members: Row,
    /// Write-only members, for the rules.
    pub(super) inputs: Row,
    /// Nested lines with their ids; the id of a new line is empty.
    pub(super) lines: Vec<(String, Draft)>,
}

impl Draft {
    /// Removes a write-only member and returns it unless it is null.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.inputs.remove(name).filter(|value| !value.is_null())
    }

    /// Removes a write-only member and returns whether it is `true`.
    pub(super) fn take_true(&mut self, name: &str) -> bool {
        self.take(name) == Some(Value::Bool(true))
    }
}

/// Decodes a body as a JSON object, which its content type must declare. An empty body is an empty object.
pub(super) fn json_object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = if media == "application/json" { serde_json::from_slice(body).ok() } else { None };
    match body {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(ApiError::field("_schema", "Invalid input type.")),
    }
}

/// Decodes a body by the schema of a resource. `provided` names required fields that the rules fill in.
pub(super) fn read(
    resource: &Resource,
    store: &Store,
    body: &Map<String, Value>,
    creating: bool,
    provided: &[&str],
) -> Result<Draft, ApiError> {
    let mut draft = Draft::default();
    let mut errors = Vec::new();
    for (name, value) in body {
        let Some(field) = resource.field(name) else {
            if resource.custom_fields && !name.starts_with('~') {
                draft.members.insert(name.clone(), value.clone());
            }
            continue;
        };
        if field.access == Access::Read || field.name.starts_with('~') {
            continue;
        }
        match fields::decode(field, store, value) {
            Ok(value) if field.access == Access::Write => _ = draft.inputs.insert(field.name.to_owned(), value),
            Ok(value) => _ = draft.members.insert(field.name.to_owned(), value),
            Err(message) => errors.push((field.name.to_owned(), message)),
        }
    }
    if creating {
        for field in resource.fields.iter().filter(|field| field.required) {
            let is_given = draft.members.contains_key(field.name)
                || draft.inputs.contains_key(field.name)
                || errors.iter().any(|(name, _)| name == field.name);
            if !is_given && !provided.contains(&field.name) {
                errors.push((field.name.to_owned(), REQUIRED.to_owned()));
            }
        }
    }
    if errors.is_empty() { Ok(draft) } else { Err(ApiError::Invalid(errors)) }
}

/// Decodes the value of one field.
pub(super) fn decode_value(field: &Field, store: &Store, value: &Value) -> Result<Value, String> {
    fields::decode(field, store, value)
}

/// Sets the default value of each absent field.
pub(super) fn complete(resource: &Resource, row: &mut Row, now: &str) {
    for field in resource.fields.iter().filter(|field| field.access != Access::Write) {
        row.entry(field.name).or_insert_with(|| match field.default {
            DefaultValue::Null => Value::Null,
            DefaultValue::Integer(number) => number.into(),
            DefaultValue::Float(number) => number.into(),
            DefaultValue::Bool(is) => is.into(),
            DefaultValue::Text(text) => text.into(),
            DefaultValue::EmptyList => Value::Array(Vec::new()),
            DefaultValue::CurrentTime => now.into(),
        });
    }
}

/// Returns the objects of a list; an absent list is empty.
pub(super) fn objects(list: Option<Value>) -> Vec<Map<String, Value>> {
    let items = match list {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    items
        .into_iter()
        .filter_map(|item| match item {
            Value::Object(members) => Some(members),
            _ => None,
        })
        .collect()
}
