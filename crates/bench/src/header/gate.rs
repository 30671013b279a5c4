//! A start in common: nobody begins before two threads have really got a processor.

use std::hint::spin_loop;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use keyfob_bench::measure::{Cost, Stopwatch};

/// Whoever is alone for so long begins alone.
const LONGEST: Duration = Duration::from_millis(100);

/// Opens when so many have arrived, and starts a stopwatch then.
pub(super) struct Gate {
    wanted: u64,
    arrived: AtomicU64,
    watch: OnceLock<Stopwatch>,
}

impl Gate {
    pub(super) fn new(wanted: u64) -> Self {
        Self { wanted, arrived: AtomicU64::new(0), watch: OnceLock::new() }
    }

    /// Waits for the others without letting go of the processor; later ones find it open.
    pub(super) fn pass(&self) {
        let alone_until = Instant::now() + LONGEST;
        if self.arrived.fetch_add(1, Ordering::SeqCst) + 1 >= self.wanted {
            self.watch.get_or_init(Stopwatch::start);
        }
        while self.watch.get().is_none() {
            if Instant::now() > alone_until {
                self.watch.get_or_init(Stopwatch::start);
            }
            spin_loop();
        }
    }

    /// What was used since it opened.
    pub(super) fn stop(&self) -> Cost {
        self.watch.get_or_init(Stopwatch::start).stop()
    }
}
