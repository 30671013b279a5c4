//! The checkpoint file of an export: table, time window and progress.

use anyhow::Context;
use keyfob::ditio_reporting::sync::Checkpoint;
use serde::{Deserialize, Serialize};

use super::journal::Journal;
use super::paths::ExportPaths;
use super::window::Window;
use crate::args::Export;
use crate::usage_error::UsageError;

/// Progress of an export, as stored in the checkpoint file. Contains no rows and no secrets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    table: String,
    /// Base URL of the service. With the client id it identifies the account, on which the visible rows depend.
    service: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    pub(super) window: Window,
    /// `true` if the journal changes an existing export; `false` if it contains all rows.
    pub(super) has_base: bool,
    /// Length of the valid part of the journal, in bytes.
    pub(super) journal: u64,
    pub(super) checkpoint: Option<Checkpoint>,
}

impl State {
    pub(super) fn new(table: &str, (service, client): (String, Option<String>), window: Window) -> Self {
        Self { table: table.to_owned(), service, client, window, has_base: false, journal: 0, checkpoint: None }
    }

    /// Reads the checkpoint file, if `resume` is set and the file exists.
    pub(super) fn find(paths: &ExportPaths, resume: bool) -> anyhow::Result<Option<Self>> {
        if !resume {
            return Ok(None);
        }
        let path = &paths.checkpoint;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(UsageError::with_source(error, format!("cannot read {}", path.display())).into());
            }
            Err(_) if paths.out.exists() => {
                let message = format!(
                    "{} exists but its checkpoint {} does not exist; export again without --resume",
                    paths.out.display(),
                    path.display()
                );
                return Err(UsageError::new(message).into());
            }
            Err(_) => return Ok(None),
        };
        let state: Self = serde_json::from_str(&text).map_err(|error| {
            UsageError::with_source(error, format!("{} is damaged; export again without --resume", path.display()))
        })?;
        let missing = if state.has_base { &paths.out } else { &paths.journal };
        if !missing.exists() {
            let message = format!("{} no longer exists; export again without --resume", missing.display());
            return Err(UsageError::new(message).into());
        }
        Ok(Some(state))
    }

    /// Checks that the arguments match the arguments of the first run.
    pub(super) fn check(
        &self,
        table: &str,
        (service, client): &(String, Option<String>),
        args: &Export,
    ) -> Result<(), UsageError> {
        let mismatch = |origin: &str| {
            Err(UsageError::new(format!(
                "{} was exported with {origin}; export again without --resume",
                args.out.display()
            )))
        };
        let given = Window::from_args(args)?;
        if self.table != table {
            return mismatch(&format!("the table {}", self.table));
        }
        if self.service != *service {
            return mismatch(&format!("the service at {}", self.service));
        }
        if self.client.is_some() && client.is_some() && self.client != *client {
            return mismatch("another client id");
        }
        if given != Window::default() && !given.same_bounds(&self.window) {
            return mismatch("other dates");
        }
        if !self.window.can_filter_rows() {
            let reason = "cannot be updated with --from or --to, because its rows do not contain the date";
            return Err(UsageError::new(format!("{table} {reason}; export again without --resume")));
        }
        Ok(())
    }

    /// Returns `true` if this run lists changes only.
    pub(super) fn is_update(&self) -> bool {
        self.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.since().is_some())
    }

    /// Saves the progress after the journal has been written to disk.
    pub(super) fn save(
        &mut self,
        paths: &ExportPaths,
        journal: &mut Journal,
        checkpoint: Checkpoint,
    ) -> anyhow::Result<()> {
        self.journal = journal.sync()?;
        self.checkpoint = Some(checkpoint);
        self.store(paths)
    }

    /// Records that the journal has been merged into the export, and removes the journal.
    pub(super) fn finish(&mut self, paths: &ExportPaths) -> anyhow::Result<()> {
        self.has_base = true;
        self.journal = 0;
        self.store(paths)?;
        std::fs::remove_file(&paths.journal).with_context(|| format!("cannot remove {}", paths.journal.display()))
    }

    fn store(&self, paths: &ExportPaths) -> anyhow::Result<()> {
        let path = &paths.checkpoint;
        let new = path.with_extension("checkpoint.new");
        let text = serde_json::to_string_pretty(self)?;
        let stored = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, path));
        stored.with_context(|| format!("cannot write {}", path.display()))
    }
}
