//! Publishes a job opening in d.vinci, and builds the list of a career page from the public feed.
//!
//! Reads the variables of d.vinci's client. A career page needs only `DVINCI_BASE`: the feed takes no credentials.
//!
//! ```sh
//! cargo run -p keyfob-examples --example dvinci_career_page
//! ```
//!
//! ```text
//! <ul>
//! …
//!   <li><a href="…/elektroniker-in-m-w-d">Elektroniker:in (m/w/d)</a> Görlitz</li>
//! </ul>
//! ```

use std::error::Error;

use keyfob::{
    OptionExt,
    dvinci::{
        Client,
        types::{
            ChannelPlacement, JobOpeningCreate, JobOpeningStatus, JobOpeningType, JobPublicationCreate,
            JobPublicationStatusInput, JobPublicationType, PublishedJob,
        },
    },
};

const POSITION: &str = "Elektroniker:in (m/w/d)";

/// Creates a job opening and publishes it on the tenant's own career page.
async fn publish(client: &Client) -> Result<i64, Box<dyn Error>> {
    // Unit, person and places of an existing opening: their ids are those of the tenant.
    let openings = client.job_openings().await?.into_inner();
    let model = openings.first().ok_or("there is no job opening")?;
    let unit = model.org_unit_id.required("orgUnitId")?;
    let person = model.responsible_user_id.required("responsibleUserId")?;
    let (kind, status) = (JobOpeningType::Default, JobOpeningStatus::Active);
    let mut opening = JobOpeningCreate::new("Elektroniker:in", unit, person, kind, status);
    opening.location_ids.clone_from(&model.location_ids);
    let opening = client.create_job_opening(opening).await?.id.required("id")?;

    let publication = JobPublicationCreate::new(JobPublicationType::Default, opening, POSITION, "de")
        .tasks("<p>Schaltanlagen bauen und prüfen.</p>")
        .status(JobPublicationStatusInput::Active)
        .placements([ChannelPlacement::new().internal_name("HOMEPAGE")]);
    Ok(client.create_job_publication(publication).await?.id.required("id")?)
}

/// Formats the entry of a job. The feed's texts are HTML, names of positions and places are not.
fn list_item(job: &PublishedJob) -> String {
    let place = job.job_opening.as_ref().and_then(|opening| opening.location.as_deref()).unwrap_or("");
    let url = job.job_publication_url.as_deref().unwrap_or("");
    let position = job.position.as_deref().unwrap_or("");
    format!("  <li><a href=\"{}\">{}</a> {}</li>", escaped(url), escaped(position), escaped(place))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let before = client.published_jobs().await?.len();
    let id = publish(&client).await?;

    let jobs = client.published_jobs().lang("de").await?.into_inner();
    println!("<ul>");
    for job in &jobs {
        println!("{}", list_item(job));
    }
    println!("</ul>");
    assert_eq!(jobs.len(), before + 1);
    assert!(jobs.iter().any(|job| job.id == Some(id) && job.position.as_deref() == Some(POSITION)));
    Ok(())
}
