//! The simulated clock: a fixed start for data, real durations for tokens, one offset that moves both.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// Where simulated time starts unless asked otherwise: Monday 2026-03-02T08:00:00Z.
const EPOCH_MILLIS: i64 = 1_772_438_400_000;

/// What "now" means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// The documented instant; claims in tokens follow the real clock, because clients compare them with theirs.
    Default,
    /// An instant of the caller's, for data and for claims in tokens alike: runs are byte-identical.
    Fixed(DateTime<Utc>),
    /// The real clock, which also ticks.
    Real,
}

#[derive(Debug)]
pub(crate) struct Clock {
    start: Start,
    started: Instant,
    advanced_millis: AtomicU64,
    stamps: AtomicU64,
}

impl Clock {
    pub(crate) fn new(start: Start) -> Self {
        Self { start, started: Instant::now(), advanced_millis: AtomicU64::new(0), stamps: AtomicU64::new(0) }
    }

    /// The simulated time, for data. It stands still between writes unless it was started from the real clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let millis = self.advanced_millis.load(Ordering::Relaxed) + self.stamps.load(Ordering::Relaxed);
        self.base() + delta(millis)
    }

    /// The time of a write: one millisecond later than any before it.
    pub(crate) fn next_timestamp(&self) -> DateTime<Utc> {
        let stamps = self.stamps.fetch_add(1, Ordering::Relaxed) + 1;
        self.base() + delta(self.advanced_millis.load(Ordering::Relaxed) + stamps)
    }

    /// The time that has passed for tokens: real time plus what was advanced.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed() + Duration::from_millis(self.advanced_millis.load(Ordering::Relaxed))
    }

    /// The time for claims inside tokens, to the second.
    pub(crate) fn claims_now(&self) -> DateTime<Utc> {
        match self.start {
            Start::Fixed(_) => self.now(),
            Start::Default | Start::Real => Utc::now() + delta(self.advanced_millis.load(Ordering::Relaxed)),
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.advanced_millis.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX >> 24), Ordering::Relaxed);
    }

    /// How far it was advanced.
    pub(crate) fn advanced(&self) -> Duration {
        Duration::from_millis(self.advanced_millis.load(Ordering::Relaxed))
    }

    /// Puts it back to its start.
    pub(crate) fn reset(&self) {
        self.advanced_millis.store(0, Ordering::Relaxed);
        self.stamps.store(0, Ordering::Relaxed);
    }

    fn base(&self) -> DateTime<Utc> {
        match self.start {
            Start::Default => DateTime::from_timestamp_millis(EPOCH_MILLIS).expect("a constant in range"),
            Start::Fixed(instant) => instant,
            Start::Real => Utc::now(),
        }
    }
}

fn delta(millis: u64) -> TimeDelta {
    TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX >> 24))
}

/// Text as .NET writes it: whole seconds without fraction, else milliseconds.
pub(crate) fn iso(instant: DateTime<Utc>) -> String {
    if instant.timestamp_subsec_millis() == 0 {
        instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    } else {
        instant.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_start_is_the_documented_monday() {
        assert_eq!(iso(Clock::new(Start::Default).now()), "2026-03-02T08:00:00Z");
    }

    #[test]
    fn writes_never_share_a_time() {
        let clock = Clock::new(Start::Default);
        let first = clock.next_timestamp();
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.next_timestamp() - first, TimeDelta::milliseconds(60_001));
    }
}
