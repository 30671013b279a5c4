//! Operations on files that a crash or a full disk can interrupt.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use super::paths;

/// The disk. Every operation that changes it passes through here, so that tests can interrupt each one.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    #[cfg(test)]
    pub(super) faults: super::faults::Faults,
}

#[cfg_attr(not(test), expect(clippy::unused_self, reason = "tests interrupt the operations"))]
impl Disk {
    /// Writes bytes at an offset.
    pub(super) fn write_at(&self, mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        file.seek(SeekFrom::Start(offset))?;
        self.write(file, bytes)
    }

    /// Writes bytes at the current position.
    pub(super) fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        if let Err(error) = self.faults.step() {
            // An interrupted write leaves a part of the bytes.
            if !self.faults.is_stopped_before_write() {
                file.write_all(&bytes[..bytes.len() / 2])?;
            }
            return Err(error);
        }
        file.write_all(bytes)
    }

    /// Writes the content of a file to the storage device.
    pub(super) fn sync(&self, file: &File) -> io::Result<()> {
        self.step()?;
        // Without this, a power failure can leave an empty file under a new name. Tests do not cut the power.
        if cfg!(test) { Ok(()) } else { file.sync_data() }
    }

    /// Sets the length of a file.
    pub(super) fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        self.step()?;
        file.set_len(length)
    }

    /// Creates a file that is going to replace another.
    pub(super) fn create_replacement(&self, path: &Path, replaced: &Path) -> io::Result<File> {
        self.step()?;
        paths::create_replacement(path, replaced)
    }

    /// Opens a file for reading and writing, and creates it if it does not exist.
    pub(super) fn open(&self, path: &Path) -> io::Result<File> {
        self.step()?;
        paths::open(path)
    }

    /// Renames a file, which replaces the one with the new name.
    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        std::fs::rename(from, to)?;
        // The new name survives a power failure only with its directory. Not all systems can do this.
        #[cfg(all(unix, not(test)))]
        let _ = File::open(to.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new(".")))
            .and_then(|directory| directory.sync_all());
        Ok(())
    }

    /// Removes a file, if it exists.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        paths::remove(path)
    }

    #[cfg(test)]
    fn step(&self) -> io::Result<()> {
        self.faults.step()
    }

    #[cfg(not(test))]
    #[expect(clippy::unnecessary_wraps, reason = "tests interrupt the operations")]
    fn step(&self) -> io::Result<()> {
        Ok(())
    }
}
