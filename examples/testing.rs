//! Tests a program of your own against the simulator, with a fake clock and faults: no account, no waiting.
//!
//! ```sh
//! cargo test -p keyfob-examples --test testing
//! ```

use std::time::Duration;

use futures::TryStreamExt;
use keyfob::{
    Error, ErrorKind,
    auth::{Clock, FakeClock},
    ditio_reporting::{Client, Credentials, Environment},
};
use keyfob_simulator::{Fault, Simulator, Vendor};

/// The program under test: returns the hours of a month.
async fn hours(client: &Client, from: &str, to: &str) -> Result<f64, Error> {
    let rows = client.time_registrations().from_date_time(from).to_date_time(to).chunk_limit(100).stream();
    rows.try_fold(0.0, async |sum, row| Ok(sum + row.qty.unwrap_or_default())).await
}

async fn january(client: &Client) -> Result<f64, Error> {
    hours(client, "2026-01-01", "2026-02-01").await
}

/// Starts a simulator, and a client whose time only the test advances.
async fn start() -> (Simulator, Client, FakeClock) {
    let simulator = Simulator::start().await.unwrap();
    let vars = simulator.environment();
    let (clock, fake) = Clock::fake();
    // A delay between two attempts advances the clock and ends at once.
    fake.auto_advance(true);
    let (environment, credentials) = (Environment::from_vars(&vars).unwrap(), Credentials::from_vars(&vars).unwrap());
    let client = Client::builder(environment, credentials).clock(clock).strict(true).build().unwrap();
    (simulator, client, fake)
}

/// Returns the number of requests to the API, without those for tokens.
fn calls(simulator: &Simulator) -> usize {
    simulator.requests().iter().filter(|request| request.path.starts_with("/ditio/reporting")).count()
}

#[tokio::test]
async fn an_outage_of_a_few_seconds_does_not_change_the_sum() {
    let (simulator, client, fake) = start().await;
    let expected = january(&client).await.unwrap();
    let undisturbed = calls(&simulator);

    simulator.inject(Fault::status(503).retry_after("3").on(Vendor::Ditio).path("/ditio/reporting").times(1));
    simulator.inject(Fault::truncated().on(Vendor::Ditio).path("/ditio/reporting").times(1));
    let sum = january(&client).await.unwrap();
    assert!((sum - expected).abs() < 1e-6, "{sum} h instead of {expected} h");
    assert_eq!(calls(&simulator), 2 * undisturbed + 2, "two requests were sent again");
    assert!(fake.elapsed() >= Duration::from_secs(3), "the client has waited as the service asked");
}

#[tokio::test]
async fn a_long_outage_is_an_error_that_says_so() {
    let (simulator, client, _fake) = start().await;
    simulator.inject(Fault::status(503).on(Vendor::Ditio).path("/ditio/reporting").always());
    let error = january(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_run_of_several_hours_renews_its_token() {
    let (simulator, client, fake) = start().await;
    for _ in 0..3 {
        january(&client).await.unwrap();
        fake.advance(Duration::from_secs(3 * 3600));
        simulator.advance(Duration::from_secs(3 * 3600));
    }
    assert_eq!(simulator.token_requests(Vendor::Ditio), 3);
}
