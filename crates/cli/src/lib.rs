#![doc = include_str!("../README.md")]

mod args;
mod call;
mod completions;
mod connect;
mod console;
mod exit;
mod export;
mod interrupt;
mod list;
mod mirror;
mod output;
mod pretty;
mod redact;
mod registry;
mod settings;
mod shell;
mod simulate;
mod suggest;
mod token;
mod tour;
mod trust;
mod usage_error;
mod version;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};

/// Runs `keyfob` with the arguments of this process and returns its exit status.
///
/// A library function, so that a test binary can start itself as the command line tool.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&error.into()),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Tour(args) => tour::run(&args).await,
            Command::Simulate(args) => simulate::run(&args).await,
            Command::Trust(args) => trust::run(&args),
            Command::Token(args) => token::run(&args).await,
            Command::Call(args) => call::run(&args).await,
            Command::Export(args) => export::run(&args).await,
            Command::Mirror(args) => mirror::run(&args).await,
            Command::Apis(args) => list::run(&args),
            Command::Completions(args) => completions::run(&args),
            #[cfg(feature = "man-pages")]
            Command::ManPages(args) => completions::write_man_pages(&args),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error),
    }
}
