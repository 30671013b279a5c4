//! Copies of a table: first run, run without changes, run with a few changes; against dlt, Python with pyarrow, and Rust
//! by hand.

mod by_hand;
mod contents;
mod figures;
mod ours;
mod peers;
// `#[path]` is relative to the folder of this file.
#[path = "../../mirror/tests/support/postgres.rs"]
mod postgres;
mod process;
mod section;
mod simulator;

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::Effort;
use crate::call::runtime;
use crate::child::Report;

/// Work of a child process.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum Job {
    /// Runs the simulator with this number of time registrations until it is killed.
    Simulate { rows: u64 },
    /// Copies the table with Keyfob.
    Ours {
        /// URL of the simulator.
        url: String,
        to: To,
        /// The source lists all rows and compares them, as if the service had no list of changes.
        snapshot: bool,
    },
    /// Lists all rows as typed records, without a copy.
    List { url: String },
    /// Lists all rows as undecoded rows, without a copy.
    ListRaw { url: String },
    /// Copies the table with a loop written by hand.
    ByHand { base: String, to: To },
    /// Inserts the rows of a copy into a new database with a prepared statement, without a service.
    Insert { from: PathBuf, to: PathBuf },
}

/// Destination of a copy.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum To {
    Parquet(PathBuf),
    Csv(PathBuf),
    Sqlite(PathBuf),
    /// URL of a database.
    Postgres(String),
}

/// Runs a job in the child process. Its cost is measured from outside.
pub(crate) fn work(job: &Job) -> Result<Report> {
    match job {
        Job::Simulate { rows } => simulator::serve(*rows)?,
        Job::Ours { url, to, snapshot } => runtime(false)?.block_on(ours::mirror(url, to, *snapshot))?,
        Job::List { url } => runtime(false)?.block_on(ours::list(url))?,
        Job::ListRaw { url } => runtime(false)?.block_on(ours::list_raw(url))?,
        Job::ByHand { base, to } => runtime(false)?.block_on(by_hand(base, to))?,
        Job::Insert { from, to } => {
            return Ok(Report { wall: by_hand::insert(from, to)?, ..Report::default() });
        }
    }
    Ok(Report::default())
}

async fn by_hand(base: &str, to: &To) -> Result<()> {
    match to {
        To::Parquet(file) => by_hand::parquet(base, simulator::token(), file).await,
        To::Sqlite(file) => by_hand::sqlite(base, simulator::token(), file).await,
        To::Postgres(database) => by_hand::postgres(base, simulator::token(), database).await,
        To::Csv(_) => anyhow::bail!("not written by hand"),
    }
}

/// Measures all copies and returns the tables.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let rows = effort.rows.unwrap_or(effort.pick(1_000_000, 20_000));
    let folder = std::env::temp_dir().join(format!("keyfob-bench-mirror-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = figures::measure_all(&folder, rows, !effort.quick).map(|figures| section::format(rows, &figures));
    remove(&folder);
    done
}

fn remove(folder: &Path) {
    // What remains is in the system's folder for temporary files.
    let _ = std::fs::remove_dir_all(folder);
}
