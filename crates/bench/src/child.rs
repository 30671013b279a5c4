//! Jobs in a process of their own: only what the client does is counted, from a fresh heap, or under callgrind.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::{call, decode, listing};

/// What a process is started for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum Job {
    /// Calls one after the other, or many at once.
    Calls(call::Job),
    /// A listing from its first row to its last.
    Listing(listing::Job),
    /// Pages that are in memory already.
    Decode(decode::Job),
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Report {
    /// Processor time, of all threads, after warming up.
    pub(crate) cpu: Duration,
    /// Time by the clock on the wall.
    pub(crate) wall: Duration,
    /// The most memory that was resident, in bytes.
    pub(crate) peak: u64,
    /// Allocations, where they were counted.
    pub(crate) allocations: u64,
}

impl Job {
    /// Runs it in a process of its own.
    pub(crate) fn run(&self) -> Result<Report> {
        let output = self.command(&[])?.output().context("starting a client")?;
        ensure!(output.status.success(), "the client failed: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("reading a client's report")
    }

    /// Runs it under valgrind and says how many instructions that took, start-up included.
    pub(crate) fn instructions(&self) -> Result<u64> {
        self.callgrind(&[])?.first().copied().context("valgrind counted no instructions")
    }

    /// Runs it under valgrind and says how often its data was not in a core's first cache, start-up included.
    pub(crate) fn cache_misses(&self) -> Result<u64> {
        let events = self.callgrind(&["--cache-sim=yes"])?;
        // Instructions, reads, writes, and of these what the first cache did not have.
        let [_, _, _, _, reads, writes, ..] = events[..] else { bail!("valgrind counted no cache: {events:?}") };
        Ok(reads + writes)
    }

    /// What callgrind counted, in its order.
    fn callgrind(&self, options: &[&str]) -> Result<Vec<u64>> {
        let callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let output = self
            .command(&[&callgrind, options].concat())?
            .output()
            .context("starting valgrind, which has to be installed")?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "the client failed under valgrind: {said}");
        let collected = said.lines().find_map(|line| line.split_once("Collected : "));
        let Some((_, figures)) = collected else { bail!("valgrind counted nothing: {said}") };
        let figures = figures.split_whitespace().map(str::parse).collect::<Result<_, _>>();
        figures.with_context(|| format!("reading valgrind's figures: {said}"))
    }

    fn command(&self, before: &[&str]) -> Result<Command> {
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

/// The other end of [`Job::run`].
pub(crate) fn work(job: &str) -> Result<String> {
    let report = match serde_json::from_str(job).context("reading the job")? {
        Job::Calls(job) => call::work(&job),
        Job::Listing(job) => listing::work(&job),
        Job::Decode(job) => decode::work(job),
    }?;
    Ok(serde_json::to_string(&report)?)
}
