//! How a vendor's next tokens come out.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The form in which a token answer states the lifetime. The token itself lives as long as before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ExpiresIn {
    /// An integer of seconds.
    #[default]
    Seconds,
    /// The seconds as a JSON string.
    Text,
    /// The seconds as a JSON number with a fraction.
    Float,
    /// An integer of milliseconds, as Ditio is known to send now and then.
    Milliseconds,
    /// The member is left out.
    Missing,
    /// The member is this number, whatever the lifetime is: 0, negative, absurd.
    Literal(i64),
}

impl ExpiresIn {
    pub(super) fn value(self, lifetime: Duration) -> Option<Value> {
        match self {
            Self::Seconds => Some(json!(lifetime.as_secs())),
            Self::Text => Some(json!(lifetime.as_secs().to_string())),
            Self::Float => Some(json!(lifetime.as_secs_f64())),
            Self::Milliseconds => Some(json!(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX))),
            Self::Missing => None,
            Self::Literal(number) => Some(json!(number)),
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TokenSettings {
    /// Instead of the vendor's own.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) expires_in: ExpiresIn,
    /// Characters that an access token has at least.
    pub(crate) size: Option<usize>,
}
