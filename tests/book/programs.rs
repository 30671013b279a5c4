//! The Rust programs of the README and the book, verbatim: runs the one whose page and line are the first argument.

#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::print_stderr,
    clippy::print_stdout,
    missing_docs,
    reason = "the programs are examples; lints of the compiler apply to them"
)]

use std::process::ExitCode;

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    match PROGRAMS.iter().find(|(program, _)| *program == name) {
        Some((_, run)) => run(),
        None => {
            eprintln!("no program begins at {name:?}");
            ExitCode::from(2)
        }
    }
}
