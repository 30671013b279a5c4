//! Measuring: processor and wall time, allocations, peak memory, and what several runs have in common.

mod memory;
mod series;

use std::time::{Duration, Instant};

use rustix::time::{ClockId, Timespec, clock_gettime};

pub use memory::{Allocations, allocations, peak, reset_peak};
pub use series::{Run, Series, interleaved};

/// What something took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Processor time of the whole process, all threads together.
    pub cpu: Duration,
    /// Time by the clock on the wall.
    pub wall: Duration,
}

impl Cost {
    /// How many processors it had, on average. Less than it could use, when others had them too.
    #[must_use]
    pub fn processors(&self) -> f64 {
        self.cpu.as_secs_f64() / self.wall.as_secs_f64().max(1e-9)
    }
}

/// Starts a measurement; [`Stopwatch::stop`] ends it.
#[derive(Debug)]
pub struct Stopwatch {
    cpu: Duration,
    wall: Instant,
}

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self { cpu: processor_time(), wall: Instant::now() }
    }

    /// What was used since the start; may be asked again.
    #[must_use]
    pub fn stop(&self) -> Cost {
        Cost { wall: self.wall.elapsed(), cpu: processor_time().saturating_sub(self.cpu) }
    }
}

/// Processor time of this process so far, user and system.
#[must_use]
pub fn processor_time() -> Duration {
    since(clock_gettime(ClockId::ProcessCPUTime))
}

fn since(time: Timespec) -> Duration {
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_processor_time_and_waiting_takes_none() {
        let watch = Stopwatch::start();
        let sum = (0..20_000_000_u64).map(std::hint::black_box).sum::<u64>();
        assert!(sum > 0 && watch.stop().cpu > Duration::ZERO);
    }
}
