//! Errors as services describe them, decoded from the formats that services use.

use std::fmt;

use bytes::Bytes;
use serde_json::{Map, Value};

/// A service's own description of an error: code, message and field errors of an error response.
///
/// The error formats of all supported services are decoded; [`body`](ApiError::body) returns the unparsed response.
/// `Debug` shows no contents, because they may contain personal data. Returned by
/// [`Error::service_error`](crate::Error::service_error).
#[derive(Clone, Default)]
pub struct ApiError {
    code: Option<String>,
    message: Option<String>,
    fields: Vec<FieldError>,
    body: Bytes,
}

/// A service's error for one field of a request.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// Name of the field on the wire.
    pub field: String,
    /// The service's code, if any.
    pub code: Option<String>,
    /// The service's message; empty if there is none.
    pub message: String,
}

/// Names under which services send a message for people, in order of preference.
const MESSAGES: [&str; 7] = ["message", "error_description", "errorMsg", "msg", "detail", "title", "error"];
/// Names under which services send a code for programs, in order of preference.
const CODES: [&str; 4] = ["code", "errorCode", "error", "errorKey"];
/// Names under which services send field errors.
const FIELD_LISTS: [&str; 3] = ["errors", "messages", "fieldErrors"];

impl ApiError {
    /// Decodes the body of an error response. A body that is not JSON has no code, message or fields.
    pub(crate) fn read(body: Bytes) -> Self {
        let mut error = Self { body, ..Self::default() };
        match error.json() {
            Some(Value::String(text)) => error.message = Some(text),
            Some(Value::Object(object)) => {
                // Some services nest the error: {"error": {"message": …}}.
                let inner = object.get("error").and_then(Value::as_object).unwrap_or(&object);
                error.message = first(inner, &MESSAGES);
                error.code = first(inner, &CODES);
                for name in FIELD_LISTS {
                    add_fields(inner.get(name).unwrap_or(&Value::Null), &mut error.fields);
                }
            }
            Some(list @ Value::Array(_)) => add_fields(&list, &mut error.fields),
            _ => {}
        }
        if error.message.is_none() {
            error.message = error.fields.iter().map(|field| field.message.clone()).find(|message| !message.is_empty());
        }
        if error.code.is_none() {
            error.code = error.fields.iter().find_map(|field| field.code.clone());
        }
        error
    }

    /// Returns the service's code, for example `invalid_scope`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the service's message, in the service's language.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns the errors of individual fields.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    /// Returns the body as received, at most the first 64 KiB.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as JSON, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(std::str::from_utf8(&self.body).ok()?).ok()
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError").field("body", &format_args!("{} bytes", self.body.len())).finish_non_exhaustive()
    }
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError").finish_non_exhaustive()
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns the first text under one of these names.
fn first(map: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(map.get(*name)?))
}

/// Decodes the lists and maps in which services send field errors: `[{field, message}]`, `[{name: {message}}]`,
/// `{name: [message]}`, `{name: {code}}`, `[message]`.
fn add_fields(value: &Value, fields: &mut Vec<FieldError>) {
    match value {
        Value::Array(entries) => {
            for entry in entries {
                add_entry(entry, fields);
            }
        }
        Value::Object(map) => add_named(map, fields),
        _ => {}
    }
}

fn add_entry(value: &Value, fields: &mut Vec<FieldError>) {
    let (field, code, message) = match value.as_object() {
        Some(map) => (first(map, &["field", "name", "path"]), first(map, &CODES), first(map, &MESSAGES)),
        None => (None, None, text(value)),
    };
    match (value, &field, &message) {
        (Value::Object(map), None, None) => add_named(map, fields),
        (_, None, None) => {}
        _ => fields.push(FieldError { field: field.unwrap_or_default(), code, message: message.unwrap_or_default() }),
    }
}

fn add_named(map: &Map<String, Value>, fields: &mut Vec<FieldError>) {
    for (name, value) in map {
        match value {
            Value::Array(values) => {
                for value in values {
                    fields.push(named(name, value));
                }
            }
            value => fields.push(named(name, value)),
        }
    }
}

fn named(name: &str, value: &Value) -> FieldError {
    let map = value.as_object();
    let message = text(value).or_else(|| first(map?, &MESSAGES));
    let code = map.and_then(|map| first(map, &CODES));
    FieldError { field: name.to_owned(), code, message: message.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, code: Option<&str>, message: Option<&str>, fields: &[(&str, &str)]) {
        let error = ApiError::read(Bytes::copy_from_slice(body.as_bytes()));
        assert_eq!(error.code(), code);
        assert_eq!(error.message(), message);
        let found: Vec<_> = error.fields().iter().map(|f| (f.field.as_str(), f.message.as_str())).collect();
        assert_eq!(found, fields);
        assert_eq!(error.body(), body.as_bytes());
    }

    #[test]
    fn the_error_formats_of_all_vendors_are_decoded() {
        check(r#"{"error":"ArgumentIsNull","message":"Gone"}"#, Some("ArgumentIsNull"), Some("Gone"), &[]);
        check(
            r#"{"message":"Validation failed","errors":[{"code":"ValidationError","field":"Phone","message":"Required."}]}"#,
            Some("ValidationError"),
            Some("Validation failed"),
            &[("Phone", "Required.")],
        );
        check(r#"{"error":{"message":"late"}}"#, None, Some("late"), &[]);
        check(
            r#"{"errors":[{"name":{"message":"already exists"}}]}"#,
            None,
            Some("already exists"),
            &[("name", "already exists")],
        );
        check(
            r#"{"errorMsg":"bad","fieldErrors":{"email":{"code":"email.invalid"}}}"#,
            Some("email.invalid"),
            Some("bad"),
            &[("email", "")],
        );
        check(
            r#"{"status":417,"message":"no","messages":[{"field":"a","message":"b"}]}"#,
            None,
            Some("no"),
            &[("a", "b")],
        );
        check(
            r#"{"title":"One or more","errors":{"Name":["x","y"]}}"#,
            None,
            Some("One or more"),
            &[("Name", "x"), ("Name", "y")],
        );
        check(r#"["Order must have lines"]"#, None, Some("Order must have lines"), &[("", "Order must have lines")]);
        check(r#""plain""#, None, Some("plain"), &[]);
    }

    #[test]
    fn a_body_that_is_not_json_is_retained_without_code_message_or_fields() {
        check("<h1>502</h1>", None, None, &[]);
        check("", None, None, &[]);
    }

    #[test]
    fn debug_shows_no_contents() {
        let error = ApiError::read(Bytes::from_static(
            br#"{"message":"canary","errors":[{"field":"canary","message":"canary"}]}"#,
        ));
        assert!(!format!("{error:?} {:?}", error.fields()).contains("canary"));
    }
}
