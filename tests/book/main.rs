//! Tests of the book and of the READMEs, without mdBook: links, code blocks, and the output of programs and commands
//! against the simulator.
//!
//! `cargo test -p keyfob-tests --test book jobs_projects` checks one page.

mod blocks;
mod links;
mod markdown;
mod output;
mod pages;
#[cfg(unix)]
mod session;
