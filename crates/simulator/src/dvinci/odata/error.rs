//! Errors of the OData service, in the format of OData 4.0.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dvinci::api_error::json_response;

/// An error response.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ODataError {
    status: StatusCode,
    message: String,
}

impl ODataError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "OData Reporting Data | fetch is not permitted")
    }

    pub(super) fn not_found(name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("There is no entity set {name}"))
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_implemented(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, message)
    }
}

impl IntoResponse for ODataError {
    fn into_response(self) -> Response {
        let code = self.status.as_str();
        let response = json_response(self.status, &json!({ "error": { "code": code, "message": self.message } }));
        if self.status == StatusCode::UNAUTHORIZED {
            return ([(header::WWW_AUTHENTICATE, r#"Basic realm="d.vinci""#)], response).into_response();
        }
        response
    }
}
