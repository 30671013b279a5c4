//! Measures Keyfob beside what one would use instead, and prints Markdown: see docs/performance.md.
//!
//! Adding a table: a module with `run`, a variant of [`Name`] and its arm in [`Name::run`]. Its place in
//! docs/performance.md is a pair of markers, `<!-- bench:name -->` and `<!-- /bench:name -->`.

mod answers;
mod build;
mod call;
mod child;
mod codegen;
mod decode;
mod fleet;
mod header;
mod listing;
mod peers;
mod stampede;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use keyfob_bench::{machine, page};

#[derive(Parser)]
#[command(name = "keyfob-bench", about = "Measures Keyfob beside what one would use instead")]
struct Arguments {
    /// The tables to measure; all of them if none is named
    tables: Vec<Name>,
    /// Also puts each table into this file, between its markers
    #[arg(long)]
    write: Option<PathBuf>,
    /// Fewer and shorter runs: to see that a table works, not what it says
    #[arg(long)]
    quick: bool,
    /// Runs a job that another process of this program hands out
    #[arg(long, hide = true, value_name = "JOB")]
    child: Option<String>,
}

/// How thoroughly to measure.
#[derive(Clone, Copy)]
struct Effort {
    quick: bool,
}

impl Effort {
    /// One of two numbers: of rounds, of calls.
    fn pick<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// The tables, in the order of the page.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// An `Authorization` header while the token is valid
    Header,
    /// Token requests: many callers, short lifetimes, callers who give up, outages
    Stampede,
    /// What fleets cost the token endpoint and the store
    Fleet,
    /// A typed call: instructions, processor time, throughput
    Call,
    /// A listing of many pages: rows a second, memory
    Listing,
    /// Decoding a page
    Decode,
    /// What it costs a program's build
    Build,
    /// Code generation
    Codegen,
}

impl Name {
    /// The name in the command and in the markers.
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
            Self::Decode => decode::run(effort),
            Self::Build => build::run(effort),
            Self::Codegen => codegen::run(effort),
        }
    }
}

fn main() -> ExitCode {
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
        let text = table.run(Effort { quick: arguments.quick }).with_context(|| format!("measuring {name}"))?;
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

/// Tells whoever waits what is going on.
#[expect(clippy::print_stderr, reason = "this is the command line")]
fn progress(line: &str) {
    eprintln!("{line}");
}
