//! Commands for maintainers of this workspace: `cargo xtask <command>`.

#![allow(
    rustdoc::invalid_html_tags,
    reason = "doc comments of arguments are help texts, in which `<api>` is a placeholder"
)]
#![allow(clippy::format_push_string, reason = "texts are short and built once")]

mod advisories;
mod bench;
mod book;
mod cargo;
mod ci;
mod codegen;
mod compare;
mod dist;
mod export;
mod import;
mod new_api;
mod public_api;
mod release;
mod rustdoc;
mod source;
mod terminal;
mod yaml;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::terminal::{print, report};

/// Help text after the list of commands.
const EXAMPLES: &str = "\
Examples:
  cargo xtask codegen                      after every change in specs/
  cargo xtask import billing openapi.json  a specification from the document of a vendor
  cargo xtask compare dvinci theirs.json   before a specification is updated
  cargo xtask public-api                   after an intended change of a public item
  cargo xtask ci                           before a change lands, beside `cargo test --workspace`
  cargo xtask release --dry-run            before a release

`cargo xtask <command> --help` explains a command. CONTRIBUTING.md explains how a change is made and tested,
specs/README.md explains specifications.";

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Generates the clients, checks and measures this workspace, and publishes its crates",
    after_help = EXAMPLES,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates the clients from specs/<api>/openapi.yaml, and the book's page of APIs
    Codegen(codegen::Arguments),
    /// Writes a specification for other tools, with variants as separate operations
    ExportOpenapi(export::Arguments),
    /// Writes a specification from a vendor's OpenAPI document, or proposes changes to one that exists
    Import(import::Arguments),
    /// Lists the differences between our specification of an API and the vendor's own
    Compare(import::CompareArguments),
    /// Makes the crate of an API that has a specification, and registers the API
    NewApi(new_api::Arguments),
    /// Writes the public API of each published crate to public-api/
    PublicApi(public_api::Arguments),
    /// Runs every check except the tests, the fast ones first
    Ci,
    /// Checks the dependencies for known vulnerabilities; needs cargo-deny and the network
    Advisories,
    /// Packages the crates, builds each from its package, checks compatibility, and publishes
    Release(release::Arguments),
    /// Builds a static binary, completions, man pages and checksums in target/dist
    Dist,
    /// Measures Keyfob and its alternatives, and prints the tables of the book's page on performance
    Bench(bench::Arguments),
    /// Builds the book of docs/book into target/book; needs mdBook
    Book(book::Arguments),
}

fn main() -> ExitCode {
    if let Some(code) = rustdoc::run_as_wrapper() {
        return code;
    }
    let result = match Arguments::parse().command {
        Command::Codegen(arguments) => codegen::run(root(), &arguments),
        Command::ExportOpenapi(arguments) => export::run(root(), &arguments),
        Command::Compare(arguments) => import::compare(root(), &arguments).map(|report| print(report.trim_end())),
        Command::Import(arguments) => import::run(root(), &arguments).map(|text| print(text.trim_end())),
        Command::NewApi(arguments) => new_api::run(root(), &arguments),
        Command::PublicApi(arguments) => public_api::run(root(), &arguments),
        Command::Ci => ci::run(root()),
        Command::Advisories => advisories::run(root()),
        Command::Release(arguments) => release::run(root(), &arguments),
        Command::Dist => dist::run(root()),
        Command::Bench(arguments) => bench::run(root(), &arguments),
        Command::Book(arguments) => book::run(root(), &arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// Returns the root of the workspace, independent of the current directory.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}
