//! d.vinci: a job opening, changed, and a change that comes too late.

use anyhow::{Context, ensure};
use keyfob::ErrorKind;
use keyfob::dvinci::{Client, operation as op, types};

use super::guide::Guide;
use super::place::Place;

pub(super) async fn walk(guide: &mut Guide, place: &Place<'_>) -> anyhow::Result<()> {
    guide.api("dvinci", "d.vinci", "job openings, applications and onboardings")?;
    let client = Client::from_vars(place.variables())?;
    guide.authorize(client.session()).await?;

    let openings = guide.call(&op::JobOpenings::OPERATION, "job_openings()", client.job_openings()).await?;
    let model = openings.iter().find(|opening| opening.status == Some(types::JobOpeningStatus::Active));
    let model = model.context("there is an open job")?.clone();
    let name = model.name.clone().unwrap_or_default();
    guide.came_back(format!("{} job openings; one is \"{name}\"", openings.len()))?;

    let (unit, person) = model.org_unit_id.zip(model.responsible_user_id).context("a unit and a person")?;
    let (kind, active) = (types::JobOpeningType::Default, types::JobOpeningStatus::Active);
    let body = types::JobOpeningCreate::new("Elektroniker:in", unit, person, kind, active.clone());
    let call = client.create_job_opening(body);
    let created =
        guide.call(&op::CreateJobOpening::OPERATION, "create_job_opening(\"Elektroniker:in\", …)", call).await?;
    let (id, version) = created.id.zip(created.version).context("the opening has an id and a version")?;
    ensure!(created.name.as_deref() == Some("Elektroniker:in"), "its name is another");
    guide.came_back(format!("job opening {id}, version {version}"))?;

    let update = |name: &str| types::JobOpeningUpdate::new(version, name, person, active.clone());
    let call = client.replace_job_opening(id, update("Elektroniker:in (m/w/d)"));
    let changed = guide.call(&op::ReplaceJobOpening::OPERATION, "replace_job_opening(id, …)", call).await?;
    ensure!(changed.version.is_some_and(|now| now > version), "its version is still {version}");
    ensure!(changed.name.as_deref() == Some("Elektroniker:in (m/w/d)"), "its name is the old one");
    guide.came_back(format!("version {}, \"Elektroniker:in (m/w/d)\"", changed.version.unwrap_or_default()))?;

    let call = client.replace_job_opening(id, update("zu spät"));
    let error = guide.refused(&op::ReplaceJobOpening::OPERATION, "replace_job_opening(id, …) once more", call).await?;
    ensure!(error.kind() == ErrorKind::Conflict, "another refusal: {error}");
    guide.came_back(format!("Err(Conflict): version {version} is not the newest any more"))
}
