//! Continuation from a checkpoint file: reads it, and checks it against the files and the arguments.

use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use super::{Account, Complete, State, VERSION};
use crate::args::Export;
use crate::export::columns::{self, Column};
use crate::export::output::Digest;
use crate::export::paths::ExportPaths;
use crate::export::window::Window;
use crate::usage_error::UsageError;

/// The part of a checkpoint file that all versions of its format have.
#[derive(Deserialize)]
struct Versioned {
    version: Option<u32>,
}

impl State {
    /// Reads the checkpoint file and checks the files that it describes. Returns `None` if there is nothing to resume.
    pub(in crate::export) fn find(paths: &ExportPaths) -> anyhow::Result<Option<Self>> {
        let path = &paths.checkpoint;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unreadable(path, error).into()),
            Err(_) if paths.out.exists() => {
                let message =
                    format!("{} exists but its checkpoint {} does not exist", paths.out.display(), path.display());
                return Err(start_over(&message).into());
            }
            Err(_) => return Ok(None),
        };
        let mut state = Self::parse(path, &text)?;
        state.settle(paths)?;
        state.check_journal(paths)?;
        Ok(Some(state))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, UsageError> {
        let damaged = |error| {
            UsageError::with_source(error, format!("{} is damaged; export again without --resume", path.display()))
        };
        let Versioned { version } = serde_json::from_str(text).map_err(damaged)?;
        if version != Some(VERSION) {
            let message = format!("{} was written by another version of keyfob", path.display());
            return Err(start_over(&message));
        }
        serde_json::from_str(text).map_err(damaged)
    }

    /// Checks the export, and finds out whether an announced replacement is in place.
    fn settle(&mut self, paths: &ExportPaths) -> anyhow::Result<()> {
        let out = &paths.out;
        if self.base.is_none() && self.replacement.is_none() {
            return Ok(());
        }
        let found = match Digest::of(out) {
            Ok(digest) => Some(digest),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(unreadable(out, error).into()),
        };
        if self.replacement.as_ref().is_some_and(|replacement| found.as_ref() == Some(&replacement.digest)) {
            return self.finish(paths);
        }
        self.replacement = None;
        match (&self.base, found) {
            (Some(base), Some(found)) => match base.difference(out, &found) {
                Some(difference) => Err(UsageError::new(difference).into()),
                None => Ok(()),
            },
            (Some(_), None) => Err(start_over(&format!("{} no longer exists", out.display())).into()),
            (None, _) => Ok(()),
        }
    }

    /// Checks that the journal has the changes that the checkpoint covers.
    fn check_journal(&self, paths: &ExportPaths) -> Result<(), UsageError> {
        let journal = &paths.journal;
        let length = match journal.metadata() {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound && self.journal == 0 => 0,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(start_over(&format!("{} no longer exists", journal.display())));
            }
            Err(error) => return Err(unreadable(journal, error)),
        };
        if length < self.journal {
            return Err(start_over(&format!("{} is shorter than its checkpoint records", journal.display())));
        }
        Ok(())
    }

    /// Checks that the arguments match the arguments of the first run.
    pub(in crate::export) fn check(
        &self,
        table: &str,
        columns: &[Column],
        account: &Account,
        args: &Export,
    ) -> Result<(), UsageError> {
        let out = args.out.display();
        let mismatch = |origin: &str| Err(start_over(&format!("{out} was exported with {origin}")));
        let given = Window::from_args(args)?;
        if self.table != table {
            return mismatch(&format!("the table {}", self.table));
        }
        if self.account.service != account.service {
            return mismatch(&format!("the service at {}", self.account.service));
        }
        if self.account.client.is_some() && account.client.is_some() && self.account.client != account.client {
            return mismatch("another client id");
        }
        if given != Window::default() && !given.same_bounds(&self.window) {
            return mismatch("other dates");
        }
        if args.neutralize_formulas && !self.neutralized {
            return mismatch("formulas as they are");
        }
        if !self.window.can_filter_rows() {
            let reason = "cannot be updated with --from or --to, because its rows do not contain the date";
            return Err(start_over(&format!("{table} {reason}")));
        }
        let base = self.base.as_ref().map_or(&[][..], |base| &base.columns);
        if let Some((name, old, new)) = columns::type_change(base, columns) {
            return Err(start_over(&format!("the column {name} of {out} has the type {old}, and now the type {new}")));
        }
        Ok(())
    }
}

impl Complete {
    /// Returns the message about an export that is not the file that the checkpoint describes.
    pub(in crate::export) fn difference(&self, out: &Path, found: &Digest) -> Option<String> {
        if *found == self.digest {
            return None;
        }
        let (out, rows) = (out.display(), self.rows);
        let difference = if found.size == self.digest.size {
            format!("its content is not that of the {rows} rows exported")
        } else {
            format!("it has {} bytes, and the {rows} rows exported had {} bytes", found.size, self.digest.size)
        };
        let advice = "restore the file, or export again without --resume";
        Some(format!("{out} was changed after the export: {difference}; {advice}"))
    }
}

fn start_over(problem: &str) -> UsageError {
    UsageError::new(format!("{problem}; export again without --resume"))
}

fn unreadable(path: &Path, error: std::io::Error) -> UsageError {
    UsageError::with_source(error, format!("cannot read {}", path.display()))
}
