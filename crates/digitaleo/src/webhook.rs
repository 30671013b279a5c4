//! Webhook receiver: verifies the signature of a delivery and decodes its events.

use chrono::{DateTime, Utc};
pub use keyfob_client::webhook::{Digest, Error, RecentKeys};
use keyfob_client::{
    auth::SecretString,
    header::{HeaderMap, HeaderName},
    webhook::{Verifier, body_key},
};
use serde_json::Value;

use crate::types::WebhookEventName;

const EVENT: HeaderName = HeaderName::from_static("x-digitaleo-event");
const EVENT_ID: HeaderName = HeaderName::from_static("x-digitaleo-event-id");
const SIGNATURE: HeaderName = HeaderName::from_static("x-digitaleo-signature");
const SUBSCRIPTION: HeaderName = HeaderName::from_static("x-digitaleo-subscription");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-digitaleo-timestamp");

/// Receiver of the deliveries of a subscription.
#[derive(Clone, Debug)]
#[must_use]
pub struct Receiver {
    verifier: Verifier,
}

/// A delivery: up to 50 events of one name.
///
/// The receiver assumes that the signature covers the body only. Fields from headers are then not authenticated: whoever
/// has recorded a delivery can send it again under another id and time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// Id of the batch, the same in repeated deliveries. From a header.
    pub id: String,
    /// Name of the events. Unknown names are retained. From a header.
    pub name: WebhookEventName,
    /// Time of sending. From a header.
    pub sent_at: Option<DateTime<Utc>>,
    /// Subscription of the events. From a header.
    pub subscription: Option<String>,
    /// Events. Their fields are not documented. From the body.
    pub events: Vec<Value>,
    key: String,
}

impl Batch {
    /// Returns the key to detect repeated deliveries by: a hash of the body, which is signed, unlike the id. Batches with
    /// identical bodies count as one.
    #[must_use]
    pub fn dedupe_key(&self) -> &str {
        &self.key
    }
}

impl Receiver {
    /// Creates a receiver that accepts deliveries signed with this secret: that of the subscription or of the
    /// application. Digitaleo does not document which of them signs.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self::with_verifier(Verifier::new(secret))
    }

    /// Creates a receiver with another digest or several secrets.
    pub fn with_verifier(verifier: Verifier) -> Self {
        Self { verifier }
    }

    /// Verifies a delivery and decodes its events. Pass the raw body: the signature covers its bytes.
    ///
    /// # Errors
    ///
    /// If the signature is missing or wrong, the header with the event's name or id is missing, or the body is not a
    /// list.
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Batch, Error> {
        self.verifier.verify_header(headers, &SIGNATURE, body)?;
        let header = |name: &HeaderName| headers.get(name)?.to_str().ok().filter(|value| !value.is_empty());
        let seconds = header(&TIMESTAMP).and_then(|seconds| seconds.parse().ok());
        Ok(Batch {
            id: header(&EVENT_ID).ok_or(Error::Malformed)?.to_owned(),
            name: header(&EVENT).ok_or(Error::Malformed)?.into(),
            sent_at: seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            subscription: header(&SUBSCRIPTION).map(str::to_owned),
            events: serde_json::from_slice(body).map_err(|_| Error::Malformed)?,
            key: body_key(body),
        })
    }
}
