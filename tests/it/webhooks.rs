//! Webhooks: deliveries signed by the simulated vendors, received by the example program, and tampered with.

#[path = "../../examples/webhook_receiver.rs"]
#[expect(dead_code, clippy::print_stdout, reason = "an example has a `main`, which prints")]
mod webhook_receiver;

use keyfob::{
    auth::{Clock, TransportConfig},
    bits,
    client::{
        header::{HeaderMap, HeaderName, HeaderValue},
        webhook::{Digest, Error, Verifier},
    },
    digitaleo,
};
use keyfob_simulator::{Delivery, Digest as Signed, Simulator, Vendor, Webhook, credentials::DIGITALEO_CLIENT_SECRET};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const SECRET: &str = "bits-webhook-secret";

/// Starts the example receiver; returns its URL and the queue of its events.
async fn receiver() -> (String, UnboundedReceiver<String>) {
    let (queue, events) = unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = webhook_receiver::router(SECRET, DIGITALEO_CLIENT_SECRET, queue);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, events)
}

/// Sends one delivery to the example receiver and returns it as sent.
async fn delivered(webhook: impl Fn(String) -> Webhook) -> Delivery {
    let simulator = Simulator::start().await.unwrap();
    let (url, _events) = receiver().await;
    let mut deliveries = simulator.deliver(webhook(url)).await.unwrap();
    assert_eq!(deliveries.len(), 1);
    deliveries.remove(0)
}

async fn from_bits() -> Delivery {
    delivered(|url| Webhook::new(Vendor::Bits, format!("{url}/bits")).secret(SECRET)).await
}

async fn from_digitaleo() -> Delivery {
    delivered(|url| Webhook::new(Vendor::Digitaleo, format!("{url}/digitaleo"))).await
}

fn headers(delivery: &Delivery) -> HeaderMap {
    let pairs = delivery.headers.iter();
    pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
}

fn queued(events: &mut UnboundedReceiver<String>) -> Vec<String> {
    std::iter::from_fn(|| events.try_recv().ok()).collect()
}

#[tokio::test]
async fn the_example_processes_each_event_once_despite_repeated_deliveries() {
    let simulator = Simulator::start().await.unwrap();
    let (url, mut events) = receiver().await;
    let application = "bits:application::79421f52-c35e-4b7f-8282-8d3b0caa1f50";
    let webhook = Webhook::new(Vendor::Bits, format!("{url}/bits")).secret(SECRET).times(3);
    let webhook = webhook.events([json!({"applicationId": application}), json!({"type": "NEVER_HEARD_OF"})]);
    let deliveries = simulator.deliver(webhook).await.unwrap();
    assert_eq!(deliveries.iter().map(|delivery| delivery.status).collect::<Vec<_>>(), [204; 6]);
    let queue = queued(&mut events);
    assert_eq!(queue.len(), 2, "{queue:?}");
    assert_eq!(queue[0], format!("APPLICATION_STARTED of {application}"));
    assert!(queue[1].starts_with("NEVER_HEARD_OF of "), "{queue:?}");

    let webhook = Webhook::new(Vendor::Digitaleo, format!("{url}/digitaleo")).times(2);
    let webhook = webhook.events((0..60).map(|number| json!({"contactId": number})));
    let deliveries = simulator.deliver(webhook).await.unwrap();
    assert_eq!(deliveries.iter().map(|delivery| delivery.status).collect::<Vec<_>>(), [204; 4]);
    let queue = queued(&mut events);
    let expected: Vec<_> =
        (0..60).map(|number| format!(r#"contact.message.click: {{"contactId":{number}}}"#)).collect();
    assert_eq!(queue, expected);
}

#[tokio::test]
async fn the_example_rejects_deliveries_without_a_signature_or_with_another_secret_or_digest() {
    let simulator = Simulator::start().await.unwrap();
    let (url, mut events) = receiver().await;
    let bits = || Webhook::new(Vendor::Bits, format!("{url}/bits"));
    let digitaleo = || Webhook::new(Vendor::Digitaleo, format!("{url}/digitaleo"));
    for webhook in [
        bits(),
        bits().secret("another"),
        bits().secret(SECRET).digest(Signed::Sha512),
        digitaleo().secret("another"),
        digitaleo().digest(Signed::Sha384),
    ] {
        let deliveries = simulator.deliver(webhook).await.unwrap();
        assert_eq!(deliveries[0].status, 401);
    }
    assert_eq!(queued(&mut events), [""; 0]);
}

#[tokio::test]
async fn a_bits_event_has_the_fields_of_the_delivery() {
    let delivery = delivered(|url| {
        let webhook = Webhook::new(Vendor::Bits, format!("{url}/bits")).secret(SECRET);
        webhook
            .events([json!({"type": "APPLICATION_MÖJLIG", "applicationId": "bits:application::1", "deep": [1, null]})])
    });
    let delivery = delivery.await;
    let event = bits::webhook::Receiver::new(SECRET).receive(&headers(&delivery), delivery.body.as_bytes()).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&delivery.body).unwrap();
    assert_eq!((event.dedupe_key(), &*event.id), (sent["eventId"].as_str().unwrap(), event.dedupe_key()));
    assert_eq!(event.published_at.unwrap().to_string(), sent["publishedAt"].as_str().unwrap());
    assert_eq!(event.kind, bits::types::WebhookEventType::Unknown("APPLICATION_MÖJLIG".into()));
    assert_eq!(event.application_id.as_deref(), Some("bits:application::1"));
    assert_eq!(json!(event.extra), json!({"deep": [1, null]}));
}

#[test]
fn a_bits_event_with_an_odd_value_is_received_without_the_value() {
    let body = br#"{"eventId":"e","publishedAt":{"day":1},"event":{"type":"APPLICATION_STARTED","applicationId":"a"}}"#;
    let event = bits::webhook::Receiver::unsigned().receive(&HeaderMap::new(), body).unwrap();
    assert_eq!((&*event.id, event.published_at, event.application_id.as_deref()), ("e", None, Some("a")));
    let body = br#"{"eventId":["e"],"event":{"type":"APPLICATION_STARTED"}}"#;
    let received = bits::webhook::Receiver::unsigned().receive(&HeaderMap::new(), body);
    assert_eq!(received, Err(Error::Malformed), "a delivery must have its id");
}

#[tokio::test]
async fn a_digitaleo_batch_has_the_fields_of_the_delivery() {
    let delivery = from_digitaleo().await;
    let headers = headers(&delivery);
    let batch = digitaleo::webhook::Receiver::new(DIGITALEO_CLIENT_SECRET).receive(&headers, delivery.body.as_bytes());
    let batch = batch.unwrap();
    assert_eq!(batch.name, digitaleo::types::WebhookEventName::ContactMessageClick);
    assert_eq!((&*batch.id, batch.id.len()), (headers["x-digitaleo-event-id"].to_str().unwrap(), 32));
    assert_eq!(batch.sent_at.unwrap().timestamp().to_string(), headers["x-digitaleo-timestamp"].to_str().unwrap());
    assert_eq!(batch.subscription.unwrap(), headers["x-digitaleo-subscription"].to_str().unwrap());
    assert_eq!(json!(batch.events), serde_json::from_str::<serde_json::Value>(&delivery.body).unwrap());
}

#[tokio::test]
async fn a_recorded_digitaleo_delivery_is_a_repeat_under_any_id_and_time() {
    let simulator = Simulator::start().await.unwrap();
    let (url, mut events) = receiver().await;
    let url = format!("{url}/digitaleo");
    let recorded = simulator.deliver(Webhook::new(Vendor::Digitaleo, &url)).await.unwrap().remove(0);
    assert_eq!(queued(&mut events).len(), 1);
    let http = TransportConfig::new().client_builder().unwrap().build().unwrap();
    for (name, value) in [
        ("x-digitaleo-event-id", "0123456789abcdef0123456789abcdef"),
        ("x-digitaleo-timestamp", "1492774577"),
        ("x-digitaleo-event", "contact.optout"),
        ("x-digitaleo-subscription", "fedcba9876543210fedcba9876543210"),
    ] {
        let mut headers = headers(&recorded);
        headers.insert(name, value.parse().unwrap());
        let replayed = http.post(&url).headers(headers).body(recorded.body.clone());
        assert_eq!(replayed.send().await.unwrap().status(), 204);
        assert_eq!(queued(&mut events), [""; 0], "{name}");
    }
    let other = Webhook::new(Vendor::Digitaleo, &url).events([json!({"contactId": "1"})]);
    simulator.deliver(other).await.unwrap();
    assert_eq!(queued(&mut events).len(), 1, "another batch is not a repeat");
}

#[tokio::test]
async fn a_signed_bits_delivery_outside_the_window_is_rejected() {
    let delivery = from_bits().await;
    let (headers, body) = (headers(&delivery), delivery.body.as_bytes());
    let published: keyfob::client::Timestamp =
        serde_json::from_str::<serde_json::Value>(&delivery.body).unwrap()["publishedAt"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
    let (clock, fake) = Clock::fake();
    let receiver = bits::webhook::Receiver::with_verifier(Verifier::new(SECRET).clock(clock));
    let day = 24 * 60 * 60;
    for (seconds, verdict) in
        [(-301, Some(Error::Stale)), (-300, None), (7 * day, None), (7 * day + 1, Some(Error::Stale))]
    {
        let now = published.to_utc().unwrap() + chrono::TimeDelta::seconds(seconds);
        fake.set_wall(now.into());
        assert_eq!(receiver.receive(&headers, body).err(), verdict, "{seconds} s after the publication");
        bits::webhook::Receiver::unsigned().receive(&headers, body).unwrap();
    }
    assert_eq!(Error::Stale.status(), 400);
}

/// Function that receives a delivery and returns the error if the delivery is rejected.
type Receive<'a> = &'a dyn Fn(&HeaderMap, &[u8]) -> Option<Error>;

/// Asserts that a delivery is rejected after flipping any single bit of the signature or the body, after truncation
/// and with a missing or repeated signature.
#[track_caller]
fn tamper(receive: Receive<'_>, delivery: &Delivery, signature: &str) {
    let (headers, body) = (headers(delivery), delivery.body.as_bytes());
    assert_eq!(receive(&headers, body), None);
    let mut flipped = 0;
    for bit in 0..headers[signature].len() * 8 {
        let mut forged = headers[signature].as_bytes().to_vec();
        forged[bit / 8] ^= 1 << (bit % 8);
        // Some bytes are not valid in a header value.
        let Ok(forged) = HeaderValue::from_bytes(&forged) else { continue };
        let mut headers = headers.clone();
        headers.insert(signature.parse::<HeaderName>().unwrap(), forged);
        assert_eq!(receive(&headers, body), Some(Error::WrongSignature), "bit {bit} of the signature");
        flipped += 1;
    }
    assert!(flipped > headers[signature].len() * 6, "{flipped}");
    for bit in 0..body.len() * 8 {
        let mut forged = body.to_vec();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(receive(&headers, &forged), Some(Error::WrongSignature), "bit {bit} of the body");
    }
    for forged in [&body[1..], &body[..body.len() - 1], &[body, b" "].concat(), b"", b"[]"] {
        assert_eq!(receive(&headers, forged), Some(Error::WrongSignature));
    }
    let mut unsigned = headers.clone();
    unsigned.remove(signature);
    assert_eq!(receive(&unsigned, body), Some(Error::Unsigned));
    let mut twice = headers.clone();
    twice.append(signature.parse::<HeaderName>().unwrap(), headers[signature].clone());
    assert_eq!(receive(&twice, body), Some(Error::Unsigned));
}

#[tokio::test]
async fn bits_rejects_every_flipped_bit_and_a_missing_header() {
    let delivery = from_bits().await;
    let receiver = bits::webhook::Receiver::new(SECRET);
    tamper(&|headers, body| receiver.receive(headers, body).err(), &delivery, "content-hmac");
    let verdict = bits::webhook::Receiver::new("another").receive(&headers(&delivery), delivery.body.as_bytes());
    assert_eq!(verdict.unwrap_err(), Error::WrongSignature);
}

#[tokio::test]
async fn digitaleo_rejects_every_flipped_bit_and_missing_required_headers() {
    let delivery = from_digitaleo().await;
    let receiver = digitaleo::webhook::Receiver::new(DIGITALEO_CLIENT_SECRET);
    tamper(&|headers, body| receiver.receive(headers, body).err(), &delivery, "x-digitaleo-signature");
    for name in ["x-digitaleo-event", "x-digitaleo-event-id"] {
        let mut headers = headers(&delivery);
        headers.remove(name);
        let verdict = receiver.receive(&headers, delivery.body.as_bytes());
        assert_eq!(verdict.unwrap_err(), Error::Malformed, "{name}");
    }
    let mut headers = headers(&delivery);
    headers.remove("x-digitaleo-timestamp");
    headers.remove("x-digitaleo-subscription");
    let batch = receiver.receive(&headers, delivery.body.as_bytes()).unwrap();
    assert_eq!((batch.sent_at, batch.subscription), (None, None));
}

#[tokio::test]
async fn a_receiver_can_select_the_digest_and_accept_a_second_secret() {
    for (signed, digest) in
        [(Signed::Sha256, Digest::Sha256), (Signed::Sha384, Digest::Sha384), (Signed::Sha512, Digest::Sha512)]
    {
        let verifier = Verifier::new("the next secret").or(SECRET).digest(digest);
        let webhook = |vendor| move |url| Webhook::new(vendor, format!("{url}/")).secret(SECRET).digest(signed);
        let delivery = delivered(webhook(Vendor::Bits)).await;
        let receiver = bits::webhook::Receiver::with_verifier(verifier.clone());
        receiver.receive(&headers(&delivery), delivery.body.as_bytes()).unwrap();
        let delivery = delivered(webhook(Vendor::Digitaleo)).await;
        let receiver = digitaleo::webhook::Receiver::with_verifier(verifier);
        receiver.receive(&headers(&delivery), delivery.body.as_bytes()).unwrap();
    }
}

#[test]
fn deliveries_that_fail_to_decode_leave_nothing_in_memory() {
    let receiver = bits::webhook::Receiver::unsigned();
    let headers = HeaderMap::new();
    let bodies = [
        r#"{"event":{"type":[{"a":"b"}]}}"#,
        r#"{"eventId":"e","event":{"applicationId":"#,
        r#"{"eventId":"1","event":{"type":{"a":[1,{"b":2}]}}}"#,
        r#"{"eventId":"1","event":{"applicationId":[{}]}}"#,
        r#"{"eventId":"1","event":[{"type":"APPLICATION_STARTED"}]}"#,
        r#"{"eventId":"1","publishedAt":{"a":"b"},"event":{"type":"APPLICATION_STARTED""#,
        r#"[{"eventId":"1"}]"#,
        "[]",
        "{}",
    ];
    let fail = || {
        for body in bodies {
            receiver.receive(&headers, body.as_bytes()).unwrap_err();
            serde_json::from_str::<bits::types::WebhookEnvelope>(body).err();
        }
    };
    // Caches are filled by the first deliveries.
    fail();
    let memory = allocation_counter::measure(|| (0..1000).for_each(|_| fail()));
    assert_eq!((memory.count_current, memory.bytes_current), (0, 0), "of {} bytes", memory.bytes_total);
}

#[test]
fn without_a_secret_only_the_shape_of_the_body_is_checked() {
    let receiver = bits::webhook::Receiver::unsigned();
    let receive = |body: &str| receiver.receive(&HeaderMap::new(), body.as_bytes());
    let event = receive(r#"{"eventId":"1","event":{"type":"APPLICATION_STARTED"}}"#).unwrap();
    assert_eq!((event.kind, event.application_id), (bits::types::WebhookEventType::ApplicationStarted, None));
    for body in ["", "{}", "[]", "null", r#"{"eventId":"","event":{"type":"A"}}"#, r#"{"eventId":"1"}"#] {
        assert_eq!(receive(body).unwrap_err(), Error::Malformed, "{body}");
    }
    let error = receive(r#"{"eventId":"1","event":{"applicationId":"a"}}"#).unwrap_err();
    assert_eq!((error, error.status().as_u16()), (Error::Malformed, 400));
}
