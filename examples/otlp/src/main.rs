//! Exports Keyfob's spans over OTLP: `cargo run --manifest-path examples/otlp/Cargo.toml`, with a collector on port
//! 4318 or at `OTEL_EXPORTER_OTLP_ENDPOINT`. The example calls the simulator and requires no account.

use std::error::Error;

use futures::TryStreamExt;
use keyfob::ditio_reporting::Client;
use keyfob_simulator::{Fault, Simulator, Vendor};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::{Instrument, Level, info_span};
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

fn main() -> Result<(), Box<dyn Error>> {
    // The exporter's HTTP client uses the process-wide crypto provider. It is built before the first Keyfob client,
    // which would install ring if there were none.
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a crypto provider is already installed")?;
    let provider = export()?;
    tokio::runtime::Runtime::new()?.block_on(work())?;
    // Sends the last batch of spans.
    provider.shutdown()?;
    Ok(())
}

/// Installs a subscriber that exports the spans of the program and of the Keyfob crates, the latter from level DEBUG.
fn export() -> Result<SdkTracerProvider, Box<dyn Error>> {
    let exporter = SpanExporter::builder().with_http().build()?;
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("nightly-export").build())
        .with_batch_exporter(exporter)
        .build();
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("keyfob"));
    let ours = Targets::new().with_target("keyfob", Level::DEBUG);
    tracing_subscriber::registry().with(spans.with_filter(ours)).init();
    Ok(provider)
}

/// Reads a listing of a few pages, one of them with a retry, and requests a file that does not exist.
async fn work() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().scale(100).start().await?;
    let client = Client::from_vars(&simulator.environment())?;
    // Below the API's path, so that a call is retried and not the token request.
    simulator.inject(Fault::status(503).on(Vendor::Ditio).path("/ditio/reporting").times(1));
    async {
        let rows = client.time_registrations().chunk_limit(50).stream().try_collect::<Vec<_>>().await?;
        let missing = client.download_file("000000000000000000000000").await.is_err();
        println!("{} rows, and a file that is {}", rows.len(), if missing { "missing" } else { "present" });
        Ok(())
    }
    .instrument(info_span!("keyfob-nightly"))
    .await
}
