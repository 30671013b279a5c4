//! Runs the benchmarks of `crates/bench`, which is a workspace of its own.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

const PAGE: &str = "docs/performance.md";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The tables to measure; all of them if none is named
    tables: Vec<String>,
    /// Also writes the figures into docs/performance.md
    #[arg(long)]
    write: bool,
    /// Measures Keyfob and what is written by hand only: the public crates take minutes to build
    #[arg(long)]
    no_peers: bool,
    /// Fewer and shorter runs: to see that a table works, not what it says
    #[arg(long)]
    quick: bool,
}

/// Builds the benchmarks in release and runs them; they print Markdown.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root.join("crates/bench")).args(["run", "--release", "--locked", "--bin", "keyfob-bench"]);
    if !arguments.no_peers {
        command.args(["--features", "peers"]);
    }
    command.arg("--").args(&arguments.tables);
    if arguments.quick {
        command.arg("--quick");
    }
    if arguments.write {
        command.arg("--write").arg(root.join(PAGE));
    }
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "the benchmarks did not run through");
    Ok(())
}
