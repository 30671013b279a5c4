//! JSON bodies, and the members that are common to what is sent in.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::ditio::reporting::times::parse;
use crate::ditio::world::COMPANIES;

/// A body that says that it is JSON, and is.
pub(super) struct Body(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"));
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|why: BytesRejection| Problem::new(why.status(), "The request body could not be read."))?;
        if !is_json {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The content type must be application/json."));
        }
        let value = serde_json::from_slice(&body);
        value.map(Self).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "The request body is not valid JSON."))
    }
}

impl Body {
    pub(super) fn object(self) -> Result<Map<String, Value>, Problem> {
        match self.0 {
            Value::Object(object) => Ok(object),
            _ => Err(Problem::new(StatusCode::BAD_REQUEST, "The request body must be an object.")),
        }
    }
}

/// What is wrong with an object that was sent in.
#[derive(Default)]
pub(super) struct Faults(Vec<(String, String)>);

impl Faults {
    pub(super) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    /// A text that must be there.
    pub(super) fn required<'a>(&mut self, object: &'a Map<String, Value>, at: &str, name: &str) -> Option<&'a str> {
        let text = object.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.add(format!("{at}{name}"), format!("The {name} field is required."));
        }
        text
    }

    /// A time; missing ones are told as such only if they must be there.
    pub(super) fn time(&mut self, object: &Map<String, Value>, at: &str, name: &str, needed: bool) -> Option<i64> {
        let read = match object.get(name) {
            None | Some(Value::Null) if needed => {
                self.add(format!("{at}{name}"), format!("The {name} field is required."));
                return None;
            }
            None | Some(Value::Null) => return None,
            Some(Value::String(text)) => parse(text),
            Some(_) => None,
        };
        if read.is_none() {
            self.add(format!("{at}{name}"), format!("The {name} field is not a date and time."));
        }
        read
    }

    pub(super) fn check(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

/// Refuses an id that has the form of a company's and is not one of the client's.
///
/// Other texts pass: what an onboarding page calls `company-123` is accepted as it stands.
pub(super) fn own_company(id: &str) -> Result<(), Problem> {
    let looks_real = id.len() == 6 && id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
    if looks_real && COMPANIES[..2].iter().all(|own| own.id != id) {
        return Err(Problem::new(StatusCode::FORBIDDEN, format!("No access to company '{id}'.")));
    }
    Ok(())
}
