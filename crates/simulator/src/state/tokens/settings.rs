//! Settings of a vendor's next tokens.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The form in which a token response states the lifetime. The lifetime of the token itself does not change.
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
    /// An integer of milliseconds, a deviation known from a vendor's production system.
    Milliseconds,
    /// No `expires_in` member.
    Missing,
    /// This number, independent of the lifetime; it may be zero, negative or huge.
    Literal(i64),
}

impl ExpiresIn {
    /// Returns the value of `expires_in`; `None` to omit the member.
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

/// Settings of a vendor's next tokens.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TokenSettings {
    /// Overrides the vendor's lifetime.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) expires_in: ExpiresIn,
    /// Minimum length of an access token, in characters.
    pub(crate) size: Option<usize>,
}

impl TokenSettings {
    /// Maximum lifetime, 1,000 years: its end can be represented whatever the simulated time.
    pub(crate) const MAX_LIFETIME: Duration = Duration::from_secs(1_000 * 365 * 24 * 60 * 60);
    /// Maximum size, in characters; longer than any header section that the server accepts.
    pub(crate) const MAX_SIZE: usize = 1_000_000;

    /// Returns the settings with values within their limits.
    pub(super) fn limited(mut self) -> Self {
        self.lifetime = self.lifetime.map(|lifetime| lifetime.min(Self::MAX_LIFETIME));
        self.size = self.size.map(|size| size.min(Self::MAX_SIZE));
        self
    }
}
