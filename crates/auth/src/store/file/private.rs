//! Files and directories that only their owner can access.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use secrecy::zeroize::Zeroizing;

use crate::error::Error;
use crate::store::envelope::MAX_LEN;

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
    let file = match open_file(OpenOptions::new().read(true), path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(not_opened(path, error)),
    };
    let metadata = check_file(path, &file)?;
    // A buffer that does not grow leaves no copy of a token behind.
    let capacity = usize::try_from(metadata.len()).unwrap_or(MAX_LEN).min(MAX_LEN) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(MAX_LEN as u64).read_to_end(&mut bytes).map_err(|error| failed("read", path, error))?;
    Ok(Some(bytes))
}

/// Creates a file in place of an existing one, of which only the name is removed: its content is not changed, nor that
/// of a file to which it links.
pub(super) fn replace(path: &Path) -> Result<File, Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed("replaced", path, error)),
        _ => {}
    }
    open_file(OpenOptions::new().write(true).create_new(true), path).map_err(|error| failed("created", path, error))
}

/// Opens a file, and creates it if it does not exist. An existing file is not truncated.
pub(super) fn open(path: &Path) -> Result<File, Error> {
    let file = open_file(OpenOptions::new().write(true).create(true).truncate(false), path)
        .map_err(|error| not_opened(path, error))?;
    check_file(path, &file)?;
    Ok(file)
}

/// Opens a file without following a symbolic link and without waiting for the other end of a FIFO.
fn open_file(options: &mut OpenOptions, path: &Path) -> std::io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        use rustix::fs::OFlags;

        options.mode(0o600).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options.open(path)
}

fn check_file(path: &Path, file: &File) -> Result<Metadata, Error> {
    let metadata = file.metadata().map_err(|error| failed("inspected", path, error))?;
    if !metadata.is_file() {
        return Err(not_regular(path));
    }
    check_owner(path, &metadata, "600")?;
    Ok(metadata)
}

/// Converts an error of opening a file. For a symbolic link, FIFO or socket, the error of the operating system does not
/// state the cause.
fn not_opened(path: &Path, error: std::io::Error) -> Error {
    match path.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => not_regular(path),
        _ => failed("opened", path, error),
    }
}

fn not_regular(path: &Path) -> Error {
    Error::configuration(format!("{} is not a regular file; delete it", path.display()))
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_is_read_into_a_buffer_that_does_not_grow() {
        let directory = std::env::temp_dir().join(format!("keyfob-test-private-{}", std::process::id()));
        create_directory(&directory).expect("created");
        let path = directory.join("file");
        for length in [0, 1, 31, 32, 100_000, MAX_LEN] {
            let content = vec![7; length];
            replace(&path).expect("created").write_all(&content).expect("written");
            let read = read(&path).expect("readable").expect("there");
            assert!(*read == content, "{length}");
            // A buffer that grew would have doubled its capacity.
            assert_eq!(read.capacity(), length + 1);
        }
        replace(&path).expect("created").write_all(&vec![7; MAX_LEN + 1]).expect("written");
        assert_eq!(read(&path).expect("readable").expect("there").len(), MAX_LEN);
        std::fs::remove_dir_all(directory).expect("removed");
    }
}
