//! A copy that is open: applies changes to the segment, and publishes them at the end of a run.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::format::Format;
use super::index_file::{Index, IndexReader};
use super::keys::{Change, KeyFilter, Upsert};
use super::layout::{Layout, Rows};
use super::net_changes::{NetChanges, SORTED_AT_ONCE};
use super::paths::CopyPaths;
use super::segment::{Pending, Schedule, SegmentFiles};
use super::state::{State, start_over};
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::destination::disk::Disk;
use crate::destination::{Applied, Run};
use crate::error::{Error, ErrorKind};
use crate::index::RowIndex;
use crate::lock::Lock;

/// A copy that is open. All operations block the thread.
pub(super) struct FileCopy {
    pub(super) paths: CopyPaths,
    pub(super) disk: Disk,
    pub(super) format: Box<dyn Format>,
    pub(super) layout: Layout,
    pub(super) state: State,
    pub(super) pending: Pending,
    pub(super) files: Option<SegmentFiles>,
    /// Keys that the run may have changed.
    pub(super) filter: KeyFilter,
    /// The index of the complete file, read when it is first needed.
    pub(super) index: Option<Index>,
    /// Path of the index. Read without a lock, it may be the one that a crash left beside its place.
    pub(super) index_path: PathBuf,
    pub(super) schedule: Schedule,
    /// Changes that are sorted in memory at once.
    pub(super) sorted_at_once: u64,
    /// `None` if the copy is open for reading.
    pub(super) lock: Option<Lock>,
}

impl FileCopy {
    pub(super) fn new(
        paths: CopyPaths,
        disk: Disk,
        format: Box<dyn Format>,
        layout: Layout,
        state: State,
        lock: Option<Lock>,
    ) -> Self {
        let index_path = paths.index.clone();
        let (pending, filter, schedule) = (Pending::default(), KeyFilter::new(), Schedule::new());
        let (files, index, sorted_at_once) = (None, None, SORTED_AT_ONCE);
        #[rustfmt::skip]
        let copy = Self {
            paths, disk, format, layout, state, pending, files, filter, index, index_path, schedule, sorted_at_once, lock,
        };
        copy
    }

    /// Reads the hashes of all rows, with the changes of an interrupted run.
    pub(super) fn row_index(&mut self) -> Result<RowIndex, Error> {
        self.flush(false)?;
        let keys = self.open_keys()?;
        let length = self.state.segment.keys;
        let sorted_at_once = self.sorted_at_once;
        let (out, existing) = (self.paths.out.clone(), self.index_reader()?);
        let unreadable = |error| unreadable(&out, error);
        let mut changes = NetChanges::new(keys.as_ref(), length, existing, sorted_at_once).map_err(unreadable)?;
        let mut failure = None;
        let rows = std::iter::from_fn(|| {
            loop {
                match changes.next() {
                    Ok(None) => return None,
                    Ok(Some(row)) => {
                        if let Some(version) = row.version() {
                            return Some((row.key, version.hash));
                        }
                    }
                    Err(error) => {
                        failure = Some(error);
                        return None;
                    }
                }
            }
        });
        let index = RowIndex::new(rows);
        failure.map_or(Ok(index), |error| Err(unreadable(error)))
    }

    /// Adds a batch to the segment. A checkpoint is stored when it is due.
    pub(super) fn apply(&mut self, batch: Batch, checkpoint: &Checkpoint) -> Result<Applied, Error> {
        self.check_writable()?;
        let batch = self.without_unchanged(batch)?;
        let applied = Applied { upserts: batch.len() as u64, deletions: batch.deleted_len() as u64 };
        self.change(checkpoint, |copy| {
            let times = (checkpoint.listed_from, checkpoint.started);
            let added = copy.state.unidentified.append(&batch, times, &copy.paths, &copy.disk);
            copy.state.unidentified = added.map_err(|error| unwritable(&copy.paths.rejects, error))?;
            let (keys, hashes) = (batch.keys().to_vec(), batch.hashes().to_vec());
            let deleted = batch.deleted_keys().to_vec();
            let (rows, rejects) = Rows::new(batch, &copy.layout);
            copy.pending.push_rows(rows);
            for ((key, hash), rejects) in keys.into_iter().zip(hashes).zip(rejects) {
                copy.push_change(Change { key, upsert: Some(Upsert { hash, rejects }) });
            }
            for key in deleted {
                copy.push_change(Change { key, upsert: None });
            }
            Ok(())
        })?;
        Ok(applied)
    }

    /// Deletes the rows that a listing does not have, and the rows without a key that were not received since `from`.
    pub(super) fn end_listing(
        &mut self,
        unlisted: &[u128],
        from: DateTime<Utc>,
        checkpoint: &Checkpoint,
    ) -> Result<u64, Error> {
        self.check_writable()?;
        self.change(checkpoint, |copy| {
            let remaining = copy.state.unidentified.end_listing(from, &copy.paths, &copy.disk);
            copy.state.unidentified = remaining.map_err(|error| unwritable(&copy.paths.rejects, error))?;
            for key in unlisted {
                copy.push_change(Change { key: *key, upsert: None });
            }
            Ok(())
        })?;
        Ok(unlisted.len() as u64)
    }

    /// Ends a run. After a failure, the changes are retained for the next run.
    pub(super) fn finish(&mut self, run: &Run) -> Result<u64, Error> {
        self.check_writable()?;
        let has_changes = !self.pending.is_empty() || self.state.segment.keys > 0 || self.state.base.is_none();
        let is_published = has_changes && run.error.is_none();
        if is_published {
            // A failure from here on does not cost the changes.
            self.flush(true)?;
            self.publish()?;
            self.state.record(run);
            self.state.store(&self.paths, &self.disk)?;
            self.remove_segment();
        } else {
            let earlier = self.state.clone();
            self.state.record(run);
            if let Err(error) = self.flush(true) {
                self.state = earlier;
                return Err(error);
            }
        }
        if self.state.unidentified.length == 0 {
            let _ = self.disk.remove(&self.paths.rejects);
        }
        Ok(self.state.base.as_ref().map_or(0, |base| base.rows))
    }

    /// Removes the files of the segment, which the complete file contains. Files that remain are truncated by the next
    /// run.
    pub(super) fn remove_segment(&mut self) {
        self.files = None;
        self.filter = KeyFilter::new();
        let _ = self.disk.remove(&self.paths.part);
        let _ = self.disk.remove(&self.paths.keys);
    }

    /// Opens the keys of the run; `None` if it has not changed a row.
    pub(super) fn open_keys(&self) -> Result<Option<File>, Error> {
        let path = &self.paths.keys;
        if self.state.segment.keys == 0 {
            return Ok(None);
        }
        File::open(path).map(Some).map_err(|error| unreadable(path, error))
    }

    /// Returns a reader of the complete file's index; `None` if there is no complete file.
    pub(super) fn index_reader(&mut self) -> Result<Option<IndexReader<'_>>, Error> {
        let path = self.index_path.clone();
        let Some(index) = self.open_index()? else { return Ok(None) };
        index.reader().map(Some).map_err(|error| unreadable(&path, error))
    }

    fn open_index(&mut self) -> Result<Option<&mut Index>, Error> {
        let Some(base) = &self.state.base else { return Ok(None) };
        if self.index.is_none() {
            let path = &self.index_path;
            let index = Index::open(path, &base.index).map_err(|error| unreadable(path, error))?;
            let changed = || start_over(&format!("{} does not exist or was changed", path.display()));
            self.index = Some(index.ok_or_else(changed)?);
        }
        Ok(self.index.as_mut())
    }

    /// Removes the rows that the copy has in the same version, and deletions of rows that it does not have.
    fn without_unchanged(&mut self, mut batch: Batch) -> Result<Batch, Error> {
        let changed: Vec<bool> = batch.keys().iter().map(|key| self.filter.may_contain(*key)).collect();
        let deleted: Vec<bool> = batch.deleted_keys().iter().map(|key| self.filter.may_contain(*key)).collect();
        let path = self.index_path.clone();
        let has_rows = changed.contains(&false) || deleted.contains(&false);
        let index = if has_rows { self.open_index()? } else { None };
        let Some(index) = index else {
            batch.retain_deleted(&deleted);
            return Ok(batch);
        };
        let (mut keep, mut keep_deleted) = (changed, deleted);
        let find = |index: &mut Index, key| index.find(key).map_err(|error| unreadable(&path, error));
        for (row, keep) in keep.iter_mut().enumerate().filter(|(_, keep)| !**keep) {
            let found = find(index, batch.keys()[row])?;
            *keep = found.is_none_or(|found| found.version.hash != batch.hashes()[row]);
        }
        for (row, keep) in keep_deleted.iter_mut().enumerate().filter(|(_, keep)| !**keep) {
            *keep = find(index, batch.deleted_keys()[row])?.is_some();
        }
        batch.retain(&keep);
        batch.retain_deleted(&keep_deleted);
        Ok(batch)
    }

    fn push_change(&mut self, change: Change) {
        self.filter.insert(change.key);
        self.pending.push_key(change);
    }

    /// Changes the copy and sets the checkpoint. An error undoes both.
    fn change(
        &mut self,
        checkpoint: &Checkpoint,
        change: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mark = self.pending.mark();
        let earlier = (self.state.checkpoint.replace(checkpoint.clone()), self.state.unidentified);
        let changed = change(self).and_then(|()| {
            let is_due = self.schedule.is_due();
            if is_due || self.pending.is_full(self.format.chunk_rows()) { self.flush(is_due) } else { Ok(()) }
        });
        if changed.is_err() {
            self.pending.truncate(&mark);
            (self.state.checkpoint, self.state.unidentified) = earlier;
        }
        changed
    }

    /// Appends the pending changes to the files. With `store`, writes the files to the storage device and stores the
    /// state, with the checkpoint of the last change.
    ///
    /// After an error, the changes are still pending.
    pub(super) fn flush(&mut self, store: bool) -> Result<(), Error> {
        let earlier = self.state.segment.clone();
        if !self.pending.is_empty() {
            self.state.segment = self.append(earlier.clone()).map_err(|error| unwritable(&self.paths.part, error))?;
        }
        if store {
            let synced = self.files.as_ref().map_or(Ok(()), |files| files.sync(&self.disk));
            let synced = synced.map_err(|error| unwritable(&self.paths.part, error));
            if let Err(error) = synced.and_then(|()| self.state.store(&self.paths, &self.disk)) {
                self.state.segment = earlier;
                return Err(error);
            }
            self.schedule.stored();
        }
        self.pending.clear();
        Ok(())
    }

    fn append(&mut self, state: super::state::SegmentState) -> io::Result<super::state::SegmentState> {
        // A complete file that has only the segment's rows is the segment itself.
        let header = if self.state.base.is_none() && state.chunks.is_empty() {
            self.format.header(&self.layout)?
        } else {
            Vec::new()
        };
        let files = match self.files.take() {
            Some(files) => files,
            None => SegmentFiles::open(&self.paths, &self.disk, &state)?,
        };
        let files = self.files.insert(files);
        files.append(&self.disk, &*self.format, &self.layout, &header, &self.pending, state)
    }

    fn check_writable(&self) -> Result<(), Error> {
        if self.lock.is_some() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Settings, format!("{} is open for reading", self.paths.out.display())))
    }
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::destination(format!("cannot write {}", path.display()), error)
}

pub(super) fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::destination(format!("cannot read {}", path.display()), error)
}
