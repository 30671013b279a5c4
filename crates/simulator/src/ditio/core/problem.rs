//! Refusals, in the envelopes that the vendor is known to send.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer that is not a success.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    body: Value,
}

/// What is wrong with one field.
#[derive(Debug)]
pub(super) struct FieldError {
    /// The name as .NET has it: `CompanyId`.
    field: String,
    message: String,
}

impl FieldError {
    pub(super) fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: pascal(field), message: message.into() }
    }

    /// The text of a missing value.
    pub(super) fn required(field: &str) -> Self {
        Self::new(field, format!("The {} field is required.", pascal(field)))
    }
}

impl Problem {
    /// Missing and foreign objects are told in the same words.
    pub(super) fn not_found() -> Self {
        Self::simple(StatusCode::NOT_FOUND, "NotFound", "The resource was not found.")
    }

    pub(super) fn forbidden(message: &str) -> Self {
        Self::simple(StatusCode::FORBIDDEN, "Forbidden", message)
    }

    /// A broken business rule.
    pub(super) fn rule(message: &str) -> Self {
        Self::simple(StatusCode::BAD_REQUEST, "ValidationError", message)
    }

    /// One error code and one text.
    pub(super) fn simple(status: StatusCode, error: &str, message: &str) -> Self {
        Self { status, body: json!({ "error": error, "message": message }) }
    }

    /// Field by field.
    pub(super) fn invalid(errors: &[FieldError]) -> Self {
        let errors: Vec<Value> = errors
            .iter()
            .map(|FieldError { field, message }| {
                json!({
                    "category": "UserInvalidInputError",
                    "code": "ValidationError",
                    "field": field,
                    "message": message,
                })
            })
            .collect();
        Self { status: StatusCode::BAD_REQUEST, body: json!({ "message": "Validation failed", "errors": errors }) }
    }

    /// One field.
    pub(super) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(&[FieldError::new(field, message)])
    }

    /// Fails if there are errors.
    pub(super) fn unless_empty(errors: &[FieldError]) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self::invalid(errors)) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
