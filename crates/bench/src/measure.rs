//! Measuring of CPU time, wall time, allocations and peak memory, and statistics over several runs.

mod memory;
mod series;

use std::time::{Duration, Instant};

use rustix::time::{ClockId, Timespec, clock_gettime};

pub use memory::{Allocations, allocations, peak, reset_peak};
pub use series::{Run, Series, interleaved};

/// CPU and wall time of a measured section.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// CPU time of the whole process, all threads together.
    pub cpu: Duration,
    /// Elapsed time.
    pub wall: Duration,
}

impl Cost {
    /// Returns the average number of processors used, which is lower if other programs ran at the same time.
    #[must_use]
    pub fn processors(&self) -> f64 {
        self.cpu.as_secs_f64() / self.wall.as_secs_f64().max(1e-9)
    }
}

/// Running measurement of CPU and wall time.
#[derive(Debug)]
pub struct Stopwatch {
    cpu: Duration,
    wall: Instant,
}

impl Stopwatch {
    /// Starts a measurement.
    #[must_use]
    pub fn start() -> Self {
        Self { cpu: processor_time(), wall: Instant::now() }
    }

    /// Returns the cost since the start; can be called several times.
    #[must_use]
    pub fn elapsed(&self) -> Cost {
        Cost { wall: self.wall.elapsed(), cpu: processor_time().saturating_sub(self.cpu) }
    }
}

/// Returns the CPU time of this process so far, user and system.
#[must_use]
pub fn processor_time() -> Duration {
    duration(clock_gettime(ClockId::ProcessCPUTime))
}

fn duration(time: Timespec) -> Duration {
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_work_is_counted_as_cpu_time() {
        let watch = Stopwatch::start();
        let sum = (0..20_000_000_u64).map(std::hint::black_box).sum::<u64>();
        assert!(sum > 0 && watch.elapsed().cpu > Duration::ZERO);
    }
}
