//! Ditio reporting: a page of projects, then a month of hours, page after page.

use std::collections::HashSet;

use anyhow::{Context, ensure};
use futures::TryStreamExt;
use keyfob::ditio_reporting::{Client, operation as op};

use super::guide::Guide;
use super::simulation::Simulation;
use super::snippet::snippet;

pub(super) async fn walk(guide: &mut Guide, simulation: &Simulation<'_>) -> anyhow::Result<()> {
    guide.api("ditio-reporting", "Ditio reporting", "hours, machines, absences and masses, for reports")?;
    let client: Client = simulation.client()?;
    guide.authorize(client.session()).await?;

    let page = guide.call(&op::Projects::OPERATION, snippet!(client.projects())).await?;
    let first = page.data.first().and_then(|project| project.name.clone()).context("there is no project")?;
    guide.outcome(format!("{} projects on the first page; one is \"{first}\"", page.data.len()))?;

    let listing = client.time_registrations().from_date_time("2026-02-01").chunk_limit(50);
    let code = snippet!(listing.pages().try_collect::<Vec<_>>());
    let pages = guide.run(&op::TimeRegistrations::OPERATION, code).await?;
    let rows: Vec<_> = pages.iter().flat_map(|page| &page.data).collect();
    let hours: f64 = rows.iter().filter_map(|row| row.qty).sum();
    let ids: HashSet<_> = rows.iter().map(|row| row.id.as_deref()).collect();
    ensure!(pages.len() > 1 && ids.len() == rows.len(), "{} rows, {} of them distinct", rows.len(), ids.len());
    guide.outcome(format!("{} rows on {} pages: {hours:.1} hours", rows.len(), pages.len()))
}
