//! Keys of the changes of a run, in the order received: the file `FILE.part.keys`.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek};

use super::digest::BUFFER;

/// A change of a row. The rows of the segment are the upserts, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Hash of the row's key.
    pub(super) key: u128,
    /// The new row; `None` if the row was deleted.
    pub(super) upsert: Option<Upsert>,
}

/// A row that was added or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Upsert {
    /// Hash of the row as received.
    pub(super) hash: u64,
    /// Number of rejected values, at most 255.
    pub(super) rejects: u8,
}

impl Change {
    /// Size of a change in the file, in bytes.
    pub(super) const SIZE: usize = 26;

    /// Appends the change in the format of the file.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        let Upsert { hash, rejects } = self.upsert.unwrap_or(Upsert { hash: 0, rejects: 0 });
        out.extend_from_slice(&self.key.to_be_bytes());
        out.extend_from_slice(&hash.to_le_bytes());
        out.extend_from_slice(&[rejects, self.upsert.is_some().into()]);
    }

    fn read(bytes: &[u8; Self::SIZE]) -> Self {
        let upsert = Upsert { hash: u64::from_le_bytes(array(&bytes[16..24])), rejects: bytes[24] };
        Self { key: u128::from_be_bytes(array(&bytes[..16])), upsert: (bytes[25] != 0).then_some(upsert) }
    }
}

/// Copies bytes into an array of their number.
pub(super) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

/// Calls `visit` with each change in the first `length` bytes of the file.
pub(super) fn each(file: &File, length: u64, mut visit: impl FnMut(Change)) -> io::Result<()> {
    let mut file = file;
    file.rewind()?;
    let mut reader = BufReader::with_capacity(BUFFER, file.take(length));
    let mut bytes = [0; Change::SIZE];
    for _ in 0..length / Change::SIZE as u64 {
        reader.read_exact(&mut bytes)?;
        visit(Change::read(&bytes));
    }
    if length.is_multiple_of(Change::SIZE as u64) { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
}

/// A set of keys that may also contain others: 2 MiB, however many keys.
///
/// A row that is in the copy in the same version is not written again, unless the run changed it before.
pub(super) struct KeyFilter(Vec<u64>);

impl KeyFilter {
    const BITS: u128 = 1 << 24;

    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn insert(&mut self, key: u128) {
        // Runs without changes do not need the memory.
        self.0.resize(usize::try_from(Self::BITS / 64).unwrap_or_default(), 0);
        let (word, bit) = Self::position(key);
        self.0[word] |= bit;
    }

    /// Returns `false` if the key is not in the set.
    pub(super) fn may_contain(&self, key: u128) -> bool {
        let (word, bit) = Self::position(key);
        self.0.get(word).is_some_and(|found| found & bit != 0)
    }

    fn position(key: u128) -> (usize, u64) {
        let bit = key % Self::BITS;
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }
}
