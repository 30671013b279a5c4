//! Advisory file locks. The operating system releases the locks of a process that dies.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use fs4::{FileExt, TryLockError};

use crate::error::Error;
use crate::store::file::private;
use crate::token::cache_key::CacheKey;

/// Time limit for acquiring the write lock. Replacing a file takes milliseconds, so a holder that exceeds this has been
/// suspended.
const WRITE_LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Number of lock files for each key, and so the number of holders that may hang one after another.
const SLOTS: u32 = 4;

/// Holders of locked slots: the time at which each acquired its lock, which identifies it, and the instant at which
/// this process first saw it.
pub(super) type Slots = HashMap<(CacheKey, u32), (SystemTime, Instant)>;

/// An exclusive lock on a file, released on drop.
pub(super) struct LockFile(File);

impl LockFile {
    /// Tries once to lock a file. Returns the open file if another process has the lock.
    fn try_acquire(path: &Path) -> Result<Result<Self, File>, Error> {
        let file = private::open(path)?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Ok(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(Err(file)),
            Err(TryLockError::Error(error)) => Err(private::failed("locked", path, error)),
        }
    }

    /// Waits for a lock that is normally held for milliseconds.
    pub(super) fn acquire(path: &Path) -> Result<Self, Error> {
        let start = Instant::now();
        loop {
            match Self::try_acquire(path)? {
                Ok(lock) => return Ok(lock),
                Err(_) if start.elapsed() > WRITE_LOCK_TIMEOUT => {
                    return Err(Error::unavailable("timed out waiting for the write lock of the token store"));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Closing the file does not release the lock if a child process inherited it.
        let _ = FileExt::unlock(&self.0);
    }
}

/// Tries once to acquire the lock of a key.
///
/// A holder that hangs retains its slot. After its lease has passed, the next slot is tried.
pub(super) fn try_slots(
    slots: &Mutex<Slots>,
    key: &CacheKey,
    lease: Duration,
    path: impl Fn(u32) -> PathBuf,
) -> Result<Option<LockFile>, Error> {
    for slot in 0..SLOTS {
        let path = path(slot);
        let mut holders = slots.lock().unwrap_or_else(PoisonError::into_inner);
        match LockFile::try_acquire(&path)? {
            Ok(lock) => {
                holders.remove(&(*key, slot));
                // The modification time identifies this holder to other processes.
                lock.0.set_modified(SystemTime::now()).map_err(|error| private::failed("locked", &path, error))?;
                return Ok(Some(lock));
            }
            Err(file) => {
                let acquired = file.metadata().and_then(|metadata| metadata.modified());
                let acquired = acquired.map_err(|error| private::failed("locked", &path, error))?;
                let since = holders.entry((*key, slot)).or_insert((acquired, Instant::now()));
                if since.0 != acquired {
                    *since = (acquired, Instant::now());
                }
                if since.1.elapsed() < lease {
                    return Ok(None);
                }
            }
        }
    }
    Ok(None)
}
