//! Webhook receiver: verifies the signature of a delivery and decodes its event.

pub use keyfob_client::webhook::{Digest, Error, RecentKeys};
use keyfob_client::{
    Extra, Timestamp,
    auth::SecretString,
    decode::decode_slice,
    header::{HeaderMap, HeaderName},
    webhook::Verifier,
};

use crate::types::{WebhookEnvelope, WebhookEventType};

const SIGNATURE: HeaderName = HeaderName::from_static("content-hmac");

/// Receiver of the deliveries of one webhook.
#[derive(Clone, Debug)]
#[must_use]
pub struct Receiver {
    verifier: Option<Verifier>,
}

/// An event in the life of an application. The event identifies the application; fetch its data through the API.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Id of the event, the same in repeated deliveries.
    pub id: String,
    /// Time at which Bits published the event.
    pub published_at: Option<Timestamp>,
    /// Type of the event. Unknown types are retained.
    pub kind: WebhookEventType,
    /// Id of the application.
    pub application_id: Option<String>,
    /// Other fields of the event.
    pub extra: Extra,
}

impl Event {
    /// Returns the key to detect repeated deliveries by: the id, which is part of the signed body.
    #[must_use]
    pub fn dedupe_key(&self) -> &str {
        &self.id
    }
}

impl Receiver {
    /// Creates a receiver that accepts deliveries signed with this secret, which is set for the webhook in the
    /// dashboard.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self { verifier: Some(Verifier::new(secret)) }
    }

    /// Creates a receiver with another digest, several secrets or another maximum age. Bits does not document its digest,
    /// nor for how long it repeats a delivery that was not accepted.
    pub fn with_verifier(verifier: Verifier) -> Self {
        Self { verifier: Some(verifier) }
    }

    /// Creates a receiver that accepts unsigned deliveries of any age, for a webhook without a secret. **Anyone** who can
    /// reach the receiver can send events.
    pub fn unsigned() -> Self {
        Self { verifier: None }
    }

    /// Verifies a delivery and decodes its event. Pass the raw body: the signature covers its bytes, and so the time of
    /// publication, which must be within the verifier's [maximum age](Verifier::max_age), 7 days by default.
    ///
    /// # Errors
    ///
    /// If the signature is missing or wrong, the delivery is too old, or the body is not an event.
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Event, Error> {
        if let Some(verifier) = &self.verifier {
            verifier.verify_header(headers, &SIGNATURE, body)?;
        }
        // The content type is not checked: deliveries have none.
        let mut envelope = WebhookEnvelope::default();
        decode_slice(body, &mut envelope).map_err(|_| Error::Malformed)?;
        if let (Some(verifier), Some(published_at)) = (&self.verifier, &envelope.published_at) {
            verifier.verify_time(published_at)?;
        }
        let id = envelope.event_id.filter(|id| !id.is_empty()).ok_or(Error::Malformed)?;
        let event = envelope.event.ok_or(Error::Malformed)?;
        Ok(Event {
            id,
            published_at: envelope.published_at,
            kind: event.type_.ok_or(Error::Malformed)?,
            application_id: event.application_id,
            extra: event.extra,
        })
    }
}
