//! Receives webhooks of Bits and Digitaleo with axum: verifies deliveries, drops repeats, and queues new events.
//!
//! Starts a simulator, which delivers. A service listens on an address behind its TLS proxy.
//!
//! ```sh
//! cargo run -p keyfob-examples --example webhook_receiver
//! ```
//!
//! ```text
//! bits responded to 3 deliveries of one event: [204, 204, 204]
//! digitaleo responded to a batch of 2 events: [204]
//! a delivery with a wrong secret: [401]
//! queued: APPLICATION_STARTED of …
//! queued: contact.message.click: {"contactId":1}
//! queued: contact.message.click: {"contactId":2}
//! ```

use std::{
    error::Error,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use keyfob::{bits, client::webhook::RecentKeys, digitaleo};
use keyfob_simulator::{Simulator, Vendor, Webhook, credentials::DIGITALEO_CLIENT_SECRET};
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedSender, unbounded_channel},
};

/// Number of recent deliveries among which a repeat is detected.
const REMEMBERED: usize = 10_000;

#[derive(Clone)]
struct Receivers {
    bits: bits::webhook::Receiver,
    digitaleo: digitaleo::webhook::Receiver,
    seen: Arc<Mutex<RecentKeys>>,
    queue: UnboundedSender<String>,
}

impl Receivers {
    /// Queues the events of a delivery unless the delivery is a repeat.
    ///
    /// A delivery is remembered and acknowledged only after its events were queued. The vendor repeats all others.
    fn queue(&self, key: String, events: impl IntoIterator<Item = String>) -> StatusCode {
        let mut seen = self.seen.lock().expect("nothing panics while it is locked");
        if !seen.contains(&key) {
            for event in events {
                if self.queue.send(event).is_err() {
                    return StatusCode::SERVICE_UNAVAILABLE;
                }
            }
            seen.insert(key);
        }
        StatusCode::NO_CONTENT
    }
}

/// Routes `/bits` and `/digitaleo`. The handlers take the raw body, because the signature covers its bytes.
pub(crate) fn router(bits_secret: &str, digitaleo_secret: &str, queue: UnboundedSender<String>) -> Router {
    let receivers = Receivers {
        bits: bits::webhook::Receiver::new(bits_secret),
        digitaleo: digitaleo::webhook::Receiver::new(digitaleo_secret),
        seen: Arc::new(Mutex::new(RecentKeys::new(REMEMBERED))),
        queue,
    };
    Router::new().route("/bits", post(from_bits)).route("/digitaleo", post(from_digitaleo)).with_state(receivers)
}

async fn from_bits(State(receivers): State<Receivers>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match receivers.bits.receive(&headers, &body) {
        Ok(event) => {
            let application = event.application_id.as_deref().unwrap_or("no application");
            receivers.queue(format!("bits {}", event.dedupe_key()), [format!("{} of {application}", event.kind)])
        }
        Err(error) => error.status(),
    }
}

async fn from_digitaleo(State(receivers): State<Receivers>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match receivers.digitaleo.receive(&headers, &body) {
        Ok(batch) => {
            let events = batch.events.iter().map(|event| format!("{}: {event}", batch.name));
            receivers.queue(format!("digitaleo {}", batch.dedupe_key()), events)
        }
        Err(error) => error.status(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (bits_secret, digitaleo_secret) = ("secret from the dashboard", DIGITALEO_CLIENT_SECRET);
    let (queue, mut events) = unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = axum::serve(listener, router(bits_secret, digitaleo_secret, queue));
    tokio::spawn(server.into_future()); // a service: server.await?

    let simulator = Simulator::start().await?;
    let deliver = async |webhook: Webhook| -> Result<Vec<u16>, Box<dyn Error>> {
        Ok(simulator.deliver(webhook).await?.iter().map(|delivery| delivery.status).collect())
    };
    let bits = Webhook::new(Vendor::Bits, format!("{url}/bits"));
    let repeated = deliver(bits.clone().secret(bits_secret).times(3)).await?;
    println!("bits responded to 3 deliveries of one event: {repeated:?}");
    let clicks = [json!({"contactId": 1}), json!({"contactId": 2})];
    let batch = deliver(Webhook::new(Vendor::Digitaleo, format!("{url}/digitaleo")).events(clicks)).await?;
    println!("digitaleo responded to a batch of 2 events: {batch:?}");
    let forged = deliver(bits.secret("guessed")).await?;
    println!("a delivery with a wrong secret: {forged:?}");
    assert_eq!((repeated, batch, forged), (vec![204; 3], vec![204], vec![401]));

    let mut count = 0;
    while let Ok(event) = events.try_recv() {
        println!("queued: {event}");
        count += 1;
    }
    assert_eq!(count, 3, "repeats and forged deliveries are not queued");
    Ok(())
}
