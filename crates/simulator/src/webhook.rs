//! Webhooks: events that a test lets the simulated vendors send.

mod deliver;
mod send;
mod sign;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use deliver::deliver;
pub use sign::Digest;

use crate::vendor::Vendor;

/// Events to deliver to a receiver on this machine, signed as the vendor does it.
///
/// From JSON it takes the members of the same names in camel case; `vendor` and `url` are required.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use]
pub struct Webhook {
    pub(crate) vendor: Vendor,
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    #[serde(default)]
    pub(crate) digest: Digest,
    pub(crate) event: Option<String>,
    #[serde(default)]
    pub(crate) events: Vec<Value>,
    #[serde(default = "once")]
    pub(crate) times: u32,
}

fn once() -> u32 {
    1
}

impl Webhook {
    /// One event of the vendor's best known kind; `url` is plain HTTP to this machine.
    pub fn new(vendor: Vendor, url: impl Into<String>) -> Self {
        Self {
            vendor,
            url: url.into(),
            secret: None,
            digest: Digest::default(),
            event: None,
            events: Vec::new(),
            times: 1,
        }
    }

    /// What signs. Without it Bits does not sign, and Digitaleo signs with the client's secret.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// The digest of the signature, SHA-256 unless told otherwise: the vendors do not name theirs.
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// The name of the event: `type` at Bits, `X-Digitaleo-Event` at Digitaleo.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.event = Some(name.into());
        self
    }

    /// What the events say; objects get the members that are missing.
    pub fn events(mut self, events: impl IntoIterator<Item = Value>) -> Self {
        self.events = events.into_iter().collect();
        self
    }

    /// How often each request is sent, as deliveries come at least once, not exactly once.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}

/// A delivery as it was sent, and what the receiver said.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The receiver's status.
    pub status: u16,
    /// The vendor's own headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The exact bytes that were signed.
    pub body: String,
}

/// A request as the vendor sends it.
pub(crate) struct WebhookRequest {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}
