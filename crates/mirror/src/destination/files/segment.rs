//! The segment: rows and keys of a run in progress, in memory and in the files `FILE.part` and `FILE.part.keys`.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use super::format::Format;
use super::keys::Change;
use super::layout::{Layout, Rows};
use super::paths::CopyPaths;
use super::state::{Chunk, SegmentState};
use crate::destination::disk::Disk;

/// Size of the rows in memory that are encoded, however few they are, in bytes.
const MAX_PENDING: usize = 24 << 20;
/// Minimum and maximum time between two checkpoints. A checkpoint costs a chunk, which is inefficient if it is small,
/// and waiting for the storage device; a crash costs the rows since the last one.
const MIN_INTERVAL: Duration = Duration::from_millis(250);
const MAX_INTERVAL: Duration = Duration::from_secs(5);

/// Changes that are not in the files yet.
#[derive(Default)]
pub(super) struct Pending {
    rows: Vec<Rows>,
    keys: Vec<u8>,
}

/// Length of [`Pending`], to undo an addition.
pub(super) struct Mark {
    rows: usize,
    keys: usize,
}

impl Pending {
    pub(super) fn push_rows(&mut self, rows: Rows) {
        if rows.len > 0 {
            self.rows.push(rows);
        }
    }

    pub(super) fn push_key(&mut self, change: Change) {
        change.write(&mut self.keys);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { rows: self.rows.len(), keys: self.keys.len() }
    }

    pub(super) fn truncate(&mut self, mark: &Mark) {
        self.rows.truncate(mark.rows);
        self.keys.truncate(mark.keys);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns `true` if the changes fill a chunk.
    pub(super) fn is_full(&self, chunk_rows: usize) -> bool {
        let rows: usize = self.rows.iter().map(|rows| rows.len).sum();
        let size: usize = self.rows.iter().map(Rows::size).sum();
        rows >= chunk_rows || size + self.keys.len() >= MAX_PENDING
    }
}

/// The files of the segment, open for writing.
pub(super) struct SegmentFiles {
    pub(super) part: File,
    pub(super) keys: File,
}

impl SegmentFiles {
    /// Opens the files and truncates them to their valid parts: the checkpoint does not cover later bytes.
    pub(super) fn open(paths: &CopyPaths, disk: &Disk, state: &SegmentState) -> io::Result<Self> {
        let files = Self { part: disk.open(&paths.part)?, keys: disk.open(&paths.keys)? };
        for (file, length) in [(&files.part, state.length()), (&files.keys, state.keys)] {
            if file.metadata()?.len() != length {
                disk.truncate(file, length)?;
            }
        }
        Ok(files)
    }

    /// Appends the pending changes, and returns the state of the segment with them.
    pub(super) fn append(
        &self,
        disk: &Disk,
        format: &dyn Format,
        layout: &Layout,
        header: &[u8],
        pending: &Pending,
        mut state: SegmentState,
    ) -> io::Result<SegmentState> {
        if !pending.rows.is_empty() {
            let mut bytes = header.to_vec();
            let offset = state.length();
            format.encode(layout, &pending.rows, &mut bytes)?;
            disk.write_at(&self.part, offset, &bytes)?;
            state.header += header.len() as u64;
            let length = (bytes.len() - header.len()) as u64;
            let rows = pending.rows.iter().map(|rows| rows.len as u64).sum();
            let layout = position(&mut state.layouts, layout);
            match state.chunks.last_mut().filter(|last| last.layout == layout && format.is_concatenable()) {
                Some(last) => (last.length, last.rows) = (last.length + length, last.rows + rows),
                None => state.chunks.push(Chunk { length, rows, layout }),
            }
        }
        disk.write_at(&self.keys, state.keys, &pending.keys)?;
        state.keys += pending.keys.len() as u64;
        Ok(state)
    }

    /// Writes the files to the storage device.
    pub(super) fn sync(&self, disk: &Disk) -> io::Result<()> {
        disk.sync(&self.part)?;
        disk.sync(&self.keys)
    }
}

/// Returns the position of a layout in the list. Adds it if it is not there.
fn position(layouts: &mut Vec<Layout>, layout: &Layout) -> usize {
    layouts.iter().position(|found| found == layout).unwrap_or_else(|| {
        layouts.push(layout.clone());
        layouts.len() - 1
    })
}

/// Times of the checkpoints. The interval grows with the time that the run has taken: an early crash costs little, and
/// so do the checkpoints of a long run.
pub(super) struct Schedule {
    opened: Instant,
    last: Instant,
}

impl Schedule {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self { opened: now, last: now }
    }

    /// Returns `true` if a checkpoint should be stored now.
    pub(super) fn is_due(&self) -> bool {
        self.last.elapsed() >= (self.opened.elapsed() / 4).clamp(MIN_INTERVAL, MAX_INTERVAL)
    }

    /// Records that a checkpoint was stored.
    pub(super) fn stored(&mut self) {
        self.last = Instant::now();
    }
}
