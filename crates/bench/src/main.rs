//! Measures Keyfob and its alternatives, and prints the tables of the book's page on performance as Markdown.
//!
//! To add a table, add a module with `run`, a variant of [`Name`], its arm in [`Name::run`], and in
//! `docs/book/src/reference/performance.md` the pair of markers that encloses it, `<!-- bench:name -->` and `<!-- /bench:name -->`.

mod api_server;
mod build;
mod call;
mod child;
mod codegen;
mod decode;
mod fleet;
mod header;
mod listing;
mod mirror;
mod peers;
mod stampede;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use keyfob_bench::{machine, page};

#[derive(Parser)]
#[command(name = "keyfob-bench", about = "Measures Keyfob and its alternatives")]
struct Arguments {
    /// Tables to measure; all tables by default
    tables: Vec<Name>,
    /// Also write each table into this file, between its markers
    #[arg(long)]
    write: Option<PathBuf>,
    /// Run fewer and shorter measurements, to check that the programs work; the figures are not representative
    #[arg(long)]
    quick: bool,
    /// Number of rows of the table `mirror`, 1,000,000 by default
    #[arg(long)]
    rows: Option<u64>,
    /// Run one job for another process of this program
    #[arg(long, hide = true, value_name = "JOB")]
    child: Option<String>,
}

/// Thoroughness of the measurements.
#[derive(Clone, Copy)]
struct Effort {
    quick: bool,
    /// Number of rows of the table `mirror`, if it is not the default.
    rows: Option<u64>,
}

impl Effort {
    /// Returns `quick` for a quick run, else `full`.
    fn pick<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// Name of a table, in the order of the page.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// An `Authorization` header while the token is valid
    Header,
    /// Token requests: many callers, short lifetimes, cancelled callers, outages
    Stampede,
    /// Load of worker fleets on the token endpoint and the store
    Fleet,
    /// A typed call: instructions, CPU time, throughput
    Call,
    /// A listing of many pages: rows per second, memory
    Listing,
    /// Copies of a table in Parquet, `SQLite` and `PostgreSQL`
    Mirror,
    /// Decoding a page
    Decode,
    /// A build: CPU time, crates, size
    Build,
    /// Code generation
    Codegen,
}

impl Name {
    /// Returns the name used on the command line and in the markers.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn run(self, effort: Effort) -> Result<String> {
        match self {
            Self::Header => header::run(effort),
            Self::Stampede => stampede::run(effort),
            Self::Fleet => fleet::run(effort),
            Self::Call => call::run(effort),
            Self::Listing => listing::run(effort),
            Self::Mirror => mirror::run(effort),
            Self::Decode => decode::run(effort),
            Self::Build => build::run(effort),
            Self::Codegen => codegen::run(effort),
        }
    }
}

fn main() -> ExitCode {
    // The clients that peers and hand-written programs build take the provider of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match std::env::var_os(build::LOG) {
        Some(log) => build::wrap(&log),
        None => measure_all(&Arguments::parse()).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            progress(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn measure_all(arguments: &Arguments) -> Result<()> {
    if let Some(job) = &arguments.child {
        print(&child::work(job)?);
        return Ok(());
    }
    let tables = if arguments.tables.is_empty() { Name::value_variants() } else { &arguments.tables };
    for table in tables {
        let name = table.name();
        progress(&format!("measuring {name}"));
        let text = table
            .run(Effort { quick: arguments.quick, rows: arguments.rows })
            .with_context(|| format!("measuring {name}"))?;
        let text = format!("{}\n\nMeasured on {}.", text.trim_end(), machine::describe());
        print(&text);
        if let Some(path) = &arguments.write {
            page::replace(path, &name, &text)?;
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command line")]
fn print(text: &str) {
    println!("{text}\n");
}

/// Prints a progress message to stderr.
#[expect(clippy::print_stderr, reason = "this is the command line")]
fn progress(line: &str) {
    eprintln!("{line}");
}
