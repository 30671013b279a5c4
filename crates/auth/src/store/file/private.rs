//! Files and directories that are the user's alone.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use secrecy::zeroize::Zeroizing;

use crate::error::Error;

/// No token file is larger.
const LARGEST: u64 = 1024 * 1024;

/// Makes a directory, with those above it, unless it is there; refuses one that others can get at.
pub(super) fn make_directory(path: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| unusable("made", path, error))?;
    check_directory(path)
}

pub(super) fn check_directory(path: &Path) -> Result<(), Error> {
    let metadata = path.symlink_metadata().map_err(|error| unusable("looked at", path, error))?;
    if !metadata.is_dir() {
        return Err(Error::configuration(format!("{} is no directory; name one for tokens", path.display())));
    }
    check_owner(path, &metadata, "700")
}

/// Reads a whole file; nothing if it is not there.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, error)),
    };
    let metadata = file.metadata().map_err(|error| failed("read", path, error))?;
    check_owner(path, &metadata, "600")?;
    // With this much room it need not grow and leaves no copy behind.
    let room = usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| failed("read", path, error))?;
    Ok(Some(bytes))
}

/// Makes an empty file, in place of any that is there.
pub(super) fn create(path: &Path) -> Result<File, Error> {
    open_with(path, OpenOptions::new().write(true).create(true).truncate(true))
}

/// Opens a file, and makes it if it is not there.
pub(super) fn open(path: &Path) -> Result<File, Error> {
    open_with(path, OpenOptions::new().write(true).create(true).truncate(false))
}

fn open_with(path: &Path, options: &mut OpenOptions) -> Result<File, Error> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path).map_err(|error| failed("opened", path, error))?;
    let metadata = file.metadata().map_err(|error| failed("opened", path, error))?;
    check_owner(path, &metadata, "600")?;
    Ok(file)
}

#[cfg(unix)]
fn check_owner(path: &Path, metadata: &Metadata, mode: &str) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;

    let shown = path.display();
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(Error::configuration(format!("{shown} belongs to another user; keep tokens elsewhere")));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(Error::configuration(format!("others can get at {shown}; chmod {mode} it, or delete it")));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &Path, _: &Metadata, _: &str) -> Result<(), Error> {
    Ok(())
}

pub(super) fn failed(what: &str, path: &Path, error: std::io::Error) -> Error {
    Error::unavailable(format!("{} cannot be {what}: {}", path.display(), error.kind())).with_source(error)
}

fn unusable(what: &str, path: &Path, error: std::io::Error) -> Error {
    Error::configuration(format!("{} cannot be {what}: {}", path.display(), error.kind())).with_source(error)
}
