//! Lock files: one process at a time writes a copy.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use fs4::{FileExt, TryLockError};
use serde::{Deserialize, Serialize};

use crate::destination::disk;
use crate::error::{Error, ErrorKind};

/// Attempts to acquire the lock, because [`Lock::holder`] has it for a moment.
const ATTEMPTS: u32 = 5;
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// A lock file. The operating system releases the lock if the process dies. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    file: File,
}

/// The process that has the lock, as stored in the lock file.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    host: String,
    /// Time at which the process acquired the lock, in RFC 3339.
    since: String,
}

impl Lock {
    /// Acquires the lock. `subject` is the name of the copy in messages.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`] with the name of the process that has the lock; [`ErrorKind::Destination`] if the file
    /// cannot be created.
    pub(crate) fn acquire(path: &Path, subject: &str) -> Result<Self, Error> {
        let unusable = |error| {
            let message = format!("cannot lock {}; check that the folder exists and may be written", path.display());
            Error::destination(message, error)
        };
        let mut attempts = 1;
        loop {
            let file = open(path).map_err(unusable)?;
            match FileExt::try_lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if attempts == ATTEMPTS => return Err(locked(subject, &file)),
                Err(TryLockError::WouldBlock) => {
                    attempts += 1;
                    std::thread::sleep(PAUSE);
                    continue;
                }
                Err(TryLockError::Error(error)) => return Err(unusable(error)),
            }
            // The holder before may have removed the file after it was opened here.
            if is_at(&file, path) {
                write_holder(&file).map_err(unusable)?;
                return Ok(Self { path: path.to_owned(), file });
            }
        }
    }

    /// Returns the process that has the lock, for messages; `None` if no process has it. Creates no file.
    pub(crate) fn holder(path: &Path) -> Option<String> {
        let file = OpenOptions::new().read(true).open(path).ok()?;
        match FileExt::try_lock_shared(&file) {
            Err(TryLockError::WouldBlock) => Some(holder(&file)),
            // Closing the file releases the lock.
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed before the release, so that no other process can acquire the lock of the removed file unnoticed.
        let _ = std::fs::remove_file(&self.path);
        let _ = FileExt::unlock(&self.file);
    }
}

/// Opens a file for reading and writing, and creates it for its owner alone if it does not exist.
fn open(path: &Path) -> io::Result<File> {
    disk::private().read(true).write(true).create(true).truncate(false).open(path)
}

/// Returns `true` if the path still leads to the open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let id = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata().map(id), path.metadata().map(id)), (Ok(open), Ok(found)) if open == found)
}

/// Returns `true`: outside Unix a file cannot be replaced while another process has it open.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn write_holder(mut file: &File) -> io::Result<()> {
    let since = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let holder = Holder { pid: std::process::id(), host: host(), since };
    file.set_len(0)?;
    file.write_all(serde_json::to_string(&holder)?.as_bytes())
}

/// Returns the error for a copy that another process writes.
fn locked(subject: &str, file: &File) -> Error {
    let holder = holder(file);
    let message = format!("{subject} is being written by {holder}; wait until it has finished, or stop it");
    Error::new(ErrorKind::Locked, message)
}

/// Reads the name of the process that has the lock.
fn holder(mut file: &File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok()) {
        Some(Holder { pid, host, since }) => format!("process {pid} on {host} (since {since})"),
        None => String::from("another process"),
    }
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| String::from("this machine"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().join("copy.lock")
    }

    #[test]
    fn the_error_names_the_process_that_has_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::acquire(&path(&folder), "the copy").unwrap();
        let error = Lock::acquire(&path(&folder), "the copy").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        let holder = format!("the copy is being written by process {} on {} (since ", std::process::id(), host());
        assert!(error.to_string().starts_with(&holder), "{error}");
        drop(lock);
        assert!(!path(&folder).exists());
        Lock::acquire(&path(&folder), "the copy").unwrap();
    }

    #[test]
    fn a_lock_file_that_a_killed_process_left_is_not_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(path(&folder), r#"{"pid":1,"host":"x","since":"2026-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!(Lock::holder(&path(&folder)), None);
        let _lock = Lock::acquire(&path(&folder), "the copy").unwrap();
        assert!(Lock::holder(&path(&folder)).unwrap().contains(&std::process::id().to_string()));
    }

    #[test]
    fn reading_the_holder_creates_no_file_and_does_not_make_an_acquisition_fail() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::holder(&path(&folder)), None);
        assert!(!path(&folder).exists());
        std::fs::write(path(&folder), "").unwrap();
        std::thread::scope(|scope| {
            let file = File::open(path(&folder)).unwrap();
            FileExt::try_lock_shared(&file).unwrap();
            let acquisition = scope.spawn(|| Lock::acquire(&path(&folder), "the copy").map(drop));
            drop(file);
            acquisition.join().unwrap().unwrap();
        });
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_a_lock_file() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let _lock = Lock::acquire(&path(&folder), "the copy").unwrap();
        assert_eq!(path(&folder).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
