//! Webhooks sent by the simulated vendors.

use keyfob_simulator::{Digest, Simulator, Vendor, Webhook};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::{http, read_response};

/// Starts a receiver that responds to `deliveries` requests with 204 and then returns head and body of each.
async fn receiver(deliveries: usize) -> (String, JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?from=test", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let mut received = Vec::new();
        for _ in 0..deliveries {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            let mut piece = [0; 4096];
            while !is_whole(&text) {
                let length = stream.read(&mut piece).await.unwrap();
                text.push_str(std::str::from_utf8(&piece[..length]).unwrap());
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            received.push((head.to_ascii_lowercase(), body.to_owned()));
        }
        received
    });
    (url, task)
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = header(&head.to_ascii_lowercase(), "content-length");
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

fn header(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

async fn simulator() -> Simulator {
    Simulator::builder().seed(7).epoch("2026-03-02T08:00:00Z".parse().unwrap()).start().await.unwrap()
}

#[tokio::test]
async fn bits_sends_one_signed_envelope_without_a_content_type() {
    let (url, received) = receiver(1).await;
    let event = json!({ "applicationId": "bits:application::79421f52-c35e-4b7f-8282-8d3b0caa1f50" });
    let webhook = Webhook::new(Vendor::Bits, url).secret("hush").events([event]);
    let sent = simulator().await.deliver(webhook).await.unwrap();
    let received = received.await.unwrap();
    let (head, body) = &received[0];
    assert!(head.starts_with("post /hook?from=test http/1.1"), "{head}");
    assert_eq!((sent[0].status, &sent[0].body), (204, body));
    assert_eq!(header(head, "content-type"), None);
    // Computed with `printf %s "$body" | openssl dgst -sha256 -hmac hush -binary | base64`.
    assert_eq!(
        body,
        r#"{"event":{"applicationId":"bits:application::79421f52-c35e-4b7f-8282-8d3b0caa1f50","type":"APPLICATION_STARTED"},"eventId":"05c52832-17f3-401b-896f-f676b7e2a684","publishedAt":"2026-03-02T08:00:00Z"}"#
    );
    assert_eq!(
        sent[0].headers,
        [("content-hmac".to_owned(), "hkY80sg3h87lgPvp3D/YLjAYQUQaEDjXW2l8+fRyMyQ=".to_owned())]
    );
}

#[tokio::test]
async fn the_digest_is_configurable_and_without_a_secret_there_is_no_signature() {
    let (url, received) = receiver(2).await;
    let simulator = simulator().await;
    let webhook = Webhook::new(Vendor::Bits, &url).secret("hush").digest(Digest::Sha512);
    let signed = simulator.deliver(webhook).await.unwrap();
    // 64 bytes in base64.
    assert_eq!(signed[0].headers[0].1.len(), 88);
    let unsigned = simulator.deliver(Webhook::new(Vendor::Bits, &url)).await.unwrap();
    assert!(unsigned[0].headers.is_empty());
    assert_eq!(received.await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_delivery_can_be_repeated() {
    let (url, received) = receiver(3).await;
    let sent = simulator().await.deliver(Webhook::new(Vendor::Bits, url).times(3)).await.unwrap();
    assert_eq!(sent.len(), 3);
    let received = received.await.unwrap();
    assert!(received.iter().all(|(_, body)| *body == received[0].1));
}

#[tokio::test]
async fn digitaleo_sends_arrays_of_at_most_fifty_events_and_signs_each() {
    let (url, received) = receiver(2).await;
    let events = (0..51).map(|number| json!({ "contactId": number.to_string(), "city": "Évry" }));
    let sent = simulator().await.deliver(Webhook::new(Vendor::Digitaleo, url).events(events)).await.unwrap();
    let received = received.await.unwrap();
    let sizes = received.iter().map(|(_, body)| serde_json::from_str::<Vec<Value>>(body).unwrap().len());
    assert_eq!(sizes.collect::<Vec<_>>(), [50, 1]);
    for ((head, _), sent) in received.iter().zip(&sent) {
        assert_eq!(header(head, "x-digitaleo-event").unwrap(), "contact.message.click");
        assert_eq!(header(head, "x-digitaleo-timestamp").unwrap(), "1772438400");
        assert_eq!(header(head, "x-digitaleo-subscription").unwrap().len(), 32);
        assert_eq!(header(head, "x-digitaleo-event-id").unwrap().len(), 32);
        let signature = sent.headers.iter().find(|(name, _)| name == "x-digitaleo-signature").unwrap();
        assert_eq!(signature.1.len(), 44);
    }
    assert_ne!(header(&received[0].0, "x-digitaleo-event-id"), header(&received[1].0, "x-digitaleo-event-id"));
}

#[tokio::test]
async fn the_control_api_sends_webhooks_to_this_machine_only() {
    let (url, received) = receiver(1).await;
    let simulator = simulator().await;
    let command = |body: Value| {
        let request = http().post(format!("{}/_control/webhooks", simulator.url())).json(&body);
        async move { read_response(request.send().await.unwrap()).await }
    };
    let (status, body) = command(json!({ "vendor": "digitaleo", "url": url, "event": "contact.optout" })).await;
    assert_eq!((status, &body["deliveries"][0]["status"]), (StatusCode::OK, &json!(204)));
    assert!(received.await.unwrap()[0].0.contains("x-digitaleo-event: contact.optout"));
    for bad in [
        json!({ "vendor": "digitaleo", "url": "http://192.0.2.1/hook" }),
        json!({ "vendor": "digitaleo", "url": "https://127.0.0.1/hook" }),
        json!({ "vendor": "ditio", "url": "http://127.0.0.1:9/hook" }),
        json!({ "vendor": "bits" }),
    ] {
        assert_eq!(command(bad.clone()).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
}
