//! When a failed attempt is followed by another: how often, how soon, and for how long.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::Instant;
use tower::retry::{
    backoff::{Backoff as _, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff as _},
    budget::{Budget as _, TpsBudget},
};
use tower::util::rng::HasherRng;

/// A delay is lengthened by a random part of itself up to this.
const JITTER: f64 = 1.0;

/// How a client repeats failed attempts.
///
/// A refused connection is always tried again, because nothing was sent. Statuses 408, 429, 502, 503 and 504 and broken
/// answers are tried again only if the operation is safe to repeat. `Retry-After` wins over the client's own delays.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    attempts: u32,
    first_delay: Duration,
    longest_delay: Duration,
    longest_retry_after: Duration,
    deadline: Duration,
}

impl Default for RetryPolicy {
    /// Four attempts, delays from 200 ms doubling to 20 s and jittered, `Retry-After` up to 60 s, all begun within 2 minutes.
    fn default() -> Self {
        Self {
            attempts: 4,
            first_delay: Duration::from_millis(200),
            longest_delay: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
            deadline: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Sends everything once.
    #[must_use]
    pub fn none() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// How many attempts there are at most, the first included. Zero counts as one.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The delay before the second attempt, and the longest before any; between them it doubles, and each is jittered.
    #[must_use]
    pub fn delays(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_delay, self.longest_delay) = (first, longest);
        self
    }

    /// The longest `Retry-After` that is waited for; a longer one ends the call with its error.
    #[must_use]
    pub fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// How long after its start a call may still begin another attempt.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    pub(crate) fn schedule(&self) -> Schedule {
        // Tower wants no first delay that is longer than the longest, and no longest of zero.
        let longest = self.longest_delay.max(Duration::from_nanos(1));
        let delays = ExponentialBackoffMaker::new(self.first_delay.min(longest), longest, JITTER, HasherRng::new())
            .expect("no delay is longer than the longest")
            .make_backoff();
        Schedule { policy: self.clone(), delays, left: self.attempts.saturating_sub(1) }
    }
}

/// The delays of one call.
pub(crate) struct Schedule {
    policy: RetryPolicy,
    delays: ExponentialBackoff,
    /// How many more attempts there may be.
    left: u32,
}

impl Schedule {
    /// How long to wait before the next attempt, or `None` if this was the last.
    pub(crate) fn next(&mut self, elapsed: Duration, retry_after: Option<Duration>) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        // It comes as a sleep on tokio's clock, of which only the length is wanted.
        let own = self.delays.next_backoff().deadline().saturating_duration_since(Instant::now());
        let delay = match retry_after {
            Some(after) if after > self.policy.longest_retry_after => return None,
            Some(after) => after,
            None => own,
        };
        (elapsed + delay <= self.policy.deadline).then_some(delay)
    }
}

/// What all calls of a client may spend on retries together, so that an outage is not multiplied.
///
/// Aligned, because every call changes it: what lies beside it would have to be fetched anew after each change.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Budget(TpsBudget);

impl Budget {
    /// Ten retries a second for free, and one for every five calls that succeeded in the last ten seconds.
    pub(crate) fn new() -> Self {
        Self(TpsBudget::new(Duration::from_secs(10), 10, 0.2))
    }

    pub(crate) fn deposit(&self) {
        self.0.deposit();
    }

    pub(crate) fn withdraw(&self) -> bool {
        self.0.withdraw()
    }
}

/// Statuses that say "not now", after which the same request may succeed.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn delays_grow_and_end_with_the_attempts() {
        let policy = RetryPolicy::default().attempts(3).delays(SECOND, 8 * SECOND);
        let mut schedule = policy.schedule();
        let first = schedule.next(Duration::ZERO, None).unwrap();
        let second = schedule.next(first, None).unwrap();
        assert!(
            (SECOND..=2 * SECOND).contains(&first) && (2 * SECOND..=4 * SECOND).contains(&second),
            "{first:?} {second:?}"
        );
        assert_eq!(schedule.next(Duration::ZERO, None), None);
    }

    #[tokio::test(start_paused = true)]
    async fn no_delay_is_longer_than_the_longest() {
        for (first, longest) in [(SECOND, 3 * SECOND), (9 * SECOND, 3 * SECOND), (SECOND, Duration::ZERO)] {
            let mut schedule = RetryPolicy::default().attempts(9).delays(first, longest).schedule();
            let delays = std::iter::from_fn(|| schedule.next(Duration::ZERO, None)).collect::<Vec<_>>();
            assert_eq!(delays.len(), 8);
            // Tokio's clock counts in milliseconds.
            assert!(delays.iter().all(|delay| *delay <= longest + Duration::from_millis(1)), "{delays:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_services_own_delay_wins_until_it_is_too_long() {
        let policy = RetryPolicy::default().attempts(9).longest_retry_after(5 * SECOND);
        assert_eq!(policy.schedule().next(Duration::ZERO, Some(4 * SECOND)), Some(4 * SECOND));
        assert_eq!(policy.schedule().next(Duration::ZERO, Some(6 * SECOND)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn no_attempt_begins_after_the_deadline() {
        let policy = RetryPolicy::default().deadline(10 * SECOND);
        assert_eq!(policy.schedule().next(9 * SECOND, Some(SECOND)), Some(SECOND));
        assert_eq!(policy.schedule().next(9 * SECOND, Some(2 * SECOND)), None);
    }

    #[test]
    fn a_budget_runs_out_and_is_earned_again() {
        let budget = Budget::new();
        let free = (0..1000).take_while(|_| budget.withdraw()).count();
        assert!((50..=150).contains(&free), "{free}");
        for _ in 0..50 {
            budget.deposit();
        }
        assert!(budget.withdraw());
    }
}
