//! Error responses in the vendor's formats.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error response.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    body: Value,
}

/// A validation error of one field.
#[derive(Debug)]
pub(super) struct FieldError {
    /// Field name in Pascal case, such as `CompanyId`.
    field: String,
    message: String,
}

impl FieldError {
    pub(super) fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: pascal_case(field), message: message.into() }
    }

    /// Creates the error of a missing value.
    pub(super) fn required(field: &str) -> Self {
        Self::new(field, format!("The {} field is required.", pascal_case(field)))
    }
}

impl ApiError {
    /// Creates a 404. Unknown objects and objects of foreign companies have the same response.
    pub(super) fn not_found() -> Self {
        Self::simple(StatusCode::NOT_FOUND, "NotFound", "The resource was not found.")
    }

    /// Creates a 403.
    pub(super) fn forbidden(message: &str) -> Self {
        Self::simple(StatusCode::FORBIDDEN, "Forbidden", message)
    }

    /// Creates the response to a violated business rule.
    pub(super) fn rule(message: &str) -> Self {
        Self::simple(StatusCode::BAD_REQUEST, "ValidationError", message)
    }

    /// Creates a response with an error code and a message.
    pub(super) fn simple(status: StatusCode, error: &str, message: &str) -> Self {
        Self { status, body: json!({ "error": error, "message": message }) }
    }

    /// Creates the response to invalid fields.
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

    /// Creates the response to one invalid field.
    pub(super) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(&[FieldError::new(field, message)])
    }

    /// Returns an error response if there are field errors.
    pub(super) fn if_any(errors: &[FieldError]) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self::invalid(errors)) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

fn pascal_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
