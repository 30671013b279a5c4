//! JSON request bodies and the validation of their members.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde_json::{Map, Value};

use super::api_error::ApiError;
use crate::ditio::reporting::times::parse;
use crate::ditio::world::COMPANIES;

/// Extractor of a JSON body; the media type must be JSON.
pub(super) struct Body(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"));
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error: BytesRejection| ApiError::new(error.status(), "The request body could not be read."))?;
        if !is_json {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The content type must be application/json.",
            ));
        }
        let value = serde_json::from_slice(&body);
        value.map(Self).map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "The request body is not valid JSON."))
    }
}

impl Body {
    pub(super) fn object(self) -> Result<Map<String, Value>, ApiError> {
        match self.0 {
            Value::Object(object) => Ok(object),
            _ => Err(ApiError::new(StatusCode::BAD_REQUEST, "The request body must be an object.")),
        }
    }
}

/// Validation errors of a body.
#[derive(Default)]
pub(super) struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    /// Returns a required text, or adds an error.
    pub(super) fn required<'a>(&mut self, object: &'a Map<String, Value>, prefix: &str, name: &str) -> Option<&'a str> {
        let text = object.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.add(format!("{prefix}{name}"), format!("The {name} field is required."));
        }
        text
    }

    /// Returns a time. Adds an error if it is malformed, or missing although `required`.
    pub(super) fn time(
        &mut self,
        object: &Map<String, Value>,
        prefix: &str,
        name: &str,
        required: bool,
    ) -> Option<i64> {
        let time = match object.get(name) {
            None | Some(Value::Null) if required => {
                self.add(format!("{prefix}{name}"), format!("The {name} field is required."));
                return None;
            }
            None | Some(Value::Null) => return None,
            Some(Value::String(text)) => parse(text),
            Some(_) => None,
        };
        if time.is_none() {
            self.add(format!("{prefix}{name}"), format!("The {name} field is not a date and time."));
        }
        time
    }

    pub(super) fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.0)) }
    }
}

/// Rejects an id in the format of a company id that is not one of the client's.
///
/// Other texts are accepted, such as `company-123`, which an onboarding page of the vendor uses.
pub(super) fn check_company(id: &str) -> Result<(), ApiError> {
    let has_company_format = id.len() == 6 && id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
    if has_company_format && COMPANIES[..2].iter().all(|own| own.id != id) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, format!("No access to company '{id}'.")));
    }
    Ok(())
}
