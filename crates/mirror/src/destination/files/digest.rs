//! Detection of files that another program changed.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use crate::destination::disk::Disk;

/// Size of the buffers for reading and writing whole files, in bytes: few system calls, little memory.
pub(super) const BUFFER: usize = 256 * 1024;

/// Size and hash of a file's content.
///
/// The hash is XXH3 with 128 bits, which detects changes by accident and costs a tenth of a cryptographic hash. It does
/// not protect against somebody who forges a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    /// Size in bytes.
    pub(super) size: u64,
    /// XXH3-128, in hexadecimal.
    xxh3: String,
}

/// Time of the last change and number of a file. If both are those recorded, the content is not read to compare it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    size: u64,
    /// Nanoseconds since 1970, as text: JSON numbers are not exact beyond 53 bits.
    modified: String,
    inode: u64,
}

impl Digest {
    /// Reads a file and returns the digest of its content.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let (mut hash, mut size, mut buffer) = (XxHash3_128::new(), 0, vec![0; BUFFER]);
        let mut file = file;
        file.rewind()?;
        loop {
            let length = file.read(&mut buffer)?;
            if length == 0 {
                return Ok(Self::new(size, &hash));
            }
            hash.write(&buffer[..length]);
            size += length as u64;
        }
    }

    fn new(size: u64, hash: &XxHash3_128) -> Self {
        Self { size, xxh3: format!("{:032x}", hash.finish_128()) }
    }
}

impl Identity {
    /// Returns the identity of an open file.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        Ok(Self::new(&file.metadata()?))
    }

    /// Returns the identity of the file at a path; `None` if there is none.
    pub(super) fn at(path: &Path) -> io::Result<Option<Self>> {
        match path.metadata() {
            Ok(metadata) => Ok(Some(Self::new(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn new(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { size: metadata.len(), modified: modified.unwrap_or_default().as_nanos().to_string(), inode }
    }
}

/// A file whose content is hashed while it is written from the start to the end.
pub(super) struct HashedFile<'a> {
    disk: &'a Disk,
    file: File,
    buffer: Vec<u8>,
    size: u64,
    /// Length of the content that the file had before.
    existing: u64,
    hash: XxHash3_128,
}

impl<'a> HashedFile<'a> {
    pub(super) fn new(disk: &'a Disk, file: File) -> Self {
        let buffer = Vec::with_capacity(BUFFER);
        Self { disk, file, buffer, size: 0, existing: 0, hash: XxHash3_128::new() }
    }

    /// Continues a file. The first bytes that are written must be those of the file: they are only hashed.
    pub(super) fn continued(disk: &'a Disk, file: File) -> io::Result<Self> {
        let existing = (&file).seek(SeekFrom::End(0))?;
        Ok(Self { existing, ..Self::new(disk, file) })
    }

    /// Writes the file to the storage device and returns it with the digest of its content.
    pub(super) fn finish(mut self) -> io::Result<(File, Digest)> {
        self.flush()?;
        self.disk.sync(&self.file)?;
        Ok((self.file, Digest::new(self.size, &self.hash)))
    }

    fn write_through(&mut self, bytes: &[u8]) -> io::Result<()> {
        let existing = usize::try_from(self.existing.saturating_sub(self.size)).unwrap_or(usize::MAX);
        let new = bytes.get(existing..).unwrap_or_default();
        if !new.is_empty() {
            self.disk.write(&self.file, new)?;
        }
        self.hash.write(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }
}

impl Write for HashedFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() >= BUFFER {
            self.write_through(bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let written = if buffer.is_empty() { Ok(()) } else { self.write_through(&buffer) };
        buffer.clear();
        self.buffer = buffer;
        written
    }
}
