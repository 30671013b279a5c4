//! A receiver of webhooks: verifies what Bits and Digitaleo send, drops repeats, and queues what is new.
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
use keyfob::{bits, client::webhook::Seen, digitaleo};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// So many deliveries back, a repeat is noticed.
const REMEMBERED: usize = 10_000;

#[derive(Clone)]
struct Receivers {
    bits: bits::webhook::Receiver,
    digitaleo: digitaleo::webhook::Receiver,
    seen: Arc<Mutex<Seen>>,
    queue: UnboundedSender<String>,
}

impl Receivers {
    /// Queues what was not here before. Only what is safely queued is remembered and answered with success: the vendor
    /// sends all else again.
    fn take(&self, key: String, news: impl IntoIterator<Item = String>) -> StatusCode {
        let mut seen = self.seen.lock().expect("nothing panics while it is locked");
        if !seen.contains(&key) {
            for news in news {
                if self.queue.send(news).is_err() {
                    return StatusCode::SERVICE_UNAVAILABLE;
                }
            }
            seen.insert(key);
        }
        StatusCode::NO_CONTENT
    }
}

/// Serves `/bits` and `/digitaleo`. Handlers take the body as bytes: the signature is over them, not over their JSON.
pub(crate) fn router(bits_secret: &str, digitaleo_secret: &str, queue: UnboundedSender<String>) -> Router {
    let receivers = Receivers {
        bits: bits::webhook::Receiver::new(bits_secret),
        digitaleo: digitaleo::webhook::Receiver::new(digitaleo_secret),
        seen: Arc::new(Mutex::new(Seen::new(REMEMBERED))),
        queue,
    };
    Router::new().route("/bits", post(from_bits)).route("/digitaleo", post(from_digitaleo)).with_state(receivers)
}

async fn from_bits(State(receivers): State<Receivers>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match receivers.bits.receive(&headers, &body) {
        Ok(event) => {
            let application = event.application_id.as_deref().unwrap_or("no application");
            receivers.take(format!("bits {}", event.dedupe_key()), [format!("{} of {application}", event.kind)])
        }
        Err(refusal) => refusal.status(),
    }
}

async fn from_digitaleo(State(receivers): State<Receivers>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match receivers.digitaleo.receive(&headers, &body) {
        Ok(batch) => {
            let news = batch.events.iter().map(|event| format!("{}: {event}", batch.name));
            receivers.take(format!("digitaleo {}", batch.dedupe_key()), news)
        }
        Err(refusal) => refusal.status(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bits_secret, digitaleo_secret) =
        (std::env::var("BITS_WEBHOOK_SECRET")?, std::env::var("DIGITALEO_WEBHOOK_SECRET")?);
    let (queue, mut news) = unbounded_channel::<String>();
    tokio::spawn(async move {
        while let Some(news) = news.recv().await {
            show(&news);
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    show(&format!("listening on http://{}/bits and …/digitaleo", listener.local_addr()?));
    axum::serve(listener, router(&bits_secret, &digitaleo_secret, queue)).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the output is what the example is for")]
fn show(text: &str) {
    println!("{text}");
}
