//! The index of a copy: keys, hashes and positions of its rows in the order of the keys, in `FILE.index`.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::digest::{BUFFER, Digest};
use super::keys::{Upsert, array};

/// A row of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IndexedRow {
    /// Hash of the row's key.
    pub(super) key: u128,
    pub(super) version: Upsert,
    /// Number of the row in the file.
    pub(super) row: u32,
}

impl IndexedRow {
    /// Size of a row in the file, in bytes.
    pub(super) const SIZE: usize = 29;

    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..16].copy_from_slice(&self.key.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.version.hash.to_le_bytes());
        bytes[24] = self.version.rejects;
        bytes[25..].copy_from_slice(&self.row.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let version = Upsert { hash: u64::from_le_bytes(array(&bytes[16..24])), rejects: bytes[24] };
        let row = u32::from_le_bytes(array(&bytes[25..Self::SIZE]));
        Self { key: u128::from_be_bytes(array(&bytes[..16])), version, row }
    }
}

/// Rows of an index in ascending order of the keys, read from its file.
pub(super) struct IndexReader<'a> {
    reader: BufReader<io::Take<&'a File>>,
    left: u64,
}

impl<'a> IndexReader<'a> {
    /// Opens the first `rows` rows of an index.
    pub(super) fn new(file: &'a File, rows: u64) -> io::Result<Self> {
        let mut start = file;
        start.rewind()?;
        let reader = BufReader::with_capacity(BUFFER, file.take(rows * IndexedRow::SIZE as u64));
        Ok(Self { reader, left: rows })
    }

    /// Returns the next row.
    pub(super) fn next(&mut self) -> io::Result<Option<IndexedRow>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut bytes = [0; IndexedRow::SIZE];
        self.reader.read_exact(&mut bytes)?;
        Ok(Some(IndexedRow::from_bytes(&bytes)))
    }
}

/// An index that is open for searching.
pub(super) struct Index {
    file: File,
    rows: u64,
    /// Key of the first row of each block.
    fences: Vec<u128>,
    /// The block that was read last.
    block: Option<usize>,
    bytes: Vec<u8>,
}

impl Index {
    /// Rows per block: 7 KiB are read for a search, and a key in 256 is in memory.
    const BLOCK: usize = 256;

    /// Opens an index and compares its content with the digest. Returns `None` if it differs.
    pub(super) fn open(path: &Path, digest: &Digest) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let size = IndexedRow::SIZE as u64;
        if Digest::of(&file)? != *digest || !digest.size.is_multiple_of(size) {
            return Ok(None);
        }
        let rows = digest.size / size;
        let mut index = Self { file, rows, fences: Vec::new(), block: None, bytes: Vec::new() };
        let mut fences = Vec::new();
        let mut reader = IndexReader::new(&index.file, rows)?;
        let mut position = 0;
        while let Some(row) = reader.next()? {
            if position % Self::BLOCK == 0 {
                fences.push(row.key);
            }
            position += 1;
        }
        drop(reader);
        index.fences = fences;
        Ok(Some(index))
    }

    /// Returns a reader of all rows.
    pub(super) fn reader(&self) -> io::Result<IndexReader<'_>> {
        IndexReader::new(&self.file, self.rows)
    }

    /// Returns the row with this key.
    pub(super) fn find(&mut self, key: u128) -> io::Result<Option<IndexedRow>> {
        let Some(block) = self.fences.partition_point(|fence| *fence <= key).checked_sub(1) else { return Ok(None) };
        if self.block != Some(block) {
            self.block = None;
            let start = block * Self::BLOCK * IndexedRow::SIZE;
            self.file.seek(SeekFrom::Start(start as u64))?;
            self.bytes.clear();
            (&self.file).take((Self::BLOCK * IndexedRow::SIZE) as u64).read_to_end(&mut self.bytes)?;
            self.block = Some(block);
        }
        let (mut start, mut end) = (0, self.bytes.len() / IndexedRow::SIZE);
        while start < end {
            let middle = usize::midpoint(start, end);
            let row = IndexedRow::from_bytes(&self.bytes[middle * IndexedRow::SIZE..]);
            match row.key.cmp(&key) {
                Ordering::Equal => return Ok(Some(row)),
                Ordering::Less => start = middle + 1,
                Ordering::Greater => end = middle,
            }
        }
        Ok(None)
    }
}
