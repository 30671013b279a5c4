//! Bits: an applicant's way through a workflow.

use std::time::Duration;

use anyhow::{Context, ensure};
use keyfob::bits::{Client, operation as op, types};
use keyfob_simulator::credentials::BITS_WORKFLOW_ID;

use super::guide::Guide;
use super::place::Place;

pub(super) async fn walk(guide: &mut Guide, place: &Place<'_>) -> anyhow::Result<()> {
    guide.api("bits", "Bits", "applicants in know-your-customer workflows")?;
    let client = Client::from_vars(place.variables())?;
    guide.authorize(client.session()).await?;

    let body = types::ApplicationCreate::new(BITS_WORKFLOW_ID, "SE", "https://shop.example/klar");
    let call = client.create_application(body);
    let created =
        guide.call(&op::CreateApplication::OPERATION, "create_application(workflow, \"SE\", …)", call).await?;
    let id = created.id.clone().context("the application has an id")?;
    ensure!(created.session().is_some(), "there is no token for the applicant's browser");
    guide.came_back("an application, and a token for the applicant's browser only")?;

    let shown = "application(id)";
    let reference = types::ApplicationReference::new(&id);
    let first = guide.call(&op::Application::OPERATION, shown, client.application(reference.clone())).await?;
    ensure!(first.status == Some(types::ApplicationStatus::NotStarted), "it has started: {:?}", first.status);
    guide.came_back("NotStarted, a value of an open enum")?;

    place.simulator.advance(Duration::from_secs(120));
    guide.meanwhile("now two minutes pass on the simulator's clock")?;
    let second = guide.call(&op::Application::OPERATION, shown, client.application(reference)).await?;
    ensure!(second.status == Some(types::ApplicationStatus::InProgress), "not in progress: {:?}", second.status);
    guide.came_back("InProgress")
}
