//! Responses: JSON with status 200, or one of the documented errors.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Result of a handler: the response body or an error.
pub(super) type HandlerResult = Result<Value, ApiError>;

/// An error response.
#[derive(Debug)]
pub(super) enum ApiError {
    Unauthorized,
    /// Missing permission or unknown entity, which clients cannot distinguish.
    Forbidden,
    NotFound,
    /// The version in the body is older than the stored one.
    Conflict,
    /// The entity is invalid.
    Invalid(FieldErrors),
    /// The request cannot be parsed.
    Unreadable(String),
    /// The entity cannot be deleted.
    DeleteFailed,
}

impl ApiError {
    fn status_and_body(self) -> (StatusCode, Value) {
        let message = |text: &str| json!({ "errorMsg": text });
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, message("Unauthorized")),
            Self::Forbidden => (StatusCode::FORBIDDEN, message("Access denied or entity not found")),
            Self::NotFound => (StatusCode::NOT_FOUND, message("Not found")),
            Self::Conflict => (
                StatusCode::CONFLICT,
                message(
                    "ConcurrentModification: yourEntity.version < serverEntity.version. Read the entity again and repeat the change.",
                ),
            ),
            Self::Invalid(errors) => {
                (StatusCode::UNPROCESSABLE_ENTITY, json!({ "errorMsg": "Entity not valid", "fieldErrors": errors.0 }))
            }
            Self::Unreadable(text) => (StatusCode::UNPROCESSABLE_ENTITY, message(&text)),
            Self::DeleteFailed => (
                StatusCode::UNPROCESSABLE_ENTITY,
                json!({ "success": false, "errorMsg": "Error while deleting entity" }),
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = self.status_and_body();
        json_response(status, &body)
    }
}

/// Builds a JSON response with the content type of the vendor's server.
pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let media = HeaderValue::from_static("application/json;charset=UTF-8");
    (status, [(header::CONTENT_TYPE, media)], body.to_string()).into_response()
}

/// Returns the body of successful operations without a result.
pub(super) fn success() -> Value {
    json!({ "success": true })
}

/// Errors of the fields of an entity, in the order of the fields.
#[derive(Debug, Default)]
pub(super) struct FieldErrors(Vec<Value>);

impl FieldErrors {
    pub(super) fn add(&mut self, field: impl AsRef<str>, code: &str) {
        self.0.push(json!({ "field": field.as_ref(), "code": code }));
    }

    pub(super) fn add_mandatory(&mut self, field: impl AsRef<str>) {
        self.add(field, "mandatory");
    }

    pub(super) fn add_type_mismatch(&mut self, field: impl AsRef<str>) {
        self.add(field, "typeMismatch");
    }

    /// Adds an error with the allowed values as text.
    pub(super) fn add_with_allowed(&mut self, field: impl AsRef<str>, code: &str, allowed: impl AsRef<str>) {
        self.0.push(json!({ "field": field.as_ref(), "code": code, "allowed": allowed.as_ref() }));
    }

    /// Adds an error with the rejected value as text.
    pub(super) fn add_with_value(&mut self, field: impl AsRef<str>, code: &str, value: &Value) {
        self.0.push(json!({ "field": field.as_ref(), "code": code, "notAllowed": text(value) }));
    }

    pub(super) fn add_not_permitted(&mut self, field: impl AsRef<str>, value: &Value) {
        self.add_with_value(field, "valueNotPermitted", value);
    }

    pub(super) fn into_result(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self)) }
    }

    /// Returns the response for a single field error.
    pub(super) fn single(field: &str, code: &str) -> ApiError {
        let mut errors = Self::default();
        errors.add(field, code);
        ApiError::Invalid(errors)
    }
}

/// Formats a value for an error: a string, or a list such as `[67, 102]`.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_errors_are_text_with_spaces_after_the_commas() {
        assert_eq!(text(&json!([67, 102])), "[67, 102]");
        assert_eq!(text(&json!("A")), "A");
    }
}
