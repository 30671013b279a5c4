//! Copies the projects of an ERP to Ditio: creates new projects, updates changed ones, leaves the others alone.
//!
//! Reads the variables of Ditio's client, `DITIO_COMPANY_ID` among them.
//!
//! ```sh
//! cargo run -p keyfob-examples --example ditio_projects
//! ```
//!
//! ```text
//! first run: Summary { created: 3, updated: 0, unchanged: 0 }
//! no change: Summary { created: 0, updated: 0, unchanged: 3 }
//! one renamed, one closed: Summary { created: 0, updated: 2, unchanged: 1 }
//! ```

use std::{collections::HashMap, error::Error};

use keyfob::{
    OptionExt,
    ditio_core::{
        Client, Credentials,
        types::{Project, ProjectCreate, ProjectPatch},
    },
};

/// A project in the ERP.
struct ErpProject {
    number: &'static str,
    name: &'static str,
    active: bool,
}

/// Number of projects by the result of a run.
#[derive(Debug, Default, PartialEq)]
struct Summary {
    created: usize,
    updated: usize,
    unchanged: usize,
}

/// Copies projects to Ditio. A run that was interrupted is completed by the next.
async fn copy(client: &Client, company: &str, projects: &[ErpProject]) -> Result<Summary, keyfob::Error> {
    // One request for all projects, instead of one for each.
    let listed = client.projects().await?.into_inner();
    let by_number = |project: Project| Some((project.project_number.clone()?, project));
    let existing: HashMap<String, Project> = listed.into_iter().filter_map(by_number).collect();

    let mut summary = Summary::default();
    for project in projects {
        match existing.get(project.number) {
            None => {
                // A project is inactive unless the request says otherwise.
                let request = ProjectCreate::new(company, project.number).name(project.name).active(project.active);
                client.create_project(request).await?;
                summary.created += 1;
            }
            Some(old) if old.name.as_deref() == Some(project.name) && old.active == Some(project.active) => {
                summary.unchanged += 1;
            }
            Some(old) => {
                // Fields that are absent from a patch keep their values.
                let patch = ProjectPatch::new().name(project.name).active(project.active);
                client.update_project(old.id.as_deref().required("id")?, patch).await?;
                summary.updated += 1;
            }
        }
    }
    Ok(summary)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let credentials = Credentials::from_env()?;
    let company = credentials.company_id().ok_or("DITIO_COMPANY_ID is not set")?;

    let mut projects = [
        ErpProject { number: "ERP-7001", name: "Bru over Åna", active: true },
        ErpProject { number: "ERP-7002", name: "Skole Nord", active: true },
        ErpProject { number: "ERP-7003", name: "Tunnel E39", active: true },
    ];
    let first = copy(&client, company, &projects).await?;
    println!("first run: {first:?}");
    let second = copy(&client, company, &projects).await?;
    println!("no change: {second:?}");

    projects[0].name = "Bru over Åna, byggetrinn 2";
    projects[2].active = false;
    let third = copy(&client, company, &projects).await?;
    println!("one renamed, one closed: {third:?}");

    assert_eq!(second, Summary { unchanged: 3, ..Summary::default() });
    assert_eq!(third, Summary { updated: 2, unchanged: 1, ..Summary::default() });
    let renamed = client.project_by_number("ERP-7001").await?;
    assert_eq!(renamed.name.as_deref(), Some("Bru over Åna, byggetrinn 2"));
    Ok(())
}
