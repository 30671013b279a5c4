//! Bits: an application in a workflow.

use std::time::Duration;

use anyhow::{Context, ensure};
use keyfob::bits::{Client, operation as op, types};
use keyfob_simulator::credentials::BITS_WORKFLOW_ID;

use super::guide::Guide;
use super::simulation::Simulation;
use super::snippet::snippet;

pub(super) async fn walk(guide: &mut Guide, simulation: &Simulation<'_>) -> anyhow::Result<()> {
    guide.api("bits", "Bits", "applicants in know-your-customer workflows")?;
    let client: Client = simulation.client()?;
    guide.authorize(client.session()).await?;

    let body = types::ApplicationCreate::new(BITS_WORKFLOW_ID, "SE", "https://shop.example/klar");
    let created = guide.call(&op::CreateApplication::OPERATION, snippet!(client.create_application(body))).await?;
    let id = created.id.clone().context("the application has no id")?;
    ensure!(created.session().is_some(), "the response has no token for the applicant's browser");
    guide.outcome("an application, and a token for the applicant's browser")?;

    let body = types::ApplicationReference::new(&id);
    let first = guide.call(&op::Application::OPERATION, snippet!(client.application(body.clone()))).await?;
    ensure!(first.status == Some(types::ApplicationStatus::NotStarted), "the status is {:?}", first.status);
    guide.outcome("NotStarted, a value of an open enum")?;

    simulation.simulator.advance(Duration::from_secs(120));
    guide.simulator_event("the simulator's clock advances by two minutes")?;
    let second = guide.call(&op::Application::OPERATION, snippet!(client.application(body))).await?;
    ensure!(second.status == Some(types::ApplicationStatus::InProgress), "the status is {:?}", second.status);
    guide.outcome("InProgress")
}
