//! Handles errors by their kind: retry later, correct the request, call a person, or ignore.
//!
//! Starts a simulator, which fails on request.
//!
//! ```sh
//! cargo run -p keyfob-examples --example errors
//! ```
//!
//! ```text
//! unknown id              NotFound     Skip
//! invalid request         Rejected     Correct("…")
//! rate limited            RateLimited  Later(7s)
//! outage                  Unavailable  Later(60s)
//! maintenance page        Unavailable  Later(60s)
//! client disabled         Auth         Alert
//! ```

use std::{error::Error, time::Duration};

use keyfob::{
    ErrorKind, RetryPolicy,
    ditio_core::{Client, Credentials, Environment, types::ProjectCreate},
};
use keyfob_simulator::{Fault, Simulator, Vendor, credentials::DITIO_COMPANY_ID};

/// Reaction of a job to an error.
#[derive(Debug, PartialEq)]
enum Reaction {
    /// The object does not exist: continue with the next.
    Skip,
    /// The service explains what is wrong with the request: show the text to the user who entered the data.
    Correct(String),
    /// Temporary: run the job again after this time.
    Later(Duration),
    /// Credentials, rights or the API have changed: notify a person.
    Alert,
}

/// Decides what to do about an error. Reads have been retried before the call failed.
fn react(error: &keyfob::Error) -> Reaction {
    match error.kind() {
        ErrorKind::NotFound => Reaction::Skip,
        // The service's text may contain personal data: it is for the user, and `{error}` is for the log.
        ErrorKind::Rejected | ErrorKind::Conflict => Reaction::Correct(error.explain().to_string()),
        ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout => {
            Reaction::Later(error.retry_after().unwrap_or(Duration::from_secs(60)))
        }
        // Authentication, responses that cannot be decoded, and the kinds of later versions.
        _ => Reaction::Alert,
    }
}

/// Prints an error and returns the reaction to it.
fn report<T>(title: &str, result: Result<T, keyfob::Error>) -> Result<Reaction, String> {
    let error = result.err().ok_or_else(|| format!("{title}: the call has succeeded"))?;
    let reaction = react(&error);
    println!("{title:<24}{:<13}{reaction:?}", format!("{:?}", error.kind()));
    Ok(reaction)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let vars = simulator.environment();
    // Two attempts, without a long wait, so that the example ends soon.
    let retry = RetryPolicy::default().attempts(2).delays(Duration::from_millis(10), Duration::from_millis(10));
    let client =
        Client::builder(Environment::from_vars(&vars)?, Credentials::from_vars(&vars)?).retry(retry).build()?;
    let fail = |fault: Fault| simulator.inject(fault.on(Vendor::Ditio).path("/ditio/core").times(2));

    let reaction = report("unknown id", client.project("000000000000000000000000").await)?;
    assert_eq!(reaction, Reaction::Skip);

    let reaction = report("invalid request", client.create_project(ProjectCreate::new(DITIO_COMPANY_ID, "")).await)?;
    assert!(matches!(reaction, Reaction::Correct(text) if text.contains("create_project")));

    fail(Fault::status(429).retry_after("7"));
    let reaction = report("rate limited", client.projects().no_retry().await)?;
    assert_eq!(reaction, Reaction::Later(Duration::from_secs(7)));
    simulator.clear_faults();

    fail(Fault::reset_before());
    assert!(matches!(report("outage", client.projects().await)?, Reaction::Later(_)));
    fail(Fault::html(502));
    assert!(matches!(report("maintenance page", client.projects().await)?, Reaction::Later(_)));

    simulator.disable_client(Vendor::Ditio);
    assert_eq!(report("client disabled", client.projects().await)?, Reaction::Alert);
    Ok(())
}
