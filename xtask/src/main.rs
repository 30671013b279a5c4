//! Commands for maintainers of this workspace: `cargo xtask <command>`.

#![allow(
    rustdoc::invalid_html_tags,
    reason = "doc comments of arguments are help texts, in which `<api>` is a placeholder"
)]
#![allow(clippy::format_push_string, reason = "texts are short and built once")]

mod bench;
mod ci;
mod codegen;
mod compare;
mod yaml;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Help text after the list of commands.
const EXAMPLES: &str = "\
Examples:
  cargo xtask codegen                      after every change in specs/
  cargo xtask compare dvinci theirs.json   before a specification is updated
  cargo xtask ci                           before a change lands, beside `cargo test --workspace`

`cargo xtask <command> --help` explains a command; specs/README.md explains specifications.";

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Generates the clients, and checks and measures this workspace",
    after_help = EXAMPLES,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates the clients from specs/<api>/openapi.yaml, and docs/apis.md
    Codegen(codegen::Arguments),
    /// Lists the differences between our specification of an API and the vendor's own
    Compare(compare::Arguments),
    /// Runs every check except the tests, the fast ones first
    Ci,
    /// Measures Keyfob and its alternatives, and prints the tables of docs/performance.md
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

#[expect(clippy::print_stdout, reason = "a command line prints")]
fn print(text: &str) {
    println!("{}", text.trim_end());
}

#[expect(clippy::print_stderr, reason = "a command line prints")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// Returns the root of the workspace, independent of the current directory.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}
