//! The workspace's own commands: `cargo xtask <command>`.

#![allow(
    rustdoc::invalid_html_tags,
    reason = "doc comments of arguments are help texts, in which `<api>` stands for a name"
)]
#![allow(clippy::format_push_string, reason = "text is put together here, not served")]

mod bench;
mod ci;
mod codegen;
mod compare;
mod yaml;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Code generation and checks for this workspace")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates every client from specs/<api>/openapi.yaml, and docs/apis.md
    Codegen(codegen::Arguments),
    /// Shows what a vendor's own OpenAPI document has that ours lacks, and the reverse
    Compare(compare::Arguments),
    /// Runs every check but the tests, in the order of their cost
    Ci,
    /// Measures Keyfob beside what one would use instead, and prints the tables of docs/performance.md
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Codegen(arguments) => codegen::run(root(), &arguments),
        Command::Compare(arguments) => compare::run(root(), &arguments).map(|report| print(&report)),
        Command::Ci => ci::run(root()),
        Command::Bench(arguments) => bench::run(root(), &arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the command line")]
fn print(text: &str) {
    println!("{}", text.trim_end());
}

#[expect(clippy::print_stderr, reason = "this is the command line")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// The root of the workspace, wherever the command was called from.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}
