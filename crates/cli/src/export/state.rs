//! The checkpoint file of an export: table, time window and progress.

mod resume;

use std::io::{self, Write};

use anyhow::Context;
use keyfob::ditio_reporting::sync::Checkpoint;
use serde::{Deserialize, Serialize};

use super::columns::Column;
use super::journal::Journal;
use super::output::Digest;
use super::paths::ExportPaths;
use super::private;
use super::window::Window;

/// Version of the format of the checkpoint file and the journal. Another version cannot be resumed.
const VERSION: u32 = 1;

/// Progress of an export, as stored in the checkpoint file. Contains no rows and no secrets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    table: String,
    #[serde(flatten)]
    account: Account,
    pub(super) window: Window,
    /// `true` if formulas are neutralized in a CSV export.
    #[serde(default)]
    pub(super) neutralized: bool,
    /// Number of rows in the export and in the journal that could not be read, and whose ids are unknown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) unreadable: u64,
    /// The complete export that the journal changes; `None` if the journal contains all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<Complete>,
    /// The complete export that is about to replace `base`. After a crash, the file is one or the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replacement: Option<Complete>,
    /// Length of the valid part of the journal, in bytes.
    pub(super) journal: u64,
    pub(super) checkpoint: Option<Checkpoint>,
}

/// The account of an export, on which the visible rows depend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Account {
    /// Base URL of the service.
    pub(super) service: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<String>,
}

/// Description of a complete export, to detect a file that was changed by another program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Complete {
    pub(super) rows: u64,
    #[serde(flatten)]
    pub(super) digest: Digest,
    /// Columns of the file; empty for NDJSON.
    pub(super) columns: Vec<Column>,
}

impl State {
    pub(super) fn new(table: &str, account: Account, window: Window, neutralized: bool) -> Self {
        Self {
            version: VERSION,
            table: table.to_owned(),
            account,
            window,
            neutralized,
            unreadable: 0,
            base: None,
            replacement: None,
            journal: 0,
            checkpoint: None,
        }
    }

    /// Returns the account of the export.
    pub(super) fn account(&self) -> &Account {
        &self.account
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

    /// Records the export that is about to replace the current one.
    pub(super) fn announce(&mut self, paths: &ExportPaths, replacement: Complete) -> anyhow::Result<()> {
        self.replacement = Some(replacement);
        self.store(paths)
    }

    /// Records that the announced export is in place, and removes the journal, which it contains.
    pub(super) fn finish(&mut self, paths: &ExportPaths) -> anyhow::Result<()> {
        self.base = self.replacement.take();
        self.journal = 0;
        self.store(paths)?;
        match std::fs::remove_file(&paths.journal) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", paths.journal.display()))
            }
            _ => Ok(()),
        }
    }

    /// Replaces the checkpoint file in one step.
    pub(super) fn store(&self, paths: &ExportPaths) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        let stored = Self::replace(paths, text.as_bytes());
        if stored.is_err() {
            // The stored checkpoint remains valid. On a full disk the rest of the new one would only take space.
            let _ = std::fs::remove_file(&paths.new_checkpoint);
        }
        stored.with_context(|| format!("cannot write {}", paths.checkpoint.display()))
    }

    fn replace(paths: &ExportPaths, text: &[u8]) -> io::Result<()> {
        let mut file = private::create_replacement(&paths.new_checkpoint, &paths.checkpoint)?;
        file.write_all(text)?;
        // Without this, a power failure can leave an empty file under the new name.
        file.sync_data()?;
        std::fs::rename(&paths.new_checkpoint, &paths.checkpoint)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde requires")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
