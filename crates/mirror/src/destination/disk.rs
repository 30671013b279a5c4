//! Operations on files that a crash or a full disk can interrupt. The files can be accessed by their owner alone.

#[cfg(test)]
pub(crate) mod faults;

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Size of the buffer of [`Disk::replace`], in bytes.
const BUFFER: usize = 64 * 1024;

/// The disk. Every operation that changes it passes through here, so that tests can interrupt each one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub(crate) faults: faults::Faults,
}

#[cfg_attr(not(test), expect(clippy::unused_self, reason = "tests interrupt the operations"))]
impl Disk {
    /// Replaces a file in one step. The content is written to the file `new` first, which is removed after a failure: on a
    /// full disk it would only take space.
    pub(crate) fn replace(
        &self,
        path: &Path,
        new: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let replaced = self.write_new(path, new, write).and_then(|()| self.rename(new, path));
        if replaced.is_err() {
            let _ = self.remove(new);
        }
        replaced
    }

    fn write_new(
        &self,
        path: &Path,
        new: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let file = self.create_replacement(new, path)?;
        let mut out = BufWriter::with_capacity(BUFFER, DiskFile { disk: self, file: &file });
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.sync(&file)
    }

    /// Writes bytes at the current position.
    pub(crate) fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
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
    pub(crate) fn sync(&self, file: &File) -> io::Result<()> {
        self.step()?;
        // Without this, a power failure can leave an empty file under a new name. Tests do not cut the power.
        if cfg!(test) { Ok(()) } else { file.sync_data() }
    }

    /// Creates a file that is going to replace another, with the mode and the owner of that one if it exists.
    ///
    /// A file at this path is removed first, so that its mode and its other links do not matter.
    pub(crate) fn create_replacement(&self, path: &Path, replaced: &Path) -> io::Result<File> {
        self.step()?;
        remove(path)?;
        let file = private().read(true).write(true).create_new(true).open(path)?;
        keep_access(&file, replaced)?;
        Ok(file)
    }

    /// Renames a file, which replaces the one with the new name.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        std::fs::rename(from, to)?;
        // The new name survives a power failure only with its directory. Not all systems can do this.
        #[cfg(all(unix, not(test)))]
        let _ = File::open(to.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new(".")))
            .and_then(|directory| directory.sync_all());
        Ok(())
    }

    /// Removes a file, if it exists.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        remove(path)
    }

    #[cfg(test)]
    pub(crate) fn step(&self) -> io::Result<()> {
        self.faults.step()
    }

    #[cfg(not(test))]
    #[expect(clippy::unnecessary_wraps, reason = "tests interrupt the operations")]
    pub(crate) fn step(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is written through the disk.
struct DiskFile<'a> {
    disk: &'a Disk,
    file: &'a File,
}

impl Write for DiskFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.write(self.file, bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns options that create a file for its owner alone.
pub(crate) fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "files have no mode on this system"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Gives a file the mode and the owner of the file that it is going to replace, if that one exists.
fn keep_access(file: &File, replaced: &Path) -> io::Result<()> {
    if let Ok(replaced) = replaced.metadata() {
        // Only the superuser may change the owner. Without it the file belongs to this user, as any new file.
        let _ = keep_owner(file, &replaced);
        file.set_permissions(replaced.permissions())?;
    }
    Ok(())
}

/// Removes a file, if it exists.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn keep_owner(file: &File, replaced: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let created = file.metadata()?;
    if (created.uid(), created.gid()) == (replaced.uid(), replaced.gid()) {
        return Ok(());
    }
    fchown(file, Some(replaced.uid()), Some(replaced.gid()))
}

/// Does nothing: files have no owner on this system.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on other systems")]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}
