//! What an export remembers beside its file: which table, which window, and how far it has come.

use std::path::{Path, PathBuf};

use anyhow::Context;
use keyfob::ditio_reporting::sync::Checkpoint;
use serde::{Deserialize, Serialize};

use super::journal::Journal;
use super::window::Window;
use crate::args::Export;
use crate::exit::Usage;

/// The files of an export.
pub(super) struct Place {
    /// The export itself, always a whole one.
    pub(super) out: PathBuf,
    pub(super) journal: PathBuf,
    checkpoint: PathBuf,
}

impl Place {
    pub(super) fn new(out: &Path) -> Result<Self, Usage> {
        let beside = |end: &str| {
            let mut name = out.file_name()?.to_owned();
            name.push(end);
            Some(out.with_file_name(name))
        };
        let none = || Usage::new(format!("{} is no file name", out.display()));
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Usage::new(format!("there is no folder {}", folder.display())));
        }
        Ok(Self {
            out: out.to_owned(),
            journal: beside(".part").ok_or_else(none)?,
            checkpoint: beside(".checkpoint").ok_or_else(none)?,
        })
    }
}

/// How far an export has come. It holds no row and no secret.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    table: String,
    /// Where the service is, and who asks it: others may see other rows.
    service: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    pub(super) window: Window,
    /// Whether the journal is about the rows that the export has; else it holds all there are.
    pub(super) has_base: bool,
    /// How many bytes of the journal count.
    pub(super) journal: u64,
    pub(super) checkpoint: Option<Checkpoint>,
}

impl State {
    pub(super) fn new(table: &str, (service, client): (String, Option<String>), window: Window) -> Self {
        Self { table: table.to_owned(), service, client, window, has_base: false, journal: 0, checkpoint: None }
    }

    /// The state to go on from, if that is asked for and there is one.
    pub(super) fn find(place: &Place, resume: bool) -> anyhow::Result<Option<Self>> {
        if !resume {
            return Ok(None);
        }
        let path = &place.checkpoint;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Usage::caused(error, format!("cannot read {}", path.display())).into());
            }
            Err(_) if place.out.exists() => {
                let message = format!(
                    "{} has no checkpoint beside it, {}: start again without --resume",
                    place.out.display(),
                    path.display()
                );
                return Err(Usage::new(message).into());
            }
            Err(_) => return Ok(None),
        };
        let state: Self = serde_json::from_str(&text).map_err(|error| {
            Usage::caused(error, format!("{} is damaged: start again without --resume", path.display()))
        })?;
        let missing = if state.has_base { &place.out } else { &place.journal };
        if !missing.exists() {
            let message = format!("{} is gone: start again without --resume", missing.display());
            return Err(Usage::new(message).into());
        }
        Ok(Some(state))
    }

    /// Refuses to go on with something else than what was begun.
    pub(super) fn check(
        &self,
        table: &str,
        (service, client): &(String, Option<String>),
        args: &Export,
    ) -> Result<(), Usage> {
        let other = |what: &str| {
            Err(Usage::new(format!("{} was begun with {what}: start again without --resume", args.out.display())))
        };
        let given = Window::given(args)?;
        if self.table != table {
            return other(&format!("the table {}", self.table));
        }
        if self.service != *service {
            return other(&format!("the service at {}", self.service));
        }
        if self.client.is_some() && client.is_some() && self.client != *client {
            return other("another client id");
        }
        if given != Window::default() && !given.is(&self.window) {
            return other("other dates");
        }
        if !self.window.is_known() {
            let why = "cannot be kept up to date with --from or --to: the rows do not have the date";
            return Err(Usage::new(format!("{table} {why}; start again without --resume")));
        }
        Ok(())
    }

    /// Whether the run at hand lists changes.
    pub(super) fn is_update(&self) -> bool {
        self.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.since().is_some())
    }

    /// Remembers how far the run has come, once everything before is written.
    pub(super) fn save(&mut self, place: &Place, journal: &mut Journal, checkpoint: Checkpoint) -> anyhow::Result<()> {
        self.journal = journal.sync()?;
        self.checkpoint = Some(checkpoint);
        self.store(place)
    }

    /// The export holds what the journal says.
    pub(super) fn finish(&mut self, place: &Place) -> anyhow::Result<()> {
        self.has_base = true;
        self.journal = 0;
        self.store(place)?;
        std::fs::remove_file(&place.journal).with_context(|| format!("cannot remove {}", place.journal.display()))
    }

    fn store(&self, place: &Place) -> anyhow::Result<()> {
        let path = &place.checkpoint;
        let new = path.with_extension("checkpoint.new");
        let text = serde_json::to_string_pretty(self)?;
        let stored = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, path));
        stored.with_context(|| format!("cannot write {}", path.display()))
    }
}
