//! Comparison of the local clock with the service's clock.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use keyfob_auth::Clock;

/// Time at which the first page of a run was requested, by the local clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestTime {
    wall: DateTime<Utc>,
    monotonic: Duration,
}

/// Result of comparing the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Time of the request by the service's clock, at the latest.
    pub(super) service: DateTime<Utc>,
    /// Time by which the local clock is ahead of the service's clock; negative if it is behind.
    pub(super) offset: TimeDelta,
}

impl RequestTime {
    pub(super) fn now(clock: &Clock) -> Self {
        Self { wall: clock.wall().into(), monotonic: clock.now() }
    }

    /// Compares the clocks, given the `Date` of the response.
    ///
    /// The service may have set the date at any time between the request and the response, which can be minutes apart.
    pub(super) fn compare(self, clock: &Clock, date: SystemTime) -> Comparison {
        let date = DateTime::<Utc>::from(date);
        // Whole seconds, the precision of the date.
        let elapsed = TimeDelta::seconds(clock.now().saturating_sub(self.monotonic).as_secs().try_into().unwrap_or(0));
        let received = self.wall + elapsed;
        let offset = if date < self.wall {
            self.wall - date
        } else if date > received {
            received - date
        } else {
            TimeDelta::zero()
        };
        Comparison { service: date.checked_sub_signed(elapsed).unwrap_or(date), offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(local: &str, taken: u64, date: &str, service: &str, offset: i64) {
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (clock, fake) = Clock::fake();
        fake.set_wall(time(local).into());
        let request = RequestTime::now(&clock);
        fake.advance(Duration::from_secs(taken));
        let comparison = request.compare(&clock, time(date).into());
        assert_eq!(comparison, Comparison { service: time(service), offset: TimeDelta::seconds(offset) });
    }

    #[test]
    fn clocks_are_compared_with_the_whole_time_of_the_request() {
        check("2026-03-02T08:00:00Z", 0, "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z", 0);
        check("2026-03-02T09:00:00Z", 0, "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z", 3600);
        check("2026-03-02T07:00:00Z", 0, "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z", -3600);
        // The page took five minutes, and the date may be that of its end.
        check("2026-03-02T08:00:00Z", 300, "2026-03-02T08:05:00Z", "2026-03-02T08:00:00Z", 0);
        check("2026-03-02T08:00:00Z", 300, "2026-03-02T08:00:00Z", "2026-03-02T07:55:00Z", 0);
        check("2026-03-02T08:00:00Z", 300, "2026-03-02T08:06:00Z", "2026-03-02T08:01:00Z", -60);
    }
}
