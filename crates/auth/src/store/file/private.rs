//! Files and directories that only their owner can access.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use secrecy::zeroize::Zeroizing;

use crate::error::Error;

/// Maximum number of bytes read from a token file.
const MAX_FILE_SIZE: u64 = 1024 * 1024;

/// Creates a directory and its parents, if they do not exist, and checks its permissions.
pub(super) fn create_directory(path: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| unusable("created", path, error))?;
    check_directory(path)
}

pub(super) fn check_directory(path: &Path) -> Result<(), Error> {
    let metadata = path.symlink_metadata().map_err(|error| unusable("inspected", path, error))?;
    if !metadata.is_dir() {
        return Err(Error::configuration(format!(
            "{} is not a directory; choose another path for tokens",
            path.display()
        )));
    }
    check_owner(path, &metadata, "700")
}

/// Reads a whole file; `None` if it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, error)),
    };
    let metadata = file.metadata().map_err(|error| failed("read", path, error))?;
    check_owner(path, &metadata, "600")?;
    // A buffer that does not grow leaves no copy of a token behind.
    let capacity = usize::try_from(metadata.len().min(MAX_FILE_SIZE)).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(MAX_FILE_SIZE).read_to_end(&mut bytes).map_err(|error| failed("read", path, error))?;
    Ok(Some(bytes))
}

/// Creates an empty file, or truncates an existing one.
pub(super) fn create(path: &Path) -> Result<File, Error> {
    open_with(path, OpenOptions::new().write(true).create(true).truncate(true))
}

/// Opens a file, and creates it if it does not exist.
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
        return Err(Error::configuration(format!(
            "{shown} belongs to another user; choose another directory for tokens"
        )));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(Error::configuration(format!(
            "other users can access {shown}; run chmod {mode} on it, or delete it"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &Path, _: &Metadata, _: &str) -> Result<(), Error> {
    Ok(())
}

pub(super) fn failed(action: &str, path: &Path, error: std::io::Error) -> Error {
    Error::unavailable(format!("{} cannot be {action}: {}", path.display(), error.kind())).with_source(error)
}

fn unusable(action: &str, path: &Path, error: std::io::Error) -> Error {
    let (path, kind) = (path.display(), error.kind());
    Error::configuration(format!("{path} cannot be {action} ({kind}); choose another directory for tokens"))
        .with_source(error)
}
