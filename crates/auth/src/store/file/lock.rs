//! Advisory locks on files. The system gives back what a process held that died.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use fs4::{FileExt, TryLockError};

use super::private;
use crate::error::Error;
use crate::key::CacheKey;

/// Changing a file takes far less; whoever holds its lock for longer has been stopped.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

/// So many holders may hang one after the other.
const SLOTS: u32 = 4;

/// Since when which holder has been seen in which slot; a holder is known by when it took the lock.
pub(super) type Slots = HashMap<(CacheKey, u32), (SystemTime, Instant)>;

/// A lock that is held until this is dropped.
pub(super) struct LockFile(File);

impl LockFile {
    fn attempt(path: &Path) -> Result<Result<Self, File>, Error> {
        let file = private::open(path)?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Ok(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(Err(file)),
            Err(TryLockError::Error(error)) => Err(private::failed("locked", path, error)),
        }
    }

    /// Waits for a lock that nobody holds for long.
    pub(super) fn wait(path: &Path) -> Result<Self, Error> {
        let start = Instant::now();
        loop {
            match Self::attempt(path)? {
                Ok(lock) => return Ok(lock),
                Err(_) if start.elapsed() > WRITE_LIMIT => {
                    return Err(Error::unavailable("another process does not let go of the token store"));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // A process that was forked off in between may hold the file open for longer.
        let _ = FileExt::unlock(&self.0);
    }
}

/// Tries to take the lock. A holder that hangs, and so keeps its lock, is passed by after a lease: then the next slot
/// counts.
pub(super) fn try_slots(
    slots: &Mutex<Slots>,
    key: &CacheKey,
    lease: Duration,
    path: impl Fn(u32) -> PathBuf,
) -> Result<Option<LockFile>, Error> {
    for slot in 0..SLOTS {
        let path = path(slot);
        let mut seen = slots.lock().unwrap_or_else(PoisonError::into_inner);
        match LockFile::attempt(&path)? {
            Ok(lock) => {
                seen.remove(&(*key, slot));
                // Others know this holder from the last by it.
                lock.0.set_modified(SystemTime::now()).map_err(|error| private::failed("locked", &path, error))?;
                return Ok(Some(lock));
            }
            Err(file) => {
                let taken = file.metadata().and_then(|metadata| metadata.modified());
                let taken = taken.map_err(|error| private::failed("locked", &path, error))?;
                let since = seen.entry((*key, slot)).or_insert((taken, Instant::now()));
                if since.0 != taken {
                    *since = (taken, Instant::now());
                }
                if since.1.elapsed() < lease {
                    return Ok(None);
                }
            }
        }
    }
    Ok(None)
}
