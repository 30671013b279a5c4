//! Webhooks: from the headers and the raw body of a delivery to an event that Bits has signed.

pub use keyfob_client::webhook::{Digest, Refusal, Seen};
use keyfob_client::{
    Extra, Timestamp,
    auth::SecretString,
    header::{HeaderMap, HeaderName},
    webhook::Verifier,
};

use crate::types::{WebhookEnvelope, WebhookEventType};

const SIGNATURE: HeaderName = HeaderName::from_static("content-hmac");

/// Takes the deliveries of one webhook.
#[derive(Clone, Debug)]
#[must_use]
pub struct Receiver {
    verifier: Option<Verifier>,
}

/// Something that happened to an application. It names what it is about; the API has the data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The same whenever this event is delivered again: drop repeats by it.
    pub id: String,
    /// When Bits published it.
    pub published_at: Option<Timestamp>,
    /// What happened. Names that are not known here are kept.
    pub kind: WebhookEventType,
    /// The application that it happened to.
    pub application_id: Option<String>,
    /// What else the event says.
    pub extra: Extra,
}

impl Event {
    /// What tells a repeated delivery from a new one: the id.
    #[must_use]
    pub fn dedupe_key(&self) -> &str {
        &self.id
    }
}

impl Receiver {
    /// Takes what is signed under the secret that was set for the webhook in the dashboard.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self { verifier: Some(Verifier::new(secret)) }
    }

    /// Takes what this verifier takes: another digest, as Bits does not name its own, or a second secret.
    pub fn with_verifier(verifier: Verifier) -> Self {
        Self { verifier: Some(verifier) }
    }

    /// Takes everything that has the form of an event, for a webhook without a secret: **anybody** who can reach the
    /// receiver can send events.
    pub fn unsigned() -> Self {
        Self { verifier: None }
    }

    /// Verifies a delivery and reads its event. The body has to be the bytes as they came.
    ///
    /// # Errors
    ///
    /// If the signature is missing or wrong, or the body is no event.
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Event, Refusal> {
        if let Some(verifier) = &self.verifier {
            verifier.verify_header(headers, &SIGNATURE, body)?;
        }
        // No content type is asked for: deliveries come without one.
        let envelope: WebhookEnvelope = serde_json::from_slice(body).map_err(|_| Refusal::Malformed)?;
        let id = envelope.event_id.filter(|id| !id.is_empty()).ok_or(Refusal::Malformed)?;
        let event = envelope.event.ok_or(Refusal::Malformed)?;
        Ok(Event {
            id,
            published_at: envelope.published_at,
            kind: event.type_.ok_or(Refusal::Malformed)?,
            application_id: event.application_id,
            extra: event.extra,
        })
    }
}
