//! Webhooks: from the headers and the raw body of a delivery to events that Digitaleo has signed.

use chrono::{DateTime, Utc};
pub use keyfob_client::webhook::{Digest, Refusal, Seen};
use keyfob_client::{
    auth::SecretString,
    header::{HeaderMap, HeaderName},
    webhook::Verifier,
};
use serde_json::Value;

use crate::types::WebhookEventName;

const EVENT: HeaderName = HeaderName::from_static("x-digitaleo-event");
const EVENT_ID: HeaderName = HeaderName::from_static("x-digitaleo-event-id");
const SIGNATURE: HeaderName = HeaderName::from_static("x-digitaleo-signature");
const SUBSCRIPTION: HeaderName = HeaderName::from_static("x-digitaleo-subscription");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-digitaleo-timestamp");

/// Takes the deliveries of a subscription.
#[derive(Clone, Debug)]
#[must_use]
pub struct Receiver {
    verifier: Verifier,
}

/// One delivery: up to 50 events of one name.
///
/// The signature is taken to cover the body; what comes from headers is not known to be under it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Batch {
    /// The same whenever this batch is delivered again: drop repeats by it.
    pub id: String,
    /// What happened. Names that are not known here are kept.
    pub name: WebhookEventName,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The subscription that it belongs to.
    pub subscription: Option<String>,
    /// What the events say. Their fields are not documented.
    pub events: Vec<Value>,
}

impl Batch {
    /// What tells a repeated delivery from a new one: the id.
    #[must_use]
    pub fn dedupe_key(&self) -> &str {
        &self.id
    }
}

impl Receiver {
    /// Takes what is signed under the secret of the subscription or of the application: which of them signs is not
    /// documented.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self::with_verifier(Verifier::new(secret))
    }

    /// Takes what this verifier takes: another digest, or a second secret.
    pub fn with_verifier(verifier: Verifier) -> Self {
        Self { verifier }
    }

    /// Verifies a delivery and reads its events. The body has to be the bytes as they came.
    ///
    /// # Errors
    ///
    /// If the signature is missing or wrong, a header is missing that names the event or its id, or the body is no list.
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Batch, Refusal> {
        self.verifier.verify_header(headers, &SIGNATURE, body)?;
        let header = |name: &HeaderName| headers.get(name)?.to_str().ok().filter(|value| !value.is_empty());
        let seconds = header(&TIMESTAMP).and_then(|seconds| seconds.parse().ok());
        Ok(Batch {
            id: header(&EVENT_ID).ok_or(Refusal::Malformed)?.to_owned(),
            name: header(&EVENT).ok_or(Refusal::Malformed)?.into(),
            sent_at: seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            subscription: header(&SUBSCRIPTION).map(str::to_owned),
            events: serde_json::from_slice(body).map_err(|_| Refusal::Malformed)?,
        })
    }
}
