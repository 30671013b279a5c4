//! Checkpoint of a copy: what it belongs to, and the progress of its source.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// Version of the format. Checkpoints of other versions are refused.
const VERSION: u32 = 1;

/// Checkpoint of a copy, stored by the destination in the transaction that writes the rows. Contains no rows and no
/// secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Checkpoint {
    version: u32,
    /// Name of the API.
    pub api: String,
    /// Name of the table.
    pub table: String,
    /// Account that the rows belong to.
    pub account: Account,
    /// Version of the API's description.
    pub spec: String,
    /// [`Schema::fingerprint`], in hexadecimal. JSON numbers are not exact beyond 53 bits.
    pub schema: String,
    /// First and last date of the rows, if the copy is limited.
    #[serde(default, skip_serializing_if = "Window::is_unlimited")]
    pub window: Window,
    /// The current listing of all rows has to delete the rows that it does not list, so it cannot be resumed in the
    /// middle.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replacing: bool,
    /// Start of the run in which the current listing of all rows began; `None` if no listing is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_from: Option<DateTime<Utc>>,
    /// Progress of the source; null before the first page.
    pub progress: Value,
    /// Start of the run that wrote the checkpoint.
    pub started: DateTime<Utc>,
}

/// Account of a copy, on which the visible rows depend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// URL of the service that lists the table.
    pub service: String,
    /// Id of the API client, or another name of the account without secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// Dates that limit a copy, both inclusive, in the format sent to the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First date or time, for example `2026-01-31` or `2026-01-31T12:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last date or time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl Window {
    /// Creates a window from its first and last date.
    #[must_use]
    pub fn new(from: Option<String>, to: Option<String>) -> Self {
        Self { from, to }
    }

    /// Returns `true` if the copy has all rows.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

impl Account {
    /// Creates an account.
    #[must_use]
    pub fn new(service: impl Into<String>, client: Option<String>) -> Self {
        Self { service: service.into(), client }
    }
}

impl Checkpoint {
    /// Creates the checkpoint of a copy that does not exist yet.
    #[must_use]
    pub fn new(schema: &Schema, account: Account, window: Window, started: DateTime<Utc>) -> Self {
        Self {
            version: VERSION,
            api: schema.api().to_owned(),
            table: schema.name().to_owned(),
            account,
            spec: schema.table().version.to_owned(),
            schema: fingerprint(schema),
            window,
            replacing: false,
            listed_from: None,
            progress: Value::Null,
            started,
        }
    }

    /// Returns the checkpoint as JSON.
    ///
    /// # Panics
    ///
    /// Never: a checkpoint can always be written as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a checkpoint has texts only")
    }

    /// Reads a checkpoint from JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Mismatch`] if it was written by another version, or is not a checkpoint.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let damaged = |error| {
            let message = "the checkpoint cannot be read; start over with a listing of all rows";
            Error::new(ErrorKind::Mismatch, message).with_source(error)
        };
        let Version { version } = serde_json::from_str(json).map_err(damaged)?;
        if version != VERSION {
            let message = format!(
                "the checkpoint has version {version} and this program writes version {VERSION}; use the program that \
                 wrote it, or start over with a listing of all rows"
            );
            return Err(Error::new(ErrorKind::Mismatch, message));
        }
        serde_json::from_str(json).map_err(damaged)
    }

    /// Returns `true` if the copy has the columns of the schema.
    #[must_use]
    pub fn has_schema(&self, schema: &Schema) -> bool {
        self.schema == fingerprint(schema)
    }

    /// Sets the schema of the copy.
    pub(crate) fn set_schema(&mut self, schema: &Schema) {
        self.schema = fingerprint(schema);
        schema.table().version.clone_into(&mut self.spec);
    }
}

fn fingerprint(schema: &Schema) -> String {
    format!("{:016x}", schema.fingerprint())
}
