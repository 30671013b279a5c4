//! Error responses: a message and field errors.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error response.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    message: String,
    errors: Vec<Value>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), errors: Vec::new() }
    }

    /// Creates the response to invalid fields, given as names and messages.
    pub(super) fn invalid(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let errors = fields.into_iter().map(|(field, message)| {
            json!({
                "category": "UserInvalidInputError",
                "code": "ValidationError",
                "field": field,
                "message": message,
            })
        });
        Self { errors: errors.collect(), ..Self::new(StatusCode::BAD_REQUEST, "Validation failed") }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut errors = self.errors;
        if errors.is_empty() {
            errors.push(json!({ "message": self.message }));
        }
        (self.status, Json(json!({ "message": self.message, "errors": errors }))).into_response()
    }
}
