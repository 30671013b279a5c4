//! The answers to what is wrong.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why a call is not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// 422: what is wrong with which field.
    Invalid(Vec<(String, String)>),
    /// 400: the body is one JSON string.
    Plain(&'static str),
    /// Any status with a message.
    Message(StatusCode, String),
}

impl Refusal {
    /// One field is wrong.
    pub(super) fn field(name: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![(name.to_owned(), message.into())])
    }

    pub(super) fn not_found(title: &str) -> Self {
        Self::Message(StatusCode::NOT_FOUND, format!("{title} not found"))
    }

    /// A table has this name already.
    pub(super) fn taken(title: &str, field: &str, value: &str) -> Self {
        Self::field(field, format!("{title} with {field} '{value}' already exists."))
    }

    /// There is no such row to refer to.
    pub(super) fn missing(field: &str, title: &str, value: &str) -> Self {
        Self::field(field, format!("{title} '{value}' does not exist."))
    }
}

impl IntoResponse for Refusal {
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
