//! The command line tool as a process: output, errors, exit status.

mod call;
mod export;
mod help;
mod mirror;
mod output;
mod profiles;
mod proxy;
mod redaction;
pub(crate) mod run;
pub(crate) mod simulate;
#[cfg(unix)]
mod terminal;
mod token;
mod tour;
