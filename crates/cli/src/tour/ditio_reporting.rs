//! Ditio reporting: a page of projects, then a year of hours as a stream.

use anyhow::{Context, ensure};
use futures::TryStreamExt;
use keyfob::ditio_reporting::{Client, operation as op};

use super::ditio::{credentials, environment};
use super::guide::Guide;
use super::place::Place;

pub(super) async fn walk(guide: &mut Guide, place: &Place<'_>) -> anyhow::Result<()> {
    guide.api("ditio-reporting", "Ditio reporting", "hours, machines, absences and masses, for reports")?;
    let client = Client::new(environment(place), credentials(place))?;
    guide.authorize(client.session()).await?;

    let page = guide.call(&op::Projects::OPERATION, "projects()", client.projects()).await?;
    let first = page.data.first().and_then(|project| project.name.clone()).context("there is a project")?;
    guide.came_back(format!("{} projects on the first page; one is \"{first}\"", page.data.len()))?;

    let rows = client.time_registrations().from_date_time("2026-02-01").chunk_limit(50).stream();
    let rows: Vec<_> =
        guide.run(&op::TimeRegistrations::OPERATION, "time_registrations().stream()", rows.try_collect()).await?;
    let hours: f64 = rows.iter().filter_map(|row| row.qty).sum();
    let ids: std::collections::HashSet<_> = rows.iter().map(|row| row.id.as_deref()).collect();
    ensure!(rows.len() > 50 && ids.len() == rows.len(), "{} rows, {} of them distinct", rows.len(), ids.len());
    guide.came_back(format!("{} rows over {} pages, {hours:.1} hours", rows.len(), rows.len().div_ceil(50)))
}
