//! Creation of files that only their owner can access, because exports contain personal data.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::output::keep_owner;

/// Opens a file for reading and writing, and creates it if it does not exist. An existing file keeps its mode.
pub(super) fn open(path: &Path) -> io::Result<File> {
    options().create(true).truncate(false).open(path)
}

/// Creates a file that is going to replace another, with the mode and the owner of that one if it exists.
///
/// A file at this path is removed first, so that its mode and its other links do not matter.
pub(super) fn create_replacement(path: &Path, replaced: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = options().create_new(true).open(path)?;
    if let Ok(replaced) = replaced.metadata() {
        // Only the superuser may change the owner. Without it the file belongs to this user, as any new file.
        let _ = keep_owner(&file, &replaced);
        file.set_permissions(replaced.permissions())?;
    }
    Ok(file)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
