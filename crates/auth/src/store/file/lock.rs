//! Advisory file locks. The operating system releases the locks of a process that dies.

use std::collections::HashMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use fs4::{FileExt, TryLockError};

use crate::error::Error;
use crate::store::file::private;

/// Number of lock files for each lock, and so the number of holders that may hang one after another.
const SLOTS: u32 = 16;

/// Time for which a process must have seen a holder before it trusts the wall clock about the holder's age: a new
/// holder records its time of acquisition only after it has acquired the lock.
const MIN_OBSERVATION: Duration = Duration::from_millis(100);

/// An exclusive lock on a file, released on drop.
pub(super) struct LockFile {
    file: File,
    /// Number of the lock file among those of the lock.
    pub(super) slot: u32,
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Closing the file does not release the lock if a child process inherited it.
        let _ = FileExt::unlock(&self.file);
    }
}

/// Holders that this process has seen, by lock file: the time of acquisition, which identifies a holder, and the instant
/// at which it was first seen.
#[derive(Default)]
pub(super) struct Holders(Mutex<HashMap<PathBuf, (SystemTime, Instant)>>);

impl Holders {
    /// Tries once to acquire a lock. `path` returns the lock file of a slot.
    ///
    /// A holder that hangs retains its slot. After `lease`, the next slot is tried, and a marker beside the lock file
    /// lets other processes do so at once.
    pub(super) fn try_lock(&self, lease: Duration, path: impl Fn(u32) -> PathBuf) -> Result<Option<LockFile>, Error> {
        let mut acquired = None;
        for slot in 0..SLOTS {
            let path = path(slot);
            let file = private::open(&path)?;
            match FileExt::try_lock(&file) {
                Ok(()) => {
                    let (free, marker) = (LockFile { file, slot }, marker(&path));
                    if acquired.is_some() {
                        break;
                    }
                    // Only while a holder of this slot hangs, another process acquires the next one.
                    let is_first =
                        matches!(marker.symlink_metadata(), Err(error) if error.kind() == ErrorKind::NotFound);
                    acquired = Some((free, path, marker));
                    if is_first {
                        break;
                    }
                }
                Err(TryLockError::WouldBlock) if self.is_hanging(&file, &path, lease)? => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(private::failed("locked", &path, error)),
            }
        }
        let Some((lock, path, marker)) = acquired else { return Ok(None) };
        self.seen().remove(&path);
        // The modification time identifies this holder to other processes.
        lock.file.set_modified(SystemTime::now()).map_err(|error| private::failed("locked", &path, error))?;
        match std::fs::remove_file(&marker) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(private::failed("deleted", &marker, error)),
            _ => Ok(Some(lock)),
        }
    }

    /// Waits for a lock that is normally held for milliseconds.
    pub(super) fn lock(&self, lease: Duration, path: impl Fn(u32) -> PathBuf) -> Result<LockFile, Error> {
        let start = Instant::now();
        loop {
            if let Some(lock) = self.try_lock(lease, &path)? {
                return Ok(lock);
            }
            // The second half is for a holder that acquired the lock during the first one.
            if start.elapsed() > lease + lease / 2 {
                return Err(Error::unavailable("timed out waiting for the write lock of the token store"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Returns true if the holder of this lock file has had the lock for longer than its lease.
    ///
    /// The holder's age is that by the wall clock, or the time for which this process has seen it, if the wall clock was
    /// set back. A wall clock that was set forward costs one additional token request.
    fn is_hanging(&self, file: &File, path: &Path, lease: Duration) -> Result<bool, Error> {
        let failed = |error| private::failed("locked", path, error);
        let acquired = file.metadata().and_then(|metadata| metadata.modified()).map_err(failed)?;
        let marker = marker(path);
        let marked = match marker.symlink_metadata().and_then(|metadata| metadata.modified()) {
            Ok(marked) => Some(marked),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(private::failed("inspected", &marker, error)),
        };
        if marked == Some(acquired) {
            return Ok(true);
        }
        let observed = {
            let mut seen = self.seen();
            let holder = seen.entry(path.to_owned()).or_insert((acquired, Instant::now()));
            if holder.0 != acquired {
                *holder = (acquired, Instant::now());
            }
            holder.1.elapsed()
        };
        let age = SystemTime::now().duration_since(acquired).unwrap_or_default();
        let hanging = observed >= lease || (age >= lease && observed >= MIN_OBSERVATION);
        if hanging {
            private::open(&marker)?.set_modified(acquired).map_err(failed)?;
        }
        Ok(hanging)
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<PathBuf, (SystemTime, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the path of the marker of a holder that hangs: its modification time is that of the lock file.
fn marker(path: &Path) -> PathBuf {
    let mut marker = path.as_os_str().to_owned();
    marker.push(".hung");
    marker.into()
}
