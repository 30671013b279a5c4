//! Error responses of the resource hosts. Clients recognize an error by `status` in the body.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// An error response of a resource host.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    message: String,
    /// Property and code of a validation error.
    field: Option<(String, &'static str)>,
    /// OAuth 2.0 `error` code, sent instead of the vendor's own members.
    error: Option<&'static str>,
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), field: None, error: None }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Resource not found")
    }

    pub(super) fn not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed for this resource")
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403: the token is valid but its scope does not cover the request.
    pub(super) fn insufficient_scope() -> Self {
        Self {
            error: Some("insufficient_scope"),
            ..Self::new(
                StatusCode::FORBIDDEN,
                "The request requires higher privileges than provided by the access token",
            )
        }
    }

    /// 417: a required property is missing.
    pub(super) fn required(field: &str) -> Self {
        Self::validation(field, "REQUIRED", format!("The property {field} is required"))
    }

    /// 417: a value is invalid. The message contains the value, because clients search for it there.
    pub(super) fn invalid(field: &str, value: &str) -> Self {
        Self::validation(field, "INVALID_VALUE", format!("The value \"{value}\" of the property {field} is not valid"))
    }

    /// 417: a rule is violated, described by the message.
    pub(super) fn rule_violated(field: &str, message: impl Into<String>) -> Self {
        Self::validation(field, "RULE_VIOLATED", message.into())
    }

    /// Returns the human-readable message.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    fn validation(field: &str, code: &'static str, message: String) -> Self {
        Self { field: Some((field.to_owned(), code)), ..Self::new(StatusCode::EXPECTATION_FAILED, message) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        if let Some(error) = self.error {
            body.insert("error".to_owned(), json!(error));
            body.insert("error_description".to_owned(), json!(self.message));
        } else {
            let status = self.status.as_u16();
            body.insert("status".to_owned(), json!(status));
            body.insert("httpStatusCode".to_owned(), json!(status.to_string()));
            if let Some((field, code)) = &self.field {
                body.insert("errorCode".to_owned(), json!(code));
                let entry = json!({ "field": field, "message": self.message, "errorCode": code });
                body.insert("messages".to_owned(), json!([entry]));
            }
            body.insert("message".to_owned(), json!(self.message));
        }
        let mut response = (self.status, Json(Value::Object(body))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"Service\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
