//! Output files: what exists is not destroyed, and an output that cannot be written is reported before it is needed.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::usage_error::UsageError;

/// Maximum number of symbolic links followed to the file that a path names, as in Linux.
const MAX_LINKS: usize = 40;
/// Maximum number of names tried for a temporary file.
const MAX_NAMES: u32 = 1_000;

/// An open output file.
///
/// A regular file is replaced in one step by [`finish`](Self::finish) and keeps its mode and owner; until then it is
/// unchanged. Devices and pipes, and files that cannot be replaced without changing more than their content, are
/// written in place. Symbolic links are followed. Dropping the output removes its temporary file.
pub(crate) struct Output {
    path: PathBuf,
    file: File,
    kind: Kind,
}

enum Kind {
    /// A device, a pipe or an inherited descriptor.
    Stream,
    /// A regular file that is truncated when writing begins.
    InPlace,
    /// A temporary file that replaces a regular file.
    Replacement(Replacement),
}

/// A temporary file beside its target. Removed on drop unless it was renamed.
struct Replacement {
    temporary: PathBuf,
    target: PathBuf,
    /// Permissions of the file to be replaced, if it exists.
    permissions: Option<Permissions>,
}

impl Output {
    /// Opens an output. A new file gets this mode; 0600 keeps personal data and secrets from other users.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or is a directory.
    pub(crate) fn open(path: &Path, mode: u32) -> Result<Self, UsageError> {
        let opened = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() && !is_descriptor(path) => existing(path, &metadata),
            Ok(_) => OpenOptions::new().append(true).open(path).map(|file| (file, Kind::Stream)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                resolve_links(path).and_then(|target| Replacement::create(target, None, mode))
            }
            Err(error) => Err(error),
        };
        let (file, kind) =
            opened.map_err(|error| UsageError::with_source(error, format!("cannot write {}", path.display())))?;
        Ok(Self { path: path.to_owned(), file, kind })
    }

    /// Returns the file to write to. A file that is written in place loses its old content.
    ///
    /// # Errors
    ///
    /// If the file cannot be truncated.
    pub(crate) fn start(&mut self) -> io::Result<&mut File> {
        if matches!(self.kind, Kind::InPlace) {
            self.file.set_len(0)?;
        }
        Ok(&mut self.file)
    }

    /// Writes the whole output and completes it.
    ///
    /// # Errors
    ///
    /// If the file cannot be written or replaced.
    pub(crate) fn write(mut self, text: &str) -> anyhow::Result<()> {
        let written = self.start().and_then(|file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {}", self.path.display()))?;
        self.finish()
    }

    /// Completes the output.
    ///
    /// # Errors
    ///
    /// If the file cannot be replaced.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let finished = match &mut self.kind {
            Kind::Replacement(replacement) => replacement.finish(&self.file),
            Kind::Stream | Kind::InPlace => Ok(()),
        };
        finished.with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Opens an existing regular file: for replacement, if that changes nothing but its content.
fn existing(path: &Path, metadata: &Metadata) -> io::Result<(File, Kind)> {
    // Opened even if it will be replaced: a file that must not be written cannot be replaced either.
    let in_place = OpenOptions::new().write(true).open(path)?;
    if links(metadata) == 1
        && let Ok(target) = resolve_links(path)
        && let Ok((file, kind)) = Replacement::create(target, Some(metadata), 0o600)
    {
        return Ok((file, kind));
    }
    Ok((in_place, Kind::InPlace))
}

impl Replacement {
    /// Creates a temporary file in the directory of `target`.
    fn create(target: PathBuf, replaced: Option<&Metadata>, mode: u32) -> io::Result<(File, Kind)> {
        let mut options = OpenOptions::new();
        // A file of the same name, or a symbolic link that somebody else has put there, is not used.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        let mut number = 0;
        loop {
            let temporary = target.with_file_name(format!(".keyfob-{}-{number}.part", std::process::id()));
            match options.open(&temporary) {
                Ok(file) => {
                    let permissions = replaced.map(Metadata::permissions);
                    let replacement = Self { temporary, target, permissions };
                    if let Some(replaced) = replaced {
                        keep_owner(&file, replaced)?;
                    }
                    return Ok((file, Kind::Replacement(replacement)));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < MAX_NAMES => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn finish(&mut self, file: &File) -> io::Result<()> {
        if let Some(permissions) = self.permissions.take() {
            file.set_permissions(permissions)?;
        }
        fs::rename(&self.temporary, &self.target)
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // Fails after a successful rename.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Gives a file the owner and group of the file that it replaces. Fails unless they are the user's own, or the user is
/// root.
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

/// Returns true for the files that stand for the descriptors of a process.
fn is_descriptor(path: &Path) -> bool {
    let directories = ["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc"];
    cfg!(unix) && directories.iter().any(|directory| path.starts_with(directory))
}

/// Returns the path that symbolic links lead to, which need not exist.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(io::Error::new(ErrorKind::InvalidInput, "not a file name"));
        }
        let Ok(target) = fs::read_link(&path) else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "too many symbolic links"))
}

/// Returns the number of names that a file has.
#[cfg(unix)]
fn links(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

/// Returns the number of names that a file has.
#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}
