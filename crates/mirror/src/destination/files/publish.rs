//! The end of a run: writes a file with the changes, which replaces the copy in one step.

use std::fs::File;
use std::io::{self, Write};

use super::bits::{Ranks, RowSet};
use super::copy::{FileCopy, unreadable, unwritable};
use super::digest::{Digest, HashedFile, Identity};
use super::format::Input;
use super::index_file::IndexedRow;
use super::net_changes::{LastChange, NetChanges};
use super::segment::SegmentFiles;
use super::state::{Chunk, Complete, SegmentState, start_over};
use crate::error::Error;

/// Rows after a run.
struct NetRows {
    /// Rows of the complete file, followed by those of the segment, that the new file does not have.
    superseded: RowSet,
    /// Number of rows in the complete file.
    existing: u64,
    /// Number of rows in the new file.
    rows: u64,
    /// Number of rejected values in the new file.
    rejects: u64,
}

/// Receives the superseded rows of a key and the row that remains, and returns the row to write.
type Visit<'a> = &'a mut dyn FnMut(&[u64], Option<IndexedRow>) -> Option<IndexedRow>;

impl NetRows {
    /// Returns `true` if the new file would have the rows of the complete file.
    fn is_unchanged(&self) -> bool {
        self.rows == self.existing && self.superseded.count(0..self.existing) == 0
    }
}

impl FileCopy {
    /// Replaces the copy by a file with the changes of the segment. The caller stores the state and then removes the
    /// segment.
    ///
    /// After a failure at any point, the stored state describes the files: the next run publishes again, or finds the
    /// copy in place.
    pub(super) fn publish(&mut self) -> Result<(), Error> {
        self.check_complete()?;
        let mut is_in_place = false;
        let published = self.replace(&mut is_in_place);
        if published.is_err() && !is_in_place {
            self.state.replacement = None;
            let _ = self.disk.remove(&self.paths.new);
            let _ = self.disk.remove(&self.paths.new_index);
        }
        published
    }

    /// Refuses to replace a file by a listing with rows that cannot be identified: each may be a row of the file.
    fn check_complete(&self) -> Result<(), Error> {
        let rows = self.state.unidentified.rows;
        if self.state.base.is_some() || rows == 0 || !self.paths.has_content() {
            return Ok(());
        }
        let out = self.paths.out.display();
        let noun = if rows == 1 { "row" } else { "rows" };
        let message = format!(
            "{out} is not replaced by an incomplete listing: {rows} {noun} have no key; start over when the service \
             lists them correctly, or move the file away and run again"
        );
        Err(Error::new(crate::error::ErrorKind::Mismatch, message))
    }

    fn replace(&mut self, is_in_place: &mut bool) -> Result<(), Error> {
        let base = self.open_base()?;
        let (net, index) = self.net_rows()?;
        if self.state.base.is_some() && net.is_unchanged() {
            let removed = self.disk.remove(&self.paths.new_index);
            removed.map_err(|error| unwritable(&self.paths.new_index, error))?;
            self.state.segment = SegmentState::default();
            return Ok(());
        }
        let is_completed = self.is_completable(&net).map_err(|error| unreadable(&self.paths.part, error))?;
        let from = if is_completed { self.paths.part.clone() } else { self.paths.new.clone() };
        let written = if is_completed { self.complete_segment(&net) } else { self.write_file(base.as_ref(), &net) };
        let (file, digest) = written.map_err(|error| unwritable(&from, error))?;
        let identity = Identity::of(&file).map_err(|error| unreadable(&from, error))?;
        let layout = self.layout.clone();
        let (rows, rejects) = (net.rows, net.rejects);
        self.state.replacement = Some(Complete { rows, rejects, file: digest, identity, index, layout });
        self.state.store(&self.paths, &self.disk)?;
        let renamed = self.disk.rename(&from, &self.paths.out);
        renamed.map_err(|error| Error::destination(format!("cannot replace {}", self.paths.out.display()), error))?;
        *is_in_place = true;
        let renamed = self.disk.rename(&self.paths.new_index, &self.paths.index);
        renamed.map_err(|error| unwritable(&self.paths.index, error))?;
        self.state.base = self.state.replacement.take();
        self.state.segment = SegmentState::default();
        (self.index, self.index_path) = (None, self.paths.index.clone());
        Ok(())
    }

    /// Opens the complete file and compares its content: the run may have taken hours since the copy was opened.
    fn open_base(&self) -> Result<Option<File>, Error> {
        let (Some(base), out) = (&self.state.base, &self.paths.out) else { return Ok(None) };
        let file = match File::open(out) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(start_over(&format!("{} no longer exists", out.display())));
            }
            Err(error) => return Err(unreadable(out, error)),
        };
        let found = Digest::of(&file).map_err(|error| unreadable(out, error))?;
        if found == base.file { Ok(Some(file)) } else { Err(base.difference(out, &found)) }
    }

    /// Finds the rows of the new file, and writes its index.
    fn net_rows(&mut self) -> Result<(NetRows, Digest), Error> {
        let existing = self.state.base.as_ref().map_or(0, |base| base.rows);
        let total = existing + self.state.segment.rows();
        let superseded = RowSet::new(total);
        let mut net = NetRows { superseded, existing, rows: 0, rejects: 0 };
        let digest = self.write_index(&mut |set, row| {
            net.rows += u64::from(row.is_some());
            net.rejects += row.map_or(0, |row| row.version.rejects.into());
            for row in set {
                net.superseded.insert(*row);
            }
            row
        })?;
        if net.rows == total {
            return Ok((net, digest));
        }
        // Rows have other numbers in the new file. A second pass costs less than memory for all of them.
        let ranks = Ranks::new(&net.superseded);
        let digest = self.write_index(&mut |_, row| {
            let row = row?;
            let rank = u32::try_from(ranks.rank(row.row.into())).unwrap_or(u32::MAX);
            Some(IndexedRow { row: rank, ..row })
        })?;
        Ok((net, digest))
    }

    /// Writes the index of the new file. `visit` is called for each key.
    fn write_index(&mut self, visit: Visit<'_>) -> Result<Digest, Error> {
        let keys = self.open_keys()?;
        let existing = self.state.base.as_ref().map_or(0, |base| base.rows);
        let (disk, paths) = (self.disk.clone(), self.paths.clone());
        let (length, sorted_at_once) = (self.state.segment.keys, self.sorted_at_once);
        let reader = self.index_reader()?;
        let write = || {
            let file = disk.create_replacement(&paths.new_index, &paths.index)?;
            let mut file = HashedFile::new(&disk, file);
            let mut changes = NetChanges::new(keys.as_ref(), length, reader, sorted_at_once)?;
            let mut superseded = Vec::new();
            while let Some(change) = changes.next()? {
                superseded.clear();
                superseded.extend(changes.superseded.drain(..).map(|row| existing + u64::from(row)));
                let row = |row: u64| u32::try_from(row).map_err(|_| io::Error::other("too many rows for one file"));
                let remaining = match (change.existing, change.change) {
                    (existing, None) => existing,
                    (found, Some(LastChange::Deleted)) => {
                        superseded.extend(found.map(|found| u64::from(found.row)));
                        None
                    }
                    (Some(found), Some(LastChange::Upsert(version, number))) if found.version.hash == version.hash => {
                        superseded.push(existing + u64::from(number));
                        Some(found)
                    }
                    (found, Some(LastChange::Upsert(version, number))) => {
                        superseded.extend(found.map(|found| u64::from(found.row)));
                        let row = row(existing + u64::from(number))?;
                        Some(IndexedRow { key: change.key, version, row })
                    }
                };
                if let Some(row) = visit(&superseded, remaining) {
                    file.write_all(&row.to_bytes())?;
                }
            }
            file.finish()
        };
        let written: io::Result<(File, Digest)> = write();
        written.map(|(_, digest)| digest).map_err(|error| unwritable(&self.paths.new_index, error))
    }

    /// Returns `true` if the segment can become the new file. A file that exists passes on its mode and owner.
    fn is_completable(&self, net: &NetRows) -> io::Result<bool> {
        let segment = &self.state.segment;
        if self.state.base.is_some()
            || net.rows != segment.rows()
            || segment.layouts != [self.layout.clone()]
            || self.paths.out.exists()
        {
            return Ok(false);
        }
        self.format.is_completable(&self.chunks(&File::open(&self.paths.part)?, net))
    }

    /// Makes the segment the new file.
    fn complete_segment(&mut self, net: &NetRows) -> io::Result<(File, Digest)> {
        // Truncated: an attempt before may have failed.
        self.files = None;
        let SegmentFiles { part, .. } = SegmentFiles::open(&self.paths, &self.disk, &self.state.segment)?;
        // Opened again, because the other one has the position to write at.
        let segment = File::open(&self.paths.part)?;
        let mut file = HashedFile::continued(&self.disk, part)?;
        self.format.complete(&self.layout, &self.chunks(&segment, net), &mut file)?;
        file.finish()
    }

    /// Writes the new file from the complete file and the segment.
    fn write_file(&self, base: Option<&File>, net: &NetRows) -> io::Result<(File, Digest)> {
        let part = if self.state.segment.chunks.is_empty() { None } else { Some(File::open(&self.paths.part)?) };
        let mut inputs = Vec::new();
        if let (Some(file), Some(base)) = (base, &self.state.base) {
            let (length, rows, layout) = (base.file.size, base.rows, &base.layout);
            let superseded = (&net.superseded, 0);
            inputs.push(Input { file, offset: 0, length, is_complete: true, rows, layout, superseded });
        }
        inputs.extend(part.iter().flat_map(|part| self.chunks(part, net)));
        let file = self.disk.create_replacement(&self.paths.new, &self.paths.out)?;
        let mut file = HashedFile::new(&self.disk, file);
        self.format.merge(&self.layout, &inputs, &mut file)?;
        file.finish()
    }

    /// Returns the chunks of the segment, which is this file.
    fn chunks<'a>(&'a self, file: &'a File, net: &'a NetRows) -> Vec<Input<'a>> {
        let segment = &self.state.segment;
        let (mut offset, mut first) = (segment.header, net.existing);
        let chunk = |chunk: &Chunk| {
            let (length, rows, layout) = (chunk.length, chunk.rows, &segment.layouts[chunk.layout]);
            let superseded = (&net.superseded, first);
            let input = Input { file, offset, length, is_complete: false, rows, layout, superseded };
            (offset, first) = (offset + length, first + rows);
            input
        };
        segment.chunks.iter().map(chunk).collect()
    }
}
