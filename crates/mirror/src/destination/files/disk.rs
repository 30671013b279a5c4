//! Operations on the parts of a file that a run extends.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use crate::destination::disk::{self, Disk};

impl Disk {
    /// Writes bytes at an offset.
    pub(super) fn write_at(&self, mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        file.seek(SeekFrom::Start(offset))?;
        self.write(file, bytes)
    }

    /// Sets the length of a file.
    pub(super) fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        self.step()?;
        file.set_len(length)
    }

    /// Opens a file for reading and writing, and creates it if it does not exist. An existing file keeps its mode.
    pub(super) fn open(&self, path: &Path) -> io::Result<File> {
        self.step()?;
        disk::private().read(true).write(true).create(true).truncate(false).open(path)
    }
}
