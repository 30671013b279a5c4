//! d.vinci: a job opening, changed, and a conflicting change.

use anyhow::{Context, ensure};
use keyfob::ErrorKind;
use keyfob::dvinci::{Client, operation as op, types};

use super::guide::Guide;
use super::simulation::Simulation;
use super::snippet::snippet;

pub(super) async fn walk(guide: &mut Guide, simulation: &Simulation<'_>) -> anyhow::Result<()> {
    guide.api("dvinci", "d.vinci", "job openings, applications and onboardings")?;
    let client: Client = simulation.client()?;
    guide.authorize(client.session()).await?;

    let openings = guide.call(&op::JobOpenings::OPERATION, snippet!(client.job_openings())).await?;
    let model = openings.iter().find(|opening| opening.status == Some(types::JobOpeningStatus::Active));
    let model = model.context("there is no active job opening")?.clone();
    let name = model.name.clone().unwrap_or_default();
    guide.outcome(format!("{} job openings; one is \"{name}\"", openings.len()))?;

    let (unit, person) = model.org_unit_id.zip(model.responsible_user_id).context("no unit or no responsible user")?;
    let (kind, active) = (types::JobOpeningType::Default, types::JobOpeningStatus::Active);
    let body = types::JobOpeningCreate::new("Elektroniker:in", unit, person, kind, active.clone());
    let created = guide.call(&op::CreateJobOpening::OPERATION, snippet!(client.create_job_opening(body))).await?;
    let (id, version) = created.id.zip(created.version).context("the job opening has no id or no version")?;
    ensure!(created.name.as_deref() == Some("Elektroniker:in"), "the name is {:?}", created.name);
    guide.outcome(format!("job opening {id}, version {version}"))?;

    let update = |name: &str| types::JobOpeningUpdate::new(version, name, person, active.clone());
    let code = snippet!(client.replace_job_opening(id, update("Elektroniker:in (m/w/d)")));
    let changed = guide.call(&op::ReplaceJobOpening::OPERATION, code).await?;
    ensure!(changed.version.is_some_and(|now| now > version), "the version is still {version}");
    ensure!(changed.name.as_deref() == Some("Elektroniker:in (m/w/d)"), "the name is {:?}", changed.name);
    guide.outcome(format!("version {}, \"Elektroniker:in (m/w/d)\"", changed.version.unwrap_or_default()))?;

    let code = snippet!(client.replace_job_opening(id, update("zu spät")));
    let error = guide.rejected(&op::ReplaceJobOpening::OPERATION, code).await?;
    ensure!(error.kind() == ErrorKind::Conflict, "unexpected error: {error}");
    guide.outcome(format!("Err(Conflict): version {version} is outdated"))
}
