//! Faults of the disk, for tests: a crash or a full disk at a given operation.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

/// A fault at one of the operations that change the disk. Clones share the count.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// Operations before the fault.
    left: Arc<AtomicI64>,
    kind: Fault,
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process dies: no later operation has an effect either.
    Crash,
    /// The disk is full for one operation. Later ones, such as removing files, work.
    DiskFull,
}

impl Default for Faults {
    fn default() -> Self {
        Self::after(i64::MAX, Fault::DiskFull)
    }
}

impl Faults {
    /// Creates a fault after this number of operations.
    pub(crate) fn after(operations: i64, kind: Fault) -> Self {
        Self { left: Arc::new(AtomicI64::new(operations)), kind }
    }

    /// Returns `true` if the fault has occurred.
    pub(crate) fn has_occurred(&self) -> bool {
        self.left.load(SeqCst) < 0
    }

    pub(crate) fn step(&self) -> io::Result<()> {
        let left = self.left.fetch_sub(1, SeqCst);
        match self.kind {
            Fault::Crash if left <= 0 => Err(io::Error::other("the process died")),
            Fault::DiskFull if left == 0 => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }

    /// Returns `true` if the process died before the operation that failed now.
    pub(crate) fn is_stopped_before_write(&self) -> bool {
        self.kind == Fault::Crash && self.left.load(SeqCst) < -1
    }
}
