//! The first program of the root README, verbatim.
#![expect(clippy::print_stdout, reason = "the program prints rows")]

include!(concat!(env!("OUT_DIR"), "/readme_program.rs"));
