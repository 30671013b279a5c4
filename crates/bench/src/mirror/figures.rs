//! Measurements of all copies.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::peers::Python;
use super::postgres::{Server, psql};
use super::process::{Usage, measure, size};
use super::simulator::{Service, token};
use super::{Job, To, ours};
use crate::child;

/// Peers copy this part of the rows, as they take minutes.
pub(super) const PEER_PART: u64 = 5;
/// Number of changed rows, and of changed and deleted rows.
const CHANGES: usize = 120;

/// Figures of Keyfob's copies and of the alternatives.
pub(super) struct Figures {
    /// Listing of typed records alone.
    pub(super) list: Usage,
    /// Listing of undecoded rows alone.
    pub(super) list_raw: Usage,
    pub(super) copies: Vec<Copy>,
    /// First run and run without changes of a source that lists all rows.
    pub(super) snapshot: (Usage, Usage),
    pub(super) by_hand: Vec<(&'static str, Usage)>,
    /// Python with pyarrow, with [`PEER_PART`] of the rows.
    pub(super) python: Option<Usage>,
    /// dlt by destination, with [`PEER_PART`] of the rows.
    pub(super) dlt: Vec<(&'static str, Usage)>,
    /// Seconds to insert the rows into `SQLite` and `PostgreSQL` without a service.
    pub(super) insert: f64,
    pub(super) copy: f64,
}

/// Figures of the copy in one destination.
pub(super) struct Copy {
    pub(super) name: &'static str,
    to: To,
    folder: PathBuf,
    pub(super) first: Usage,
    pub(super) unchanged: Usage,
    /// 100 changes and 20 deletions of rows that the service lists one after the other.
    pub(super) together: Usage,
    /// The same, spread evenly.
    pub(super) scattered: Usage,
    /// Size of the copy after the first run, in bytes; 0 if it is in a server.
    pub(super) size: u64,
}

/// Runs all measurements.
pub(super) fn measure_all(folder: &Path, rows: u64) -> Result<Figures> {
    let service = Service::start(rows)?;
    let server = Server::start(folder)?;
    let run = |job: Job, folder: &Path| measure(&mut child::Job::Mirror(job).command(&[])?, folder);
    let url = service.url().to_owned();
    let idle = subfolder(folder, "list")?;
    let list = run(Job::List { url: url.clone() }, &idle)?;
    let list_raw = run(Job::ListRaw { url: url.clone() }, &idle)?;

    let mut copies = Vec::new();
    for (name, to) in [
        ("Parquet", To::Parquet(subfolder(folder, "parquet")?.join("rows.parquet"))),
        ("CSV", To::Csv(subfolder(folder, "csv")?.join("rows.csv"))),
        ("SQLite", To::Sqlite(subfolder(folder, "sqlite")?.join("rows.db"))),
        ("PostgreSQL", To::Postgres(server.database("ours")?)),
    ] {
        crate::progress(&format!("copying to {name}"));
        let folder = match &to {
            To::Parquet(file) | To::Csv(file) | To::Sqlite(file) => file.parent().context("files are in folders")?,
            To::Postgres(_) => &idle,
        };
        let first = run(ours_job(&url, &to, false), folder)?;
        let size = match &to {
            To::Parquet(file) | To::Csv(file) | To::Sqlite(file) => file.metadata().context("the copy")?.len(),
            To::Postgres(_) => 0,
        };
        let unchanged = run(ours_job(&url, &to, false), folder)?;
        let none = Usage::default();
        copies.push(Copy {
            name,
            folder: folder.to_owned(),
            to,
            first,
            unchanged,
            together: none,
            scattered: none,
            size,
        });
    }
    let insert = insert(&copies, folder)?;
    let copy = copy(&server, folder)?;

    crate::progress("changing rows");
    let ids = service.ids()?;
    ensure!(ids.len() as u64 == rows, "the service lists {} rows", ids.len());
    let middle = ids.len() / 2;
    service.change(&ids[middle..middle + CHANGES], "changed together")?;
    for copy in &mut copies {
        copy.together = run(ours_job(&url, &copy.to, false), &copy.folder)?;
    }
    let ids: Vec<String> = ids.iter().step_by(ids.len() / CHANGES).take(CHANGES).cloned().collect();
    service.change(&ids, "changed apart")?;
    for copy in &mut copies {
        copy.scattered = run(ours_job(&url, &copy.to, false), &copy.folder)?;
    }

    crate::progress("copying a snapshot");
    let snapshots = subfolder(folder, "snapshot")?;
    let to = To::Sqlite(snapshots.join("rows.db"));
    let snapshot = (run(ours_job(&url, &to, true), &snapshots)?, run(ours_job(&url, &to, true), &snapshots)?);

    crate::progress("copying by hand");
    let hand = subfolder(folder, "hand")?;
    let by_hand = [("Parquet", To::Parquet(hand.join("rows.parquet"))), ("SQLite", To::Sqlite(hand.join("rows.db")))];
    let by_hand =
        by_hand.into_iter().map(|(name, to)| Ok((name, run(Job::ByHand { base: service.base(), to }, &hand)?)));
    let by_hand = by_hand.collect::<Result<_>>()?;
    drop(service);

    let (python, dlt) = if cfg!(feature = "python") { peers(folder, rows, &server)? } else { (None, Vec::new()) };
    Ok(Figures { list, list_raw, copies, snapshot, by_hand, python, dlt, insert, copy })
}

fn ours_job(url: &str, to: &To, snapshot: bool) -> Job {
    Job::Ours { url: url.to_owned(), to: to.clone(), snapshot }
}

fn subfolder(folder: &Path, name: &str) -> Result<PathBuf> {
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Returns the seconds that `SQLite` takes for prepared inserts of the copied rows alone.
fn insert(copies: &[Copy], folder: &Path) -> Result<f64> {
    let from = copies.iter().find_map(|copy| if let To::Sqlite(file) = &copy.to { Some(file.clone()) } else { None });
    let to = subfolder(folder, "insert")?.join("rows.db");
    let report = child::Job::Mirror(Job::Insert { from: from.context("there is a copy")?, to }).run()?;
    Ok(report.wall.as_secs_f64())
}

/// Returns the seconds that `PostgreSQL` takes for `COPY` of the copied rows alone, into a table with the same key.
fn copy(server: &Server, folder: &Path) -> Result<f64> {
    let url = server.url("ours");
    let file = subfolder(folder, "copy")?.join("rows.csv");
    let file = file.display();
    psql(&url, &format!("\\copy {} to '{file}' with csv", ours::POSTGRES_TABLE))?;
    psql(&url, &format!("create table copied (like {} including all)", ours::POSTGRES_TABLE))?;
    let start = Instant::now();
    psql(&url, &format!("\\copy copied from '{file}' with csv"))?;
    Ok(start.elapsed().as_secs_f64())
}

type Peers = (Option<Usage>, Vec<(&'static str, Usage)>);

/// Measures the peers with a part of the rows.
fn peers(folder: &Path, rows: u64, server: &Server) -> Result<Peers> {
    crate::progress("installing peers");
    let python = Python::install(folder)?;
    let service = Service::start(rows / PEER_PART)?;
    let base = service.base();
    let run = |mut command: Command, folder: &Path| -> Result<Usage> {
        let usage = measure(&mut command, folder)?;
        std::fs::remove_dir_all(folder)?;
        Ok(usage)
    };
    crate::progress("copying with requests and pyarrow");
    let target = subfolder(folder, "pyarrow")?;
    let file = target.join("rows.parquet").display().to_string();
    let pyarrow = run(python.command("pyarrow_mirror.py", [&*base, token(), &*file]), &target)?;
    let mut dlt = Vec::new();
    for (name, kind) in [("Parquet", "parquet"), ("SQLite", "sqlite"), ("PostgreSQL", "postgres")] {
        crate::progress(&format!("copying to {name} with dlt"));
        let target = subfolder(folder, &format!("dlt-{kind}"))?;
        let state = subfolder(&target, "state")?.display().to_string();
        let to = match kind {
            "parquet" => subfolder(&target, "files")?.display().to_string(),
            "sqlite" => target.join("rows.db").display().to_string(),
            _ => server.database("dlt")?,
        };
        dlt.push((name, run(python.command("dlt_mirror.py", [&*base, token(), kind, &*to, &*state]), &target)?));
    }
    ensure!(size(folder) > 0, "the copies exist");
    Ok((Some(pyarrow), dlt))
}
