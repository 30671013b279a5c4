//! How a command fails: one line for people, and a status for scripts.

use std::process::ExitCode;

use crate::console::{BAD, note, paint};

/// Says what failed on the standard error, and gives the exit status.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    note(format_args!("{} {error:#}", paint(BAD, "error:")));
    ExitCode::FAILURE
}
