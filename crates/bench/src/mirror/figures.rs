//! Measurements of all copies.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::peers::Python;
use super::postgres::PostgresServer;
use super::process::{Usage, measure, size};
use super::simulator::{Service, token};
use super::{Job, To, contents, ours};
use crate::child;

/// Peers copy this part of the rows, as they take minutes.
pub(super) const PEER_PART: u64 = 5;
/// A copy of this number times the rows shows that memory does not grow.
pub(super) const LARGE: u64 = 10;
/// Number of rows that are changed or deleted between runs, and of those that are deleted.
const CHANGES: usize = 120;
const DELETIONS: usize = 20;

/// Figures of Keyfob's copies and of the alternatives.
pub(super) struct Figures {
    /// Listing of typed records alone.
    pub(super) list: Usage,
    /// Listing of undecoded rows alone.
    pub(super) list_raw: Usage,
    pub(super) copies: Vec<Copy>,
    /// First run to Parquet with [`LARGE`] times the rows, if measured.
    pub(super) large: Option<Usage>,
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

/// Runs all measurements; `large` includes the copy of [`LARGE`] times the rows.
pub(super) fn measure_all(folder: &Path, rows: u64, large: bool) -> Result<Figures> {
    let service = Service::start(rows)?;
    let server = PostgresServer::start_with_network();
    let run = |job: Job, folder: &Path| {
        let to_server = matches!(&job, Job::Ours { to: To::Postgres(_), .. } | Job::ByHand { to: To::Postgres(_), .. });
        let mut command = child::Job::Mirror(job).command(&[])?;
        if to_server { measure_log(&server, || measure(&mut command, folder)) } else { measure(&mut command, folder) }
    };
    let url = service.url().to_owned();
    let idle = subfolder(folder, "list")?;
    let list = run(Job::List { url: url.clone() }, &idle)?;
    let list_raw = run(Job::ListRaw { url: url.clone() }, &idle)?;

    let mut copies = Vec::new();
    for (name, to) in [
        ("Parquet", To::Parquet(subfolder(folder, "parquet")?.join("rows.parquet"))),
        ("CSV", To::Csv(subfolder(folder, "csv")?.join("rows.csv"))),
        ("SQLite", To::Sqlite(subfolder(folder, "sqlite")?.join("rows.db"))),
        ("PostgreSQL", To::Postgres(database(&server, "ours"))),
    ] {
        crate::progress(&format!("copying to {name}"));
        let folder = match &to {
            To::Parquet(file) | To::Csv(file) | To::Sqlite(file) => file.parent().context("files are in folders")?,
            To::Postgres(_) => &idle,
        };
        let first = run(ours_job(&url, &to, false), folder)?;
        let (count, size) = contents::of(&to, ours::SQLITE_TABLE, ours::POSTGRES_TABLE, &server)?;
        ensure!(count == rows, "the copy in {name} has {count} rows");
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
    let copy = copy(&server);

    crate::progress("changing rows");
    let ids = service.ids()?;
    ensure!(ids.len() as u64 == rows, "the service lists {} rows", ids.len());
    let middle = ids.len() / 2;
    service.change(ids[middle..middle + CHANGES].split_at(CHANGES - DELETIONS), "changed together")?;
    for copy in &mut copies {
        copy.together = run(ours_job(&url, &copy.to, false), &copy.folder)?;
    }
    let ids: Vec<String> = ids.iter().step_by(ids.len() / CHANGES).take(CHANGES).cloned().collect();
    service.change(ids.split_at(CHANGES - DELETIONS), "changed apart")?;
    for copy in &mut copies {
        copy.scattered = run(ours_job(&url, &copy.to, false), &copy.folder)?;
    }

    crate::progress("copying a snapshot");
    let snapshots = subfolder(folder, "snapshot")?;
    let to = To::Sqlite(snapshots.join("rows.db"));
    let snapshot = (run(ours_job(&url, &to, true), &snapshots)?, run(ours_job(&url, &to, true), &snapshots)?);

    crate::progress("copying by hand");
    let hand = |name: &str| subfolder(folder, &format!("hand-{name}"));
    let mut by_hand = Vec::new();
    for (name, to) in [
        ("Parquet", To::Parquet(hand("parquet")?.join("rows.parquet"))),
        ("SQLite", To::Sqlite(hand("sqlite")?.join("rows.db"))),
        ("PostgreSQL", To::Postgres(database(&server, "hand"))),
    ] {
        let folder = match &to {
            To::Parquet(file) | To::Csv(file) | To::Sqlite(file) => file.parent().context("files are in folders")?,
            To::Postgres(_) => &idle,
        };
        let usage = run(Job::ByHand { base: service.base(), to: to.clone() }, folder)?;
        let (count, _) = contents::of(&to, "rows", "rows", &server)?;
        ensure!(count == rows - 2 * DELETIONS as u64, "the copy by hand in {name} has {count} rows");
        by_hand.push((name, usage));
    }
    drop(service);

    let large = if large { Some(copy_large(folder, rows * LARGE)?) } else { None };
    let (python, dlt) = if cfg!(feature = "python") { peers(folder, rows, &server)? } else { (None, Vec::new()) };
    Ok(Figures { list, list_raw, copies, large, snapshot, by_hand, python, dlt, insert, copy })
}

/// Copies this number of rows to Parquet.
fn copy_large(folder: &Path, rows: u64) -> Result<Usage> {
    crate::progress(&format!("copying {rows} rows to Parquet"));
    let service = Service::start(rows)?;
    let folder = subfolder(folder, "large")?;
    let to = To::Parquet(folder.join("rows.parquet"));
    let usage = measure(&mut child::Job::Mirror(ours_job(service.url(), &to, false)).command(&[])?, &folder)?;
    std::fs::remove_dir_all(&folder)?;
    Ok(usage)
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

/// Creates a database and returns its URL.
fn database(server: &PostgresServer, name: &str) -> String {
    server.create_database(name);
    server.network_url(name)
}

/// Runs a copy to `PostgreSQL`: written are the bytes of the log of the server, through which all changes go.
fn measure_log(server: &PostgresServer, copy: impl FnOnce() -> Result<Usage>) -> Result<Usage> {
    let position = || server.psql("postgres", "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").parse::<u64>();
    let before = position()?;
    let usage = copy()?;
    Ok(Usage { written: position()? - before, space: 0, ..usage })
}

/// Returns the seconds that `PostgreSQL` takes for `COPY` of the copied rows alone, into a table with the same key.
fn copy(server: &PostgresServer) -> f64 {
    // `psql` runs as the user of the server and can write only there.
    let file = server.folder().join("rows.csv");
    let file = file.display();
    server.psql("ours", &format!("\\copy {} to '{file}' with csv", ours::POSTGRES_TABLE));
    server.psql("ours", &format!("create table copied (like {} including all)", ours::POSTGRES_TABLE));
    let start = Instant::now();
    server.psql("ours", &format!("\\copy copied from '{file}' with csv"));
    start.elapsed().as_secs_f64()
}

type Peers = (Option<Usage>, Vec<(&'static str, Usage)>);

/// Measures the peers with a part of the rows.
fn peers(folder: &Path, rows: u64, server: &PostgresServer) -> Result<Peers> {
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
            _ => database(server, "dlt"),
        };
        let command = python.command("dlt_mirror.py", [&*base, token(), kind, &*to, &*state]);
        let copy = || run(command, &target);
        dlt.push((name, if kind == "postgres" { measure_log(server, copy)? } else { copy()? }));
    }
    ensure!(size(folder) > 0, "the copies exist");
    Ok((Some(pyarrow), dlt))
}
