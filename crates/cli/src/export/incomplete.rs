//! Exports of a listing with rows that cannot be read.

use std::fmt;
use std::path::PathBuf;

/// The error of an export whose table has rows that could not be read.
///
/// Their JSON is no object, so that their ids are unknown: each may be a new version of a row that the export has, or
/// of a row that it lacks.
#[derive(Debug)]
pub(crate) struct Incomplete {
    pub(super) table: &'static str,
    /// Number of rows that could not be read.
    pub(super) rows: u64,
    pub(super) out: PathBuf,
    pub(super) outcome: Outcome,
}

/// Result for the output file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The file is written, and has the rows as text.
    Written,
    /// The existing file is unchanged. `can_resume` is true if `--resume` continues the new export.
    NotReplaced { can_resume: bool },
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, rows, out, outcome } = self;
        let out = out.display();
        let noun = if *rows == 1 { "row" } else { "rows" };
        let unreadable = format!("{rows} {noun} of {table} could not be read");
        match outcome {
            Outcome::Written => write!(
                f,
                "{out} is incomplete: {unreadable}, and the file has them as text; export again without --resume when \
                 the service lists them correctly"
            ),
            Outcome::NotReplaced { can_resume } => {
                let resume = if *can_resume { " with --resume" } else { "" };
                write!(
                    f,
                    "{out} is not replaced by an incomplete export: {unreadable}; export again when the service lists \
                     them correctly, or move the file away and run the same command{resume} to export the other rows"
                )
            }
        }
    }
}

impl std::error::Error for Incomplete {}
