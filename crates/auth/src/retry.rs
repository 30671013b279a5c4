//! Retries within a fetch, and back-off between fetches.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Retry policy of token requests.
///
/// Within one fetch, transient failures (no connection, 429, 5xx) are retried until `attempts` requests have been made
/// or `deadline` has passed. After a failed fetch, no new one starts before a back-off, which doubles up to 30 seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    pub(crate) attempts: u32,
    pub(crate) deadline: Duration,
}

impl Retry {
    /// Creates the default policy: three attempts within 30 seconds.
    #[must_use]
    pub fn new() -> Self {
        Self { attempts: 3, deadline: Duration::from_secs(30) }
    }

    /// Creates a policy of one request for each fetch.
    #[must_use]
    pub fn none() -> Self {
        Self::new().attempts(1)
    }

    /// Sets the maximum number of requests of one fetch; 1 disables retries. Zero counts as 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the maximum duration of one fetch with all attempts and delays. No caller waits longer. `Duration::MAX`
    /// means no limit.
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

/// Period after refused credentials in which they are not sent again, so that a wrong secret does not lock an account.
pub(crate) const REFUSAL_PERIOD: Duration = Duration::from_secs(30);

/// Maximum delay accepted from a server or a token source, so that a fetch is attempted again without a restart.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// Returns the delay before the next attempt of a fetch: from 250 ms, doubling up to 5 s, with jitter.
pub(crate) fn retry_delay(attempt: u32) -> Duration {
    exponential(Duration::from_millis(250), attempt, Duration::from_secs(5)).mul_f64(0.5 + 0.5 * random())
}

/// Returns the period between fetches after this many consecutive failures: from 1 s, doubling up to 30 s, with jitter.
pub(crate) fn backoff(failures: u32) -> Duration {
    exponential(Duration::from_secs(1), failures, Duration::from_secs(30)).mul_f64(0.5 + 0.5 * random())
}

pub(crate) fn bounded_retry_after(wait: Duration) -> Duration {
    wait.min(MAX_RETRY_AFTER)
}

fn exponential(first: Duration, count: u32, max: Duration) -> Duration {
    first.saturating_mul(1_u32.checked_shl(count.saturating_sub(1)).unwrap_or(u32::MAX)).min(max)
}

/// Returns a random number in `0.0..1.0`. Used for jitter only: it is not cryptographically secure.
pub(crate) fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_half_a_minute() {
        for (failures, max) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (40, 30), (u32::MAX, 30)] {
            let max = Duration::from_secs(max);
            let wait = backoff(failures);
            assert!(wait >= max / 2 && wait <= max, "{failures}: {wait:?}");
        }
    }

    #[test]
    fn retry_after_is_capped_at_an_hour() {
        for (requested, granted) in [(7, 7), (3600, 3600), (999_999_999, 3600)] {
            assert_eq!(bounded_retry_after(Duration::from_secs(requested)), Duration::from_secs(granted));
        }
    }

    #[test]
    fn random_numbers_are_below_one_and_differ() {
        let numbers: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(numbers.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.01));
    }
}
