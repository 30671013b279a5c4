//! The new content of an export: a temporary file, hashed while it is written, that replaces the export in one step.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

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
