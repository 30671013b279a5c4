//! `keyfob`: business APIs from a terminal. Arguments and dispatch; each command is a module.

mod args;
mod console;
mod exit;
mod simulate;
mod tour;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&error.into()),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Tour(tour) => tour::run(&tour).await,
            Command::Simulate(simulate) => simulate::run(&simulate).await,
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error),
    }
}
