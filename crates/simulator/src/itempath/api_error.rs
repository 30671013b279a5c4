//! Error responses.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error response.
#[derive(Debug)]
pub(super) enum ApiError {
    /// 422: fields with their messages.
    Invalid(Vec<(String, String)>),
    /// 400: the body is one JSON string.
    Plain(&'static str),
    /// Any status with a message.
    Message(StatusCode, String),
}

impl ApiError {
    /// Returns a 422 response about one field.
    pub(super) fn field(name: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![(name.to_owned(), message.into())])
    }

    pub(super) fn not_found(title: &str) -> Self {
        Self::Message(StatusCode::NOT_FOUND, format!("{title} not found"))
    }

    /// Returns a 422 response: another row has the value of a unique field.
    pub(super) fn already_exists(title: &str, field: &str, value: &str) -> Self {
        Self::field(field, format!("{title} with {field} '{value}' already exists."))
    }

    /// Returns a 422 response: a reference to an unknown row.
    pub(super) fn unknown_reference(field: &str, title: &str, value: &str) -> Self {
        Self::field(field, format!("{title} '{value}' does not exist."))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(fields) => {
                let errors: Vec<Value> =
                    fields.into_iter().map(|(name, message)| json!({ name: { "message": message } })).collect();
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": errors }))).into_response()
            }
            Self::Plain(message) => (StatusCode::BAD_REQUEST, Json(message)).into_response(),
            Self::Message(status, message) => (status, Json(json!({ "msg": message }))).into_response(),
        }
    }
}
