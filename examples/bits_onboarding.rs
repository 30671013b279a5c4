//! Sends an applicant through a workflow of Bits: creates the application, receives its webhook, reads the decision.
//!
//! Starts a simulator, which plays Bits and the applicant.
//!
//! ```sh
//! cargo run -p keyfob-examples --example bits_onboarding
//! ```
//!
//! ```text
//! applicant continues at https://nocode.bits.bi
//! webhook APPLICATION_STARTED: the application is IN_PROGRESS
//! the application is APPROVED
//! ```

use std::{error::Error, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use keyfob::{
    OptionExt,
    bits::{
        Client,
        types::{ApplicationCreate, ApplicationReference, ApplicationStatus},
        webhook::{Event, Receiver},
    },
};
use keyfob_simulator::{Simulator, Vendor, Webhook, credentials::BITS_WORKFLOW_ID};
use serde_json::json;
use tokio::{net::TcpListener, sync::mpsc};

const SECRET: &str = "the webhook's secret, from the dashboard";

/// Returns a router that verifies deliveries and queues their events. `webhook_receiver.rs` also drops repeats.
fn router(events: mpsc::UnboundedSender<Event>) -> Router {
    let receiver = Arc::new(Receiver::new(SECRET));
    // The signature covers the bytes of the body, so the handler takes the raw body.
    let handler = async move |headers: HeaderMap, body: Bytes| {
        match receiver.receive(&headers, &body).map(|event| events.send(event)) {
            Ok(Ok(())) => StatusCode::NO_CONTENT,
            Ok(Err(_)) => StatusCode::SERVICE_UNAVAILABLE, // Bits delivers it again
            Err(error) => error.status(),
        }
    };
    Router::new().route("/bits", post(handler))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let client = Client::from_vars(&simulator.environment())?; // a service: Client::from_env()?
    let (sender, mut events) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/bits", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router(sender)).await });

    // Each call creates another application, so a call whose result is unknown is not repeated.
    let request = ApplicationCreate::new(BITS_WORKFLOW_ID, "SE", "https://shop.example/done");
    let created = client.create_application(request).await?;
    let id = created.id.clone().required("id")?;
    // The URL contains a secret of the applicant: redirect the browser to it, and do not log it.
    let onboarding = created.session().required("sessionToken")?.onboarding_url();
    println!("applicant continues at {}", onboarding.split('?').next().unwrap_or_default());

    // The applicant starts, and Bits calls the receiver.
    simulator.advance(Duration::from_secs(2 * 60));
    let webhook = Webhook::new(Vendor::Bits, url).secret(SECRET).events([json!({"applicationId": id})]);
    let delivered = simulator.deliver(webhook).await?;
    assert_eq!(delivered[0].status, 204);

    // The event names the application. Its state comes from the API.
    let event = events.recv().await.ok_or("the receiver has stopped")?;
    let application = ApplicationReference::new(event.application_id.required("applicationId")?);
    let status = client.application(application.clone()).await?.into_inner().status.required("status")?;
    println!("webhook {}: the application is {status}", event.kind);
    assert_eq!(status, ApplicationStatus::InProgress);

    simulator.advance(Duration::from_secs(15 * 60));
    let status = client.application(application).await?.into_inner().status.required("status")?;
    println!("the application is {status}");
    assert_eq!(status, ApplicationStatus::Approved);
    Ok(())
}
