//! Copies tables into a SQLite database, and updates the copy with the changes since the last run.
//!
//! Starts a simulator, whose table changes between the runs. A service runs the mirror from a timer.
//!
//! ```sh
//! cargo run -p keyfob-examples --example mirror_sqlite
//! ```
//!
//! ```text
//! ditio-reporting/projects: 16 rows; 16 added or changed, 0 deleted
//! ditio-reporting/projects: 16 rows; 2 added or changed, 1 deleted
//! ```

use std::error::Error;

use keyfob::ditio_reporting::Client;
use keyfob_mirror::{Mirror, TableReport, destination::sqlite::Sqlite};
use keyfob_simulator::{DitioTable, Simulator};
use rusqlite::Connection;
use serde_json::json;

async fn run(client: &Client, file: &std::path::Path) -> Result<TableReport, Box<dyn Error>> {
    let mirror = Mirror::new(client, Sqlite::new(file)).tables(["projects"]);
    let report = mirror.run().await?.pop().ok_or("the mirror has a table")?;
    println!("{report}");
    Ok(report)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let client = Client::from_vars(&simulator.environment())?; // a service: Client::from_env()?
    let directory = std::env::temp_dir().join(format!("keyfob-mirror-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let file = directory.join("projects.db");

    run(&client, &file).await?;
    let ids: Vec<String> = {
        let database = Connection::open(&file)?;
        let mut statement = database.prepare("select id from projects order by id")?;
        statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
    };

    let table = simulator.ditio_reporting();
    table.update(DitioTable::Project, [&ids[0]], json!({"name": "Bru over Åna"}));
    table.delete(DitioTable::Project, [&ids[1]]);
    table.insert(DitioTable::Project, [json!({"name": "Skole Nord"})]);

    let report = run(&client, &file).await?;
    assert_eq!((report.progress.upserts, report.progress.deletions, report.rows), (2, 1, 16));
    let name: String =
        Connection::open(&file)?.query_one("select name from projects where id = ?1", [&ids[0]], |row| row.get(0))?;
    assert_eq!(name, "Bru over Åna");
    std::fs::remove_dir_all(directory)?;
    Ok(())
}
