//! The content of an export, hashed while it is read and while the file that replaces it is written.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::paths::ExportPaths;
use super::private;

/// Size and hash of a file's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    /// Size in bytes.
    pub(super) size: u64,
    /// SHA-256, in hexadecimal.
    sha256: String,
}

impl Digest {
    /// Reads a file and returns the digest of its content.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let size = io::copy(&mut File::open(path)?, &mut hash)?;
        Ok(Self::new(size, hash))
    }

    fn new(size: u64, hash: Sha256) -> Self {
        Self { size, sha256: format!("{:x}", hash.finalize()) }
    }
}

/// An export that is being read, hashed at the same time.
pub(super) struct HashedInput {
    path: PathBuf,
    file: File,
    /// Number of bytes that were read and hashed.
    pub(super) size: u64,
    hash: Sha256,
}

impl HashedInput {
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| unreadable(path))?;
        Ok(Self { path: path.to_owned(), file, size: 0, hash: Sha256::new() })
    }

    /// Returns the message about content that cannot be decoded.
    pub(super) fn unreadable(&self) -> String {
        unreadable(&self.path)
    }

    /// Returns the file, for a format that is not read from the start to the end. What is read from it is not hashed.
    #[cfg(feature = "parquet")]
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Hashes what has not been read, and returns the digest of the whole content.
    pub(super) fn finish(mut self) -> anyhow::Result<Digest> {
        let rest = self.file.seek(SeekFrom::Start(self.size)).and_then(|_| io::copy(&mut self.file, &mut self.hash));
        let rest = rest.with_context(|| unreadable(&self.path))?;
        Ok(Digest::new(self.size + rest, self.hash))
    }
}

fn unreadable(path: &Path) -> String {
    format!("cannot read {}", path.display())
}

impl Read for HashedInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.size += read as u64;
        Ok(read)
    }
}

/// The file `FILE.new`, removed on drop unless it has replaced the export.
pub(super) struct TempOutput<'a>(&'a ExportPaths);

impl<'a> TempOutput<'a> {
    /// Creates the file, with the mode of the export that it will replace.
    pub(super) fn create(paths: &'a ExportPaths) -> io::Result<(Self, HashedFile)> {
        let output = Self(paths);
        let file = private::create_replacement(&paths.new, &paths.out)?;
        Ok((output, HashedFile { file, size: 0, hash: Sha256::new() }))
    }

    /// Replaces the export.
    pub(super) fn replace(self) -> io::Result<()> {
        std::fs::rename(&self.0.new, &self.0.out)
    }
}

impl Drop for TempOutput<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0.new);
    }
}

/// A file whose content is hashed while it is written.
pub(super) struct HashedFile {
    file: File,
    size: u64,
    hash: Sha256,
}

impl HashedFile {
    /// Writes the file to disk and returns the digest of its content.
    pub(super) fn sync(self) -> io::Result<Digest> {
        self.file.sync_all()?;
        Ok(Digest::new(self.size, self.hash))
    }
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
