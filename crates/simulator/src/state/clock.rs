//! The simulated clock. Data use a fixed start, tokens use real durations; advancing the clock moves both.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Default start of simulated time, in milliseconds since the Unix epoch: Monday 2026-03-02T08:00:00Z.
const EPOCH_MILLIS: i64 = 1_772_438_400_000;

/// The source of simulated time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// The documented start. Claims in tokens follow the real clock, because clients compare them with their own clock.
    Default,
    /// A start chosen by the caller, for data and for claims in tokens, so that runs are byte-identical.
    Fixed(DateTime<Utc>),
    /// The real clock, running.
    Real,
}

/// Simulated time of one simulator.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Start,
    started: Instant,
    advanced_millis: AtomicU64,
    /// Number of timestamps issued, each one millisecond.
    timestamps: AtomicU64,
}

impl Clock {
    pub(crate) fn new(start: Start) -> Self {
        Self { start, started: Instant::now(), advanced_millis: AtomicU64::new(0), timestamps: AtomicU64::new(0) }
    }

    /// Returns the simulated time, for data. It stands still between writes, except with [`Start::Real`].
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let millis = self.advanced_millis.load(Ordering::Relaxed) + self.timestamps.load(Ordering::Relaxed);
        self.base() + delta(millis)
    }

    /// Returns the timestamp of a write, one millisecond later than the timestamp before.
    pub(crate) fn next_timestamp(&self) -> DateTime<Utc> {
        let timestamps = self.timestamps.fetch_add(1, Ordering::Relaxed) + 1;
        self.base() + delta(self.advanced_millis.load(Ordering::Relaxed) + timestamps)
    }

    /// Returns the age of the simulator as tokens see it: real time plus the time advanced.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed() + Duration::from_millis(self.advanced_millis.load(Ordering::Relaxed))
    }

    /// Returns the time for claims inside tokens and for webhooks, which clients compare with their own clock.
    pub(crate) fn claims_now(&self) -> DateTime<Utc> {
        match self.start {
            Start::Fixed(_) => self.now(),
            Start::Default | Start::Real => Utc::now() + delta(self.advanced_millis.load(Ordering::Relaxed)),
        }
    }

    /// Moves simulated time forward. Returns false and does not move it if it would pass the end of the year 9999: later
    /// times have no usual text.
    pub(crate) fn advance(&self, by: Duration) -> bool {
        let Ok(by) = u64::try_from(by.as_millis()) else { return false };
        let latest = NaiveDate::from_ymd_opt(10_000, 1, 1).expect("a valid date").and_time(NaiveTime::MIN).and_utc();
        // Claims in tokens follow the real clock, which may be ahead of the start.
        let start = self.base().max(Utc::now());
        let advanced = |millis: u64| {
            let millis = millis.checked_add(by)?;
            let time = start.checked_add_signed(TimeDelta::try_milliseconds(i64::try_from(millis).ok()?)?)?;
            (time < latest).then_some(millis)
        };
        self.advanced_millis.fetch_update(Ordering::Relaxed, Ordering::Relaxed, advanced).is_ok()
    }

    /// Returns the total time advanced.
    pub(crate) fn advanced(&self) -> Duration {
        Duration::from_millis(self.advanced_millis.load(Ordering::Relaxed))
    }

    /// Sets the clock back to its start.
    pub(crate) fn reset(&self) {
        self.advanced_millis.store(0, Ordering::Relaxed);
        self.timestamps.store(0, Ordering::Relaxed);
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

/// Formats a time in ISO 8601 as .NET does: without a fraction if the milliseconds are zero.
pub(crate) fn format_iso(instant: DateTime<Utc>) -> String {
    if instant.timestamp_subsec_millis() == 0 {
        instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    } else {
        instant.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }
}

/// Formats a time as an HTTP date (RFC 9110, section 5.6.7). Fractions of a second are cut off.
pub(crate) fn format_http(instant: DateTime<Utc>) -> String {
    instant.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_start_is_the_documented_monday() {
        assert_eq!(format_iso(Clock::new(Start::Default).now()), "2026-03-02T08:00:00Z");
    }

    #[test]
    fn time_does_not_pass_the_end_of_the_year_9999() {
        let day = Duration::from_secs(24 * 60 * 60);
        let near_the_end = Start::Fixed("9999-12-30T00:00:00Z".parse().unwrap());
        for (start, far) in [(Start::Default, 8000 * 365 * day), (near_the_end, 2 * day), (Start::Real, Duration::MAX)]
        {
            let clock = Clock::new(start);
            assert!(clock.advance(day));
            assert!(!clock.advance(far), "{start:?}");
            assert_eq!(clock.advanced(), day);
        }
    }

    #[test]
    fn writes_never_share_a_time() {
        let clock = Clock::new(Start::Default);
        let first = clock.next_timestamp();
        assert!(clock.advance(Duration::from_secs(60)));
        assert_eq!(clock.next_timestamp() - first, TimeDelta::milliseconds(60_001));
    }
}
