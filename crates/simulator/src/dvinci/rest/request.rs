//! Decoded requests to the REST API.

use axum::body::Bytes;
use serde_json::Value;

use crate::dvinci::api_error::{ApiError, FieldErrors};
use crate::dvinci::auth::api_users::Caller;
use crate::dvinci::store::row::Row;
use crate::dvinci::store::write_context::WriteContext;
use crate::state::clock::Clock;
use crate::web::Query;

/// A decoded and authenticated request.
pub(in crate::dvinci) struct ApiRequest<'a> {
    pub(in crate::dvinci) params: Vec<(String, String)>,
    pub(in crate::dvinci) query: Query,
    pub(in crate::dvinci) body: Bytes,
    pub(in crate::dvinci) caller: Caller,
    pub(in crate::dvinci) clock: &'a Clock,
}

impl ApiRequest<'_> {
    /// Returns a decoded path parameter; empty if the path has none.
    pub(in crate::dvinci) fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(in crate::dvinci) fn id(&self) -> &str {
        self.param("id")
    }

    /// Decodes the body as a JSON object. An empty body is an empty object.
    pub(in crate::dvinci) fn object(&self) -> Result<Row, ApiError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Row::new());
        }
        match self.json()? {
            Value::Object(object) => Ok(object),
            _ => Err(ApiError::Unreadable("The request body is not a JSON object".to_owned())),
        }
    }

    /// Decodes the body as an array of JSON objects.
    pub(in crate::dvinci) fn objects(&self) -> Result<Vec<Row>, ApiError> {
        let Value::Array(items) = self.json()? else {
            return Err(ApiError::Unreadable("The request body is not a JSON array".to_owned()));
        };
        let mut errors = FieldErrors::default();
        let mut objects = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Value::Object(object) => objects.push(object),
                _ => errors.add_type_mismatch(index.to_string()),
            }
        }
        errors.into_result().map(|()| objects)
    }

    /// Returns the context of a write at the current simulated time.
    pub(in crate::dvinci) fn write_context(&self) -> WriteContext {
        WriteContext { caller: self.caller, at: self.clock.next_timestamp() }
    }

    fn json(&self) -> Result<Value, ApiError> {
        serde_json::from_slice(&self.body)
            .map_err(|_| ApiError::Unreadable("The request body is not valid JSON".to_owned()))
    }
}
