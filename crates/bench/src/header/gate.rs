//! Common start of tasks, once two threads run on separate processors.

use std::hint::spin_loop;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use keyfob_bench::measure::{Cost, Stopwatch};

/// Maximum time to wait for other tasks before starting alone.
const MAX_WAIT: Duration = Duration::from_millis(100);

/// Barrier that starts a stopwatch when the expected number of tasks has arrived.
pub(super) struct Gate {
    expected: u64,
    arrived: AtomicU64,
    watch: OnceLock<Stopwatch>,
}

impl Gate {
    pub(super) fn new(expected: u64) -> Self {
        Self { expected, arrived: AtomicU64::new(0), watch: OnceLock::new() }
    }

    /// Waits for the other tasks by spinning, so that the thread does not yield its processor. Returns at once if the
    /// gate is open.
    pub(super) fn pass(&self) {
        let deadline = Instant::now() + MAX_WAIT;
        if self.arrived.fetch_add(1, Ordering::SeqCst) + 1 >= self.expected {
            self.watch.get_or_init(Stopwatch::start);
        }
        while self.watch.get().is_none() {
            if Instant::now() > deadline {
                self.watch.get_or_init(Stopwatch::start);
            }
            spin_loop();
        }
    }

    /// Returns the cost since the gate opened.
    pub(super) fn elapsed(&self) -> Cost {
        self.watch.get_or_init(Stopwatch::start).elapsed()
    }
}
