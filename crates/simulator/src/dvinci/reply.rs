//! Answers: JSON with status 200, or one of the refusals that the reference names.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What a handler gives back.
pub(super) type Answer = Result<Value, Refusal>;

/// Why a call is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    Unauthorized,
    /// No right, or no such entity: nobody outside can tell.
    Forbidden,
    NotFound,
    /// The version that was sent is older than the stored one.
    Conflict,
    /// The entity is not valid.
    Invalid(Errors),
    /// The request could not be understood.
    Unreadable(String),
    DeleteFailed,
}

impl Refusal {
    fn parts(self) -> (StatusCode, Value) {
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

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = self.parts();
        with_json(status, &body)
    }
}

/// JSON under the media type that the vendor's server writes.
pub(super) fn with_json(status: StatusCode, body: &Value) -> Response {
    let media = HeaderValue::from_static("application/json;charset=UTF-8");
    (status, [(header::CONTENT_TYPE, media)], body.to_string()).into_response()
}

/// The body of everything that succeeds without a result.
pub(super) fn success() -> Value {
    json!({ "success": true })
}

/// The errors of one entity, in the order of its fields.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<Value>);

impl Errors {
    pub(super) fn add(&mut self, field: impl AsRef<str>, code: &str) {
        self.0.push(json!({ "field": field.as_ref(), "code": code }));
    }

    pub(super) fn mandatory(&mut self, field: impl AsRef<str>) {
        self.add(field, "mandatory");
    }

    pub(super) fn mismatch(&mut self, field: impl AsRef<str>) {
        self.add(field, "typeMismatch");
    }

    /// With what would have been allowed, as text.
    pub(super) fn allowed(&mut self, field: impl AsRef<str>, code: &str, allowed: impl AsRef<str>) {
        self.0.push(json!({ "field": field.as_ref(), "code": code, "allowed": allowed.as_ref() }));
    }

    /// With what was not allowed, as text whatever its type.
    pub(super) fn refused(&mut self, field: impl AsRef<str>, code: &str, value: &Value) {
        self.0.push(json!({ "field": field.as_ref(), "code": code, "notAllowed": text(value) }));
    }

    pub(super) fn not_permitted(&mut self, field: impl AsRef<str>, value: &Value) {
        self.refused(field, "valueNotPermitted", value);
    }

    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self)) }
    }

    /// The refusal for one error.
    pub(super) fn only(field: &str, code: &str) -> Refusal {
        let mut errors = Self::default();
        errors.add(field, code);
        Refusal::Invalid(errors)
    }
}

/// Values in errors are strings, lists as `[67, 102]`.
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
    fn lists_in_errors_are_text_with_blanks_after_the_commas() {
        assert_eq!(text(&json!([67, 102])), "[67, 102]");
        assert_eq!(text(&json!("A")), "A");
    }
}
