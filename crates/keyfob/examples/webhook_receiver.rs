//! A webhook receiver: verifies the deliveries of Bits and Digitaleo, drops repeats, and queues new events.
//!
//! ```sh
//! BITS_WEBHOOK_SECRET=… DIGITALEO_WEBHOOK_SECRET=… \
//!     cargo run -p keyfob --features bits,digitaleo --example webhook_receiver
//! ```

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use keyfob::{bits, client::webhook::RecentKeys, digitaleo};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

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
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bits_secret, digitaleo_secret) =
        (std::env::var("BITS_WEBHOOK_SECRET")?, std::env::var("DIGITALEO_WEBHOOK_SECRET")?);
    let (queue, mut events) = unbounded_channel::<String>();
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            print(&event);
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    print(&format!("listening on http://{}/bits and …/digitaleo", listener.local_addr()?));
    axum::serve(listener, router(&bits_secret, &digitaleo_secret, queue)).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the example prints its events")]
fn print(text: &str) {
    println!("{text}");
}
