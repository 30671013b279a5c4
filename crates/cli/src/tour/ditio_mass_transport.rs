//! Ditio mass transport: what an excavator did, sent in and found again.

use anyhow::{Context, ensure};
use keyfob::Timestamp;
use keyfob::ditio_mass_transport::{Client, operation as op, types};

use super::guide::Guide;
use super::place::Place;

const END: &str = "2026-03-02T07:45:00Z";

pub(super) async fn walk(guide: &mut Guide, place: &Place<'_>) -> anyhow::Result<()> {
    guide.api("ditio-mass-transport", "Ditio mass transport", "what machines and weighbridges report")?;
    let client = Client::from_vars(place.variables())?;
    guide.authorize(client.session()).await?;

    let company = place.get("DITIO_COMPANY_ID");
    let (start, end): (Timestamp, Timestamp) = ("2026-03-02T07:15:00Z".parse()?, END.parse()?);
    let state = types::ExcavatorState::new(&company, "KF-1001", "grave-17", types::OperatingState::Working, start, end);
    let call = client.create_excavator_state(state);
    let created = guide.call(&op::CreateExcavatorState::OPERATION, "create_excavator_state(…)", call).await?;
    ensure!(created["machineId"] == "grave-17", "another machine came back");
    guide.came_back("grave-17 was working from 07:15 to 07:45")?;

    let call = client.latest_excavator_state_timestamp(&company, "KF-1001");
    let shown = "latest_excavator_state_timestamp(…)";
    let latest = guide.call(&op::LatestExcavatorStateTimestamp::OPERATION, shown, call).await?;
    let text = latest.as_str().context("the time is a text")?.to_owned();
    let at: Timestamp = text.parse()?;
    ensure!(at.to_utc() == END.parse::<Timestamp>()?.to_utc(), "{text} is another time");
    guide.came_back(format!("{text}: where a sender resumes"))
}
