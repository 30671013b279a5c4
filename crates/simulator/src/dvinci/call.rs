//! A request as the handlers see it, and who sends it.

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::reply::{Errors, Refusal};
use crate::state::clock::Clock;
use crate::web::Query;

/// A JSON object: a body, or a stored row.
pub(super) type Row = Map<String, Value>;

/// An API user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// The user's row.
    pub(super) user: i64,
    /// Whether the user's role has every permission. One without may not rate, place, delete, or change users.
    pub(super) everything: bool,
}

/// Who writes, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    pub(super) caller: Caller,
    pub(super) at: DateTime<Utc>,
}

pub(super) struct Call<'a> {
    pub(super) params: Vec<(String, String)>,
    pub(super) query: Query,
    pub(super) body: Bytes,
    pub(super) caller: Caller,
    pub(super) clock: &'a Clock,
}

impl Call<'_> {
    /// A parameter of the path, decoded.
    pub(super) fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(super) fn id(&self) -> &str {
        self.param("id")
    }

    /// The body as a JSON object; no body is an empty object.
    pub(super) fn object(&self) -> Result<Row, Refusal> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Row::new());
        }
        match self.json()? {
            Value::Object(object) => Ok(object),
            _ => Err(Refusal::Unreadable("The request body is not a JSON object".to_owned())),
        }
    }

    /// The body as a list of JSON objects.
    pub(super) fn objects(&self) -> Result<Vec<Row>, Refusal> {
        let Value::Array(items) = self.json()? else {
            return Err(Refusal::Unreadable("The request body is not a JSON array".to_owned()));
        };
        let mut errors = Errors::default();
        let mut objects = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Value::Object(object) => objects.push(object),
                _ => errors.mismatch(index.to_string()),
            }
        }
        errors.finish().map(|()| objects)
    }

    /// A write that happens now.
    pub(super) fn writer(&self) -> Writer {
        Writer { caller: self.caller, at: self.clock.next_timestamp() }
    }

    fn json(&self) -> Result<Value, Refusal> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Refusal::Unreadable("The request body is not valid JSON".to_owned()))
    }
}
