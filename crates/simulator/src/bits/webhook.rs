//! Webhook requests of Bits: one event per request, signed if a secret is set.

use serde_json::{Value, json};

use crate::bits::ids;
use crate::bits::world::World;
use crate::state::SharedState;
use crate::webhook::{Webhook, WebhookRequest};

/// Builds the requests that deliver the events.
pub(crate) fn webhook_requests(shared: &SharedState, webhook: &Webhook) -> Vec<WebhookRequest> {
    let default = [json!({})];
    let events = if webhook.events.is_empty() { &default[..] } else { &webhook.events };
    events.iter().map(|event| request(shared, webhook, event.clone())).collect()
}

fn request(shared: &SharedState, webhook: &Webhook, mut event: Value) -> WebhookRequest {
    let timestamp = shared.clock.next_timestamp();
    let mut random = shared.random(&format!("bits/webhook/{}", timestamp.timestamp_millis()));
    if let Value::Object(members) = &mut event {
        let kind = webhook.event.as_deref().unwrap_or("APPLICATION_STARTED");
        members.entry("type").or_insert_with(|| json!(kind));
        members.entry("applicationId").or_insert_with(|| json!(World::first_application_id(shared)));
    }
    let published_at = shared.clock.claims_now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let envelope = json!({ "eventId": ids::uuid(&mut random), "publishedAt": published_at, "event": event });
    let body = envelope.to_string();
    let signature = webhook.secret.as_deref().map(|secret| {
        let signature = webhook.digest.sign(secret.as_bytes(), body.as_bytes());
        ("content-hmac".to_owned(), signature)
    });
    WebhookRequest { headers: signature.into_iter().collect(), body }
}
