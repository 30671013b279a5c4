//! How often and how long a fetch is repeated, and how long everybody then rests.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// How token requests are repeated.
///
/// Within one fetch, what may pass (no connection, 429, 5xx) is repeated up to `attempts` times and never beyond
/// `deadline`. After a failed fetch nobody asks again until a back-off has passed, which doubles up to half a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    pub(crate) attempts: u32,
    pub(crate) deadline: Duration,
}

impl Retry {
    /// Three attempts within 30 seconds.
    #[must_use]
    pub fn new() -> Self {
        Self { attempts: 3, deadline: Duration::from_secs(30) }
    }

    /// Sets how many requests one fetch makes at most; 1 means that nothing is repeated.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets how long one fetch takes at most, all attempts and pauses together. No caller waits longer.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

/// A refusal is not tried again for so long: a wrong secret must not lock an account.
pub(crate) const REFUSAL_MEMORY: Duration = Duration::from_secs(30);

/// The longest rest a server can ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// The pause between two attempts of one fetch, where the server does not name one.
pub(crate) fn pause(attempt: u32) -> Duration {
    exponential(Duration::from_millis(250), attempt, Duration::from_secs(5)).mul_f64(0.5 + 0.5 * random())
}

/// The rest after this many failed fetches in a row.
pub(crate) fn rest(failures: u32) -> Duration {
    exponential(Duration::from_secs(1), failures, Duration::from_secs(30)).mul_f64(0.5 + 0.5 * random())
}

pub(crate) fn bounded_retry_after(wait: Duration) -> Duration {
    wait.min(LONGEST_RETRY_AFTER)
}

fn exponential(first: Duration, count: u32, longest: Duration) -> Duration {
    first.saturating_mul(1_u32.checked_shl(count.saturating_sub(1)).unwrap_or(u32::MAX)).min(longest)
}

/// A number from 0 up to 1. Good enough to spread requests, for nothing else.
pub(crate) fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_to_half_a_minute_and_never_beyond() {
        for (failures, longest) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (40, 30), (u32::MAX, 30)] {
            let longest = Duration::from_secs(longest);
            let rest = rest(failures);
            assert!(rest >= longest / 2 && rest <= longest, "{failures}: {rest:?}");
        }
    }

    #[test]
    fn a_server_can_ask_for_an_hour_and_no_more() {
        for (asked, granted) in [(7, 7), (3600, 3600), (999_999_999, 3600)] {
            assert_eq!(bounded_retry_after(Duration::from_secs(asked)), Duration::from_secs(granted));
        }
    }

    #[test]
    fn random_numbers_stay_below_one_and_differ() {
        let numbers: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(numbers.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.01));
    }
}
