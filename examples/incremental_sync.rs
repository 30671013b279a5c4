//! Updates a copy of a table with the changes since the last run, deletions included.
//!
//! Starts a simulator, whose table changes between the runs. The copy is a JSON file here. With a database, write rows
//! and checkpoint in one transaction.
//!
//! ```sh
//! cargo run -p keyfob-examples --example incremental_sync
//! ```
//!
//! ```text
//! first run: 16 rows written, 0 deleted, 16 in the copy
//! second run: 2 rows written, 1 deleted, 16 in the copy
//! ```

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use futures::TryStreamExt;
use keyfob::{
    OptionExt,
    ditio_reporting::{
        Client,
        sync::{Change, Checkpoint},
        types::Project,
    },
};
use keyfob_simulator::{DitioTable, Simulator};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The stored copy: its rows by id, and the progress of the synchronization.
#[derive(Default, Deserialize, Serialize)]
struct LocalCopy {
    rows: BTreeMap<String, Project>,
    checkpoint: Option<Checkpoint>,
}

impl LocalCopy {
    fn load(path: &Path) -> Result<Self, Box<dyn Error>> {
        match fs::read(path) {
            Ok(text) => Ok(serde_json::from_slice(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces the file as a whole, so that a crash leaves the old copy or the new one.
    fn store(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let new = path.with_extension("new");
        fs::write(&new, serde_json::to_vec(self)?)?;
        Ok(fs::rename(new, path)?)
    }
}

/// Applies all changes to the stored copy; returns the numbers of rows written and deleted.
async fn run(client: &Client, path: &Path) -> Result<(usize, usize), Box<dyn Error>> {
    let mut copy = LocalCopy::load(path)?;
    let mut changes = client.sync(client.projects(), copy.checkpoint.take());
    let (mut written, mut deleted) = (0, 0);
    while let Some(change) = changes.try_next().await? {
        match change {
            Change::Upsert(row) => {
                copy.rows.insert(row.id.clone().required("id")?, row);
                written += 1;
            }
            Change::Delete { id, .. } => {
                copy.rows.remove(&id);
                deleted += 1;
            }
        }
    }
    // For a large table, store rows and checkpoint also within the loop: a run continues at any checkpoint.
    copy.checkpoint = Some(changes.checkpoint());
    copy.store(path)?;
    Ok((written, deleted))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let client = Client::from_vars(&simulator.environment())?; // a service: Client::from_env()?
    let path = std::env::temp_dir().join(format!("keyfob-projects-{}.json", std::process::id()));

    let (written, deleted) = run(&client, &path).await?;
    println!(
        "first run: {written} rows written, {deleted} deleted, {} in the copy",
        LocalCopy::load(&path)?.rows.len()
    );

    let table = simulator.ditio_reporting();
    let ids: Vec<_> = LocalCopy::load(&path)?.rows.into_keys().collect();
    table.update(DitioTable::Project, [&ids[0]], json!({"name": "Bru over Åna"}));
    table.delete(DitioTable::Project, [&ids[1]]);
    table.insert(DitioTable::Project, [json!({"name": "Skole Nord"})]);

    let (written, deleted) = run(&client, &path).await?;
    let copy = LocalCopy::load(&path)?;
    println!("second run: {written} rows written, {deleted} deleted, {} in the copy", copy.rows.len());
    fs::remove_file(path)?;
    assert_eq!((written, deleted), (2, 1));
    assert_eq!(copy.rows[&ids[0]].name.as_deref(), Some("Bru over Åna"));
    assert!(!copy.rows.contains_key(&ids[1]));
    Ok(())
}
