//! Wall time of code generation for all API documents, in a dev build of xtask.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use keyfob_bench::measure::Series;
use keyfob_bench::table::{Budgets, Table};

use crate::Effort;

/// Budget of each command, in seconds.
const LIMIT: f64 = 10.0;

/// Measures the commands and returns the table.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let specifications = specifications(&root)?;
    let mut table = Table::new([format!("Dev build, {specifications} specifications").as_str(), "seconds"]);
    let mut budgets = Budgets::new();
    // Builds xtask, if necessary, before the first measurement.
    xtask(&root, &["codegen", "--check"])?;
    for command in [&["codegen"][..], &["codegen", "--check"]] {
        let mut seconds = Series::default();
        for _ in 0..effort.pick(5, 1) {
            seconds.push(xtask(&root, command)?);
        }
        let name = format!("`cargo xtask {}`", command.join(" "));
        table.row([name.clone(), format!("{seconds:.2}")]);
        let median = seconds.median();
        budgets.add(format!("seconds of {name}"), format!("≤ {LIMIT}"), format!("{median:.2}"), median <= LIMIT);
    }
    Ok(format!("{table}\n{budgets}"))
}

/// Runs an xtask command and returns its wall time in seconds, cargo's included.
fn xtask(root: &Path, command: &[&str]) -> Result<f64> {
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let start = Instant::now();
    let mut run = Command::new(cargo);
    run.current_dir(root).args(["run", "--quiet", "--package", "xtask", "--"]).args(command).stdout(Stdio::null());
    let status = run.status().context("starting cargo")?;
    ensure!(status.success(), "cargo xtask {} failed", command.join(" "));
    Ok(start.elapsed().as_secs_f64())
}

fn specifications(root: &Path) -> Result<usize> {
    let folders = std::fs::read_dir(root.join("specs")).context("reading the folder of specifications")?;
    Ok(folders.flatten().filter(|folder| folder.path().join("openapi.yaml").exists()).count())
}
