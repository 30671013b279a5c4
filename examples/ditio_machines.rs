//! Sends the states of an excavator and a weight to Ditio's mass transport, and resumes after the last state received.
//!
//! Reads the variables of Ditio's client, `DITIO_MASSTRANSPORT_BASE` and `DITIO_COMPANY_ID` among them.
//!
//! ```sh
//! cargo run -p keyfob-examples --example ditio_machines
//! ```
//!
//! ```text
//! 3 states sent
//! 0 states sent
//! weight … of 18.4 t is verified
//! ```

use std::error::Error;

use keyfob::{
    Timestamp,
    ditio_mass_transport::{
        Client, Credentials,
        types::{ExcavatorState, OperatingState},
    },
};
use serde_json::json;

const PROJECT: &str = "ERP-7001";

/// Returns what the machine's own system has recorded.
fn recorded(company: &str) -> Result<Vec<ExcavatorState>, Box<dyn Error>> {
    let spans = [
        ("07:00", "07:45", OperatingState::Working),
        ("07:45", "08:00", OperatingState::Idle),
        ("08:00", "08:20", OperatingState::Moving),
    ];
    let state = |(start, end, state): (&str, &str, OperatingState)| {
        let time = |text: &str| format!("2026-02-27T{text}:00Z").parse::<Timestamp>();
        Ok(ExcavatorState::new(company, PROJECT, "grave-17", state, time(start)?, time(end)?))
    };
    spans.into_iter().map(state).collect()
}

/// Sends the states that Ditio does not have. There is no key to detect duplicates, so the time of the newest state
/// that Ditio has received decides.
async fn send_new(client: &Client, company: &str) -> Result<usize, Box<dyn Error>> {
    let latest = client.latest_excavator_state_timestamp(company, PROJECT).await?.into_inner();
    // The response is a time. Before the first state it is empty or the year 1, which the vendor does not document.
    let latest = latest.as_str().map(str::parse::<Timestamp>).transpose()?.filter(|time| !time.is_unset());
    let mut states = recorded(company)?;
    states.retain(|state| latest.as_ref().is_none_or(|latest| state.start_time >= *latest));
    let count = states.len();
    if count > 0 {
        client.import_excavator_states(states).await?;
    }
    Ok(count)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let credentials = Credentials::from_env()?;
    let company = credentials.company_id().ok_or("DITIO_COMPANY_ID is not set")?;

    println!("{} states sent", send_new(&client, company).await?);
    let repeated = send_new(&client, company).await?;
    println!("{repeated} states sent");
    assert_eq!(repeated, 0, "a second run sends nothing twice");

    // Ditio does not document the fields of a weight, so it is open JSON. These are the names of the simulator.
    let weight = json!({"companyId": company, "projectId": PROJECT, "massType": "Sprengstein", "quantity": 18.4});
    let weight = client.create_weight_measure(weight).await?.into_inner();
    let id = weight["id"].as_str().ok_or("the weight has no id")?;
    let verified = client.mark_weight_measures_verified(json!({"ids": [id]})).await?.into_inner();
    assert_eq!(verified[0]["verified"], true);
    println!("weight {id} of {} t is verified", verified[0]["quantity"]);
    Ok(())
}
