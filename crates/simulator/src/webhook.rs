//! Webhooks that the simulated vendors send.

mod deliver;
mod send;
mod sign;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use deliver::deliver;
pub use sign::Digest;

use crate::vendor::Vendor;

/// Events to deliver to a receiver on this machine, signed as the vendor signs them.
///
/// In JSON the members have the names of the methods; `vendor` and `url` are required.
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
    /// Creates a webhook with one example event. `url` must be plain HTTP to this machine.
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

    /// Sets the secret that signs the body. The default depends on the vendor: no signature, or the client's secret.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Sets the hash function of the signature. Default: SHA-256; the vendors do not document theirs.
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// Sets the name of the event, which a vendor sends in the body or in a header.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.event = Some(name.into());
        self
    }

    /// Sets the contents of the events. Missing members get example values, depending on the vendor.
    pub fn events(mut self, events: impl IntoIterator<Item = Value>) -> Self {
        self.events = events.into_iter().collect();
        self
    }

    /// Sets the number of times that each request is sent, to test at-least-once delivery, at most 10,000. Default: 1.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}

/// A request sent to the receiver, and the receiver's status.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Status that the receiver returned.
    pub status: u16,
    /// Vendor-specific headers, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// Body: exactly the bytes that were signed.
    pub body: String,
}

/// A request that delivers events, in the vendor's format.
pub(crate) struct WebhookRequest {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}
