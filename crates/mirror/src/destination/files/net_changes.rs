//! The net effect of a run on a copy: the changes of each key, joined with the row of the copy.

use std::fs::File;
use std::io;

use super::index_file::{IndexReader, IndexedRow};
use super::keys::{self, Change, Upsert};
use crate::index::KeyHash;

/// Changes that are sorted in memory at once, in 32 bytes each. A run with more of them reads its keys several times,
/// each time those of a range of hashes, which costs less than sorting them on disk.
pub(super) const SORTED_AT_ONCE: u64 = 1 << 19;

/// A key of the copy or of the run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NetChange {
    pub(super) key: u128,
    /// The row of the copy.
    pub(super) existing: Option<IndexedRow>,
    /// The last change in the run.
    pub(super) change: Option<LastChange>,
}

/// The last change of a key in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastChange {
    Deleted,
    /// The row, and its number in the segment.
    Upsert(Upsert, u32),
}

impl NetChange {
    /// Returns the version of the row after the run; `None` if the row does not exist then.
    pub(super) fn version(&self) -> Option<Upsert> {
        match self.change {
            Some(LastChange::Deleted) => None,
            Some(LastChange::Upsert(version, _)) => Some(version),
            None => self.existing.map(|row| row.version),
        }
    }
}

/// The keys of a copy and of a run in ascending order.
pub(super) struct NetChanges<'a> {
    /// `None` if the run has no changes.
    keys: Option<&'a File>,
    /// Length of the keys of the run, in bytes.
    length: u64,
    existing: Option<IndexReader<'a>>,
    next_existing: Option<IndexedRow>,
    /// Changes of the current range of hashes, sorted by key and time.
    changes: Vec<Sorted>,
    /// Number of the changes that were returned.
    returned: usize,
    /// Rows of the segment that a later change of the run superseded.
    pub(super) superseded: Vec<u32>,
    range: u64,
    ranges: u64,
}

/// A change of the current range.
struct Sorted {
    key: KeyHash,
    hash: u64,
    /// Number of the row in the segment.
    row: u32,
    rejects: u8,
    is_upsert: bool,
}

impl<'a> NetChanges<'a> {
    pub(super) fn new(
        keys: Option<&'a File>,
        length: u64,
        mut existing: Option<IndexReader<'a>>,
        sorted_at_once: u64,
    ) -> io::Result<Self> {
        let next_existing = existing.as_mut().map_or(Ok(None), IndexReader::next)?;
        let ranges = (length / Change::SIZE as u64).div_ceil(sorted_at_once);
        let (changes, superseded) = (Vec::new(), Vec::new());
        Ok(Self { keys, length, existing, next_existing, changes, returned: 0, superseded, range: 0, ranges })
    }

    /// Returns the next key.
    pub(super) fn next(&mut self) -> io::Result<Option<NetChange>> {
        while self.returned == self.changes.len() && self.range < self.ranges {
            self.read_range()?;
        }
        let change = self.changes.get(self.returned).map(|change| change.key.into());
        let existing = self.next_existing.map(|row| row.key);
        let Some(key) = change.into_iter().chain(existing).min() else { return Ok(None) };
        let change = if change == Some(key) { Some(self.last_change(key)) } else { None };
        let existing = if existing == Some(key) {
            let next = self.existing.as_mut().map_or(Ok(None), IndexReader::next)?;
            std::mem::replace(&mut self.next_existing, next)
        } else {
            None
        };
        Ok(Some(NetChange { key, existing, change }))
    }

    /// Returns the last change of the key that is next among the changes.
    fn last_change(&mut self, key: u128) -> LastChange {
        let mut last = LastChange::Deleted;
        while let Some(change) = self.changes.get(self.returned).filter(|change| u128::from(change.key) == key) {
            if let LastChange::Upsert(_, row) = last {
                self.superseded.push(row);
            }
            let version = Upsert { hash: change.hash, rejects: change.rejects };
            last = if change.is_upsert { LastChange::Upsert(version, change.row) } else { LastChange::Deleted };
            self.returned += 1;
        }
        last
    }

    /// Reads the changes of the next range of hashes.
    fn read_range(&mut self) -> io::Result<()> {
        let is_in_range = |key: u128| (u128::from(self.ranges) * (key >> 64)) >> 64 == u128::from(self.range);
        self.changes.clear();
        // Reserved at once: a vector that grows is in memory twice. Hashes are distributed evenly.
        let expected = self.length / Change::SIZE as u64 / self.ranges;
        self.changes.reserve(usize::try_from(expected + expected / 64).unwrap_or(0));
        let (changes, mut row) = (&mut self.changes, 0_u64);
        let Some(keys) = self.keys else { return Err(io::ErrorKind::NotFound.into()) };
        keys::each(keys, self.length, |Change { key, upsert }| {
            if is_in_range(key) {
                let Upsert { hash, rejects } = upsert.unwrap_or(Upsert { hash: 0, rejects: 0 });
                let row = u32::try_from(row).unwrap_or(u32::MAX);
                changes.push(Sorted { key: key.into(), hash, row, rejects, is_upsert: upsert.is_some() });
            }
            row += u64::from(upsert.is_some());
        })?;
        if row >= u64::from(u32::MAX) {
            return Err(io::Error::other("a file cannot have 2³² rows or more"));
        }
        // Changes of a key remain in the order received: a deletion has the number of the row that follows it. Sorting in
        // place saves half of the memory.
        changes.sort_unstable_by_key(|change| (change.key, change.row, change.is_upsert));
        self.range += 1;
        self.returned = 0;
        Ok(())
    }
}
