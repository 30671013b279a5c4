//! Webhook requests of Digitaleo: an array of at most 50 events, signed in a header.

use serde_json::{Value, json};

use crate::digitaleo::time;
use crate::state::SharedState;
use crate::vendor::credentials::DIGITALEO_CLIENT_SECRET;
use crate::webhook::{Webhook, WebhookRequest};

/// Maximum number of events in a request.
const MAX_EVENTS: usize = 50;

/// Builds the requests that deliver the events.
pub(crate) fn webhook_requests(shared: &SharedState, webhook: &Webhook) -> Vec<WebhookRequest> {
    let name = webhook.event.as_deref().unwrap_or("contact.message.click");
    let secret = webhook.secret.as_deref().unwrap_or(DIGITALEO_CLIENT_SECRET);
    let subscription = shared.random(&format!("digitaleo/subscription/{name}")).hex(32);
    let example = [json!({})];
    let events = if webhook.events.is_empty() { &example[..] } else { &webhook.events };
    let batches = events.chunks(MAX_EVENTS).map(|batch| {
        let (stamp, sent_at) = (shared.clock.next_timestamp(), shared.clock.claims_now());
        let events: Vec<Value> = batch.iter().map(|event| filled_event(event, &time::format(sent_at))).collect();
        let body = json!(events).to_string();
        let event_id = shared.random(&format!("digitaleo/event/{}", stamp.timestamp_millis())).hex(32);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("x-digitaleo-event", name.to_owned()),
            ("x-digitaleo-timestamp", sent_at.timestamp().to_string()),
            ("x-digitaleo-signature", webhook.digest.sign(secret.as_bytes(), body.as_bytes())),
            ("x-digitaleo-subscription", subscription.clone()),
            ("x-digitaleo-event-id", event_id),
        ];
        WebhookRequest { headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body }
    });
    batches.collect()
}

/// Fills an empty event with the members of a click.
fn filled_event(event: &Value, date: &str) -> Value {
    if event.as_object().is_some_and(serde_json::Map::is_empty) {
        return json!({ "contactId": "123456789", "date": date, "url": "https://exemple.fr/soldes?page=été" });
    }
    event.clone()
}
