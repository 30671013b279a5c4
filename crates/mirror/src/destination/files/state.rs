//! The checkpoint file of a copy: the source's checkpoint, and the files that it belongs to.

use std::io::ErrorKind::NotFound;
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::digest::{Digest, Identity};
use super::layout::Layout;
use super::paths::CopyPaths;
use super::unidentified::Unidentified;
use crate::checkpoint::Checkpoint;
use crate::destination::Run;
use crate::destination::disk::Disk;
use crate::error::{Error, ErrorKind};

/// Version of the format of the checkpoint file and of the files beside it.
const VERSION: u32 = 3;
/// Number of runs that are recorded.
const RUNS: usize = 20;

/// State of a copy, as stored in the checkpoint file. Contains no rows and no secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    /// The checkpoint of the last applied batch; `None` before the first one.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Formulas are neutralized in a CSV file.
    #[serde(default)]
    pub(super) neutralized: bool,
    /// The complete file that the segment changes; `None` if the segment has all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<Complete>,
    /// The complete file that is about to replace `base`. After a crash, the file is one or the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replacement: Option<Complete>,
    /// The rows of the run in progress.
    #[serde(default)]
    pub(super) segment: SegmentState,
    /// Rows without a key.
    #[serde(default)]
    pub(super) unidentified: Unidentified,
    /// The last runs, the latest one last.
    #[serde(default)]
    runs: Vec<RunRecord>,
    /// Start of the last complete run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) current_to: Option<DateTime<Utc>>,
}

/// Description of a complete file, to detect a file that was changed by another program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Complete {
    pub(super) rows: u64,
    /// Number of rejected values.
    pub(super) rejects: u64,
    pub(super) file: Digest,
    pub(super) identity: Identity,
    pub(super) index: Digest,
    pub(super) layout: Layout,
}

/// Valid parts of the files of a run in progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SegmentState {
    /// Length of the beginning of the segment, in bytes.
    pub(super) header: u64,
    /// Length of the keys, in bytes.
    pub(super) keys: u64,
    pub(super) chunks: Vec<Chunk>,
    /// Layouts of the chunks. There are several if columns were added while a run was interrupted.
    pub(super) layouts: Vec<Layout>,
}

/// Rows of the segment that were encoded together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chunk {
    /// Length in bytes.
    pub(super) length: u64,
    pub(super) rows: u64,
    /// Position in the list of layouts.
    pub(super) layout: usize,
}

/// Record of a run in the checkpoint file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct RunRecord {
    started: DateTime<Utc>,
    finished: DateTime<Utc>,
    received: u64,
    upserts: u64,
    deletions: u64,
    rejects: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl SegmentState {
    /// Returns the length of the segment, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.header + self.chunks.iter().map(|chunk| chunk.length).sum::<u64>()
    }

    /// Returns the number of rows in the segment.
    pub(super) fn rows(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.rows).sum()
    }
}

impl State {
    pub(super) fn new(neutralized: bool) -> Self {
        Self {
            version: VERSION,
            checkpoint: None,
            neutralized,
            base: None,
            replacement: None,
            segment: SegmentState::default(),
            unidentified: Unidentified::default(),
            runs: Vec::new(),
            current_to: None,
        }
    }

    /// Reads the checkpoint file. Returns `None` if it does not exist.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Error> {
        #[derive(Deserialize)]
        struct Versioned {
            version: Option<u32>,
        }
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == NotFound => return Ok(None),
            Err(error) => return Err(Error::destination(format!("cannot read {}", path.display()), error)),
        };
        let damaged = |error| start_over(&format!("{} is damaged", path.display())).with_source(error);
        let Versioned { version } = serde_json::from_str(&text).map_err(damaged)?;
        if version != Some(VERSION) {
            return Err(start_over(&format!("{} was written by another version of this program", path.display())));
        }
        serde_json::from_str(&text).map(Some).map_err(damaged)
    }

    /// Replaces the checkpoint file in one step. After a failure, the stored checkpoint remains valid.
    pub(super) fn store(&self, paths: &CopyPaths, disk: &Disk) -> Result<(), Error> {
        let write = |out: &mut dyn Write| serde_json::to_writer_pretty(out, self).map_err(io::Error::from);
        let stored = disk.replace(&paths.checkpoint, &paths.new_checkpoint, write);
        stored.map_err(|error| Error::destination(format!("cannot write {}", paths.checkpoint.display()), error))
    }

    /// Adds the record of a run.
    pub(super) fn record(&mut self, run: &Run) {
        let Run { started, finished, received, upserts, deletions, rejects, error } = run.clone();
        if error.is_none() {
            self.current_to = Some(started);
        }
        self.runs.push(RunRecord { started, finished, received, upserts, deletions, rejects, error });
        let surplus = self.runs.len().saturating_sub(RUNS);
        self.runs.drain(..surplus);
    }

    /// Returns the last run.
    pub(super) fn last_run(&self) -> Option<Run> {
        let RunRecord { started, finished, received, upserts, deletions, rejects, error } = self.runs.last()?.clone();
        Some(Run { started, finished, received, upserts, deletions, rejects, error })
    }
}

impl Complete {
    /// Returns the error of a file that does not have the recorded content.
    pub(super) fn difference(&self, out: &Path, found: &Digest) -> Error {
        let (out, rows) = (out.display(), self.rows);
        let difference = if found.size == self.file.size {
            format!("its content is not that of the {rows} rows written")
        } else {
            format!("it has {} bytes, and the {rows} rows written had {} bytes", found.size, self.file.size)
        };
        let advice = "restore the file, or start over with a listing of all rows";
        Error::new(ErrorKind::Mismatch, format!("{out} was changed by another program: {difference}; {advice}"))
    }
}

/// Returns the error of a copy that cannot be updated.
pub(super) fn start_over(problem: &str) -> Error {
    Error::new(ErrorKind::Mismatch, format!("{problem}; start over with a listing of all rows"))
}
