//! Changes an object that others change at the same time, in a loop of read, change and write.
//!
//! Starts a simulator of d.vinci, whose objects have a version: an update of an outdated version fails.
//!
//! ```sh
//! cargo run -p keyfob-examples --example version_conflict
//! ```
//!
//! ```text
//! attempt 1: somebody else was faster
//! attempt 2: saved as version 3
//! both changes are there: Pumpenbau, Konstruktion
//! ```

use std::error::Error;

use keyfob::{
    ErrorKind, OptionExt,
    dvinci::{
        Client,
        types::{JobOpening, JobOpeningUpdate},
    },
};
use keyfob_simulator::Simulator;

/// Attempts before the error is returned: with more writers than that, something is wrong.
const ATTEMPTS: u32 = 5;

/// Applies a change to the newest version of a job opening.
///
/// The change must be derived from the object that it is given, not from an object read earlier.
async fn change(
    client: &Client,
    id: i64,
    change: impl AsyncFn(&mut JobOpeningUpdate),
) -> Result<JobOpening, keyfob::Error> {
    let mut attempt = 1;
    loop {
        // The update has all fields of the response, so that it clears none of them, and its version.
        let mut update: JobOpeningUpdate = client.job_opening(id).await?.into_inner().into();
        change(&mut update).await;
        match client.replace_job_opening(id, update).await {
            Err(error) if error.kind() == ErrorKind::Conflict && attempt < ATTEMPTS => {
                println!("attempt {attempt}: somebody else was faster");
                attempt += 1;
            }
            Err(error) => return Err(error),
            Ok(saved) => {
                println!("attempt {attempt}: saved as version {}", saved.version.required("version")?);
                return Ok(saved.into_inner());
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let client = Client::from_vars(&simulator.environment())?; // a service: Client::from_env()?
    let id = client.job_openings().await?.first().and_then(|opening| opening.id).required("id")?;

    let saved = change(&client, id, async |update| {
        // Somebody else saves between our read and our write, in the first attempt.
        if update.name != "Pumpenbau" {
            let mut theirs = update.clone();
            theirs.name = "Pumpenbau".into();
            client.replace_job_opening(id, theirs).await.expect("the first writer has no conflict");
        }
        update.department = Some("Konstruktion".into());
    })
    .await?;

    let (name, department) = (saved.name.required("name")?, saved.department.required("department")?);
    println!("both changes are there: {name}, {department}");
    assert_eq!((name.as_str(), department.as_str()), ("Pumpenbau", "Konstruktion"));
    Ok(())
}
