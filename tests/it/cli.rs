//! The command line tool as a process: output, errors, exit status.

mod call;
mod export;
mod help;
mod profiles;
mod run;
mod simulate;
mod token;
mod tour;
