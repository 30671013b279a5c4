//! Makes many calls, eight at a time, with a result for each item: created, rejected, or to be sent again.
//!
//! Starts a simulator, which fails for some of the calls.
//!
//! ```sh
//! cargo run -p keyfob-examples --example bulk
//! ```
//!
//! ```text
//! first pass: 196 created, 1 rejected, 3 of unknown result
//! M-117: ditio-core create_machine: the service rejected the request (400 Bad Request); …
//! second pass: 2 exist, 1 to be created
//! ```

use std::{collections::BTreeSet, error::Error};

use futures::StreamExt;
use keyfob::{
    ErrorKind, concurrent,
    ditio_core::{Client, types::MachineCreate},
};
use keyfob_simulator::{Fault, Simulator, Vendor, credentials::DITIO_COMPANY_ID};

/// Number of calls in flight. The vendor's rate limit decides; `ClientBuilder::rate_limit` limits calls per second.
const AT_A_TIME: usize = 8;

fn machine(number: &str) -> MachineCreate {
    MachineCreate::new(DITIO_COMPANY_ID, number).name("Gravemaskin").active(true)
}

/// Items of a pass by their result.
#[derive(Default)]
struct Pass {
    created: usize,
    /// Numbers of the machines that the service rejected, with its reason.
    rejected: Vec<(String, String)>,
    /// Numbers of the machines of which it is unknown whether they were created.
    unknown: Vec<String>,
}

async fn create(client: &Client, numbers: Vec<String>) -> Result<Pass, keyfob::Error> {
    let mut pass = Pass::default();
    let mut results = concurrent(numbers, AT_A_TIME, |number| client.create_machine(machine(number)));
    while let Some(item) = results.next().await {
        match item.result {
            Ok(_) => pass.created += 1,
            Err(error) if error.kind() == ErrorKind::Rejected => {
                pass.rejected.push((item.item, error.explain().to_string()));
            }
            Err(error) if error.is_retryable() => pass.unknown.push(item.item),
            // The same for all items, such as wrong credentials. Returning cancels the calls in flight, which the service
            // may have processed.
            Err(error) => return Err(error),
        }
    }
    Ok(pass)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let client = Client::from_vars(&simulator.environment())?; // a service: Client::from_env()?
    client.create_machine(machine("M-117")).await?;
    // A create is sent once, so that a lost response does not create a machine twice.
    let machines = |fault: Fault| fault.on(Vendor::Ditio).method("POST").path("/ditio/core/*machines*");
    simulator.inject(machines(Fault::reset_after()).times(2));
    simulator.inject(machines(Fault::status(503)).times(1));

    let first = create(&client, (1..=200).map(|number| format!("M-{number:03}")).collect()).await?;
    let unknown = first.unknown.len();
    println!("first pass: {} created, {} rejected, {unknown} of unknown result", first.created, first.rejected.len());
    for (number, reason) in &first.rejected {
        println!("{number}: {reason}");
    }
    assert_eq!((first.created, first.rejected.len(), unknown), (196, 1, 3));

    // Before sending an item again, look whether it exists.
    let existing: BTreeSet<_> =
        client.machines().await?.into_inner().into_iter().filter_map(|machine| machine.machine_number).collect();
    let missing: Vec<_> = first.unknown.into_iter().filter(|number| !existing.contains(number)).collect();
    println!("second pass: {} exist, {} to be created", unknown - missing.len(), missing.len());
    let second = create(&client, missing).await?;
    assert!(second.rejected.is_empty() && second.unknown.is_empty());
    let machines = client.machines().await?;
    let ours = machines.iter().filter(|machine| machine.name.as_deref() == Some("Gravemaskin"));
    assert_eq!(ours.count(), 200, "each machine exists once");
    Ok(())
}
