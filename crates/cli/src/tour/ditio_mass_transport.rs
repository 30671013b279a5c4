//! Ditio mass transport: the state of an excavator, sent and read.

use anyhow::{Context, ensure};
use keyfob::Timestamp;
use keyfob::ditio::Credentials;
use keyfob::ditio_mass_transport::{Client, operation as op, types};

use super::guide::Guide;
use super::simulation::Simulation;
use super::snippet::snippet;

const END: &str = "2026-03-02T07:45:00Z";

pub(super) async fn walk(guide: &mut Guide, simulation: &Simulation<'_>) -> anyhow::Result<()> {
    guide.api("ditio-mass-transport", "Ditio mass transport", "states of machines and weights of weighbridges")?;
    let client: Client = simulation.client()?;
    let credentials = Credentials::from_vars(&simulation.variables)?;
    let company = credentials.company_id().context("the simulator has a company")?;
    guide.authorize(client.session()).await?;

    let (start, end): (Timestamp, Timestamp) = ("2026-03-02T07:15:00Z".parse()?, END.parse()?);
    let state = types::ExcavatorState::new(company, "KF-1001", "grave-17", types::OperatingState::Working, start, end);
    let created =
        guide.call(&op::CreateExcavatorState::OPERATION, snippet!(client.create_excavator_state(state))).await?;
    ensure!(created["machineId"] == "grave-17", "the response is about another machine");
    guide.outcome("grave-17 was working from 07:15 to 07:45")?;

    let code = snippet!(client.latest_excavator_state_timestamp(company, "KF-1001"));
    let latest = guide.call(&op::LatestExcavatorStateTimestamp::OPERATION, code).await?;
    let text = latest.as_str().context("the time is not a string")?.to_owned();
    let at: Timestamp = text.parse()?;
    ensure!(at.to_utc() == END.parse::<Timestamp>()?.to_utc(), "the latest time is {text}");
    guide.outcome(format!("{text}, from which a sender resumes"))
}
