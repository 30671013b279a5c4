//! The command line as a process: what it prints, what it refuses, how it ends.

mod call;
mod export;
mod help;
mod profiles;
mod run;
mod simulate;
mod token;
mod tour;
