//! Jobs in a separate process, so that only the client is measured, from a fresh heap, optionally under callgrind.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::{call, decode, listing, mirror};

/// Work of a child process.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum Job {
    /// Sequential or concurrent calls.
    Calls(call::Job),
    /// A complete listing.
    Listing(listing::Job),
    /// Decoding of pages in memory.
    Decode(decode::Job),
    /// A copy of a table, or the service that lists it.
    Mirror(mirror::Job),
}

/// Cost of a job.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Report {
    /// CPU time of all threads, warm-up excluded.
    pub(crate) cpu: Duration,
    /// Elapsed time, warm-up excluded.
    pub(crate) wall: Duration,
    /// Peak resident memory, in bytes.
    pub(crate) peak: u64,
    /// Allocations of the measuring thread; 0 if not counted.
    pub(crate) allocations: u64,
}

impl Job {
    /// Runs the job in a child process.
    pub(crate) fn run(&self) -> Result<Report> {
        let output = self.command(&[])?.output().context("starting a client")?;
        ensure!(output.status.success(), "the client failed: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("reading a client's report")
    }

    /// Runs the job under callgrind and returns the number of instructions, start-up included.
    pub(crate) fn instructions(&self) -> Result<u64> {
        self.callgrind(&[])?.first().copied().context("callgrind reported no instructions")
    }

    /// Runs the job under callgrind and returns the number of L1 data cache misses, start-up included.
    pub(crate) fn cache_misses(&self) -> Result<u64> {
        let events = self.callgrind(&["--cache-sim=yes"])?;
        // Ir Dr Dw I1mr D1mr D1mw ...
        let [_, _, _, _, reads, writes, ..] = events[..] else {
            bail!("callgrind reported no cache events: {events:?}")
        };
        Ok(reads + writes)
    }

    /// Returns the event counts that callgrind prints, in its order.
    fn callgrind(&self, options: &[&str]) -> Result<Vec<u64>> {
        let callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let output =
            self.command(&[&callgrind, options].concat())?.output().context("starting valgrind; install it")?;
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "the client failed under valgrind: {log}");
        let collected = log.lines().find_map(|line| line.split_once("Collected : "));
        let Some((_, figures)) = collected else { bail!("callgrind printed no counts: {log}") };
        let figures = figures.split_whitespace().map(str::parse).collect::<Result<_, _>>();
        figures.with_context(|| format!("reading callgrind's counts: {log}"))
    }

    pub(crate) fn command(&self, before: &[&str]) -> Result<Command> {
        let this = std::env::current_exe().context("finding this program")?;
        let mut command = match before {
            [] => Command::new(this),
            [tool, options @ ..] => {
                let mut command = Command::new(tool);
                command.args(options).arg(this);
                command
            }
        };
        command.arg("--child").arg(serde_json::to_string(self)?).stdin(Stdio::null());
        Ok(command)
    }
}

/// Runs the job in the child process and returns its report as JSON.
pub(crate) fn work(job: &str) -> Result<String> {
    let report = match serde_json::from_str(job).context("reading the job")? {
        Job::Calls(job) => call::work(&job),
        Job::Listing(job) => listing::work(&job),
        Job::Decode(job) => decode::work(job),
        Job::Mirror(job) => mirror::work(&job),
    }?;
    Ok(serde_json::to_string(&report)?)
}
