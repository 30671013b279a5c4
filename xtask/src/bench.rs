//! Runs the benchmarks of `crates/bench`, which is a separate workspace.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Page that `--write` updates.
const PAGE: &str = "docs/book/src/reference/performance.md";

/// Arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Tables to measure; all of them without arguments
    tables: Vec<String>,
    /// Also write the tables into the book's page on performance
    #[arg(long)]
    write: bool,
    /// Measure only Keyfob and hand-written code; other public crates take minutes to build
    #[arg(long)]
    no_peers: bool,
    /// Run fewer and shorter measurements as a smoke test; the figures are not representative
    #[arg(long)]
    quick: bool,
    /// Number of rows of the table `mirror`; 1,000,000 by default
    #[arg(long)]
    rows: Option<u64>,
}

/// Builds the benchmarks in release mode and runs them; they print Markdown.
///
/// # Errors
///
/// If cargo cannot be started, or a benchmark fails.
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
    if let Some(rows) = arguments.rows {
        command.arg("--rows").arg(rows.to_string());
    }
    if arguments.write {
        command.arg("--write").arg(root.join(PAGE));
    }
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "the benchmarks failed; their messages are above");
    Ok(())
}
