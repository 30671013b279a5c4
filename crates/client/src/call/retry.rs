//! Retry policy: number of attempts, delays, time limit and the budget that all calls of a client share.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::Instant;
use tower::retry::{
    backoff::{Backoff as _, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff as _},
    budget::{Budget as _, TpsBudget},
};
use tower::util::rng::HasherRng;

use crate::call::attempt_error::Retryable;

/// Maximum random extension of a delay, as a factor of the delay.
const JITTER: f64 = 1.0;

/// Retry policy of a client.
///
/// A failed connection and an HTTP/2 stream that the service refused are retried whatever the method, within
/// [`attempts`](RetryPolicy::attempts), because the service has not processed the request. Statuses 408, 429, 502, 503
/// and 504 and broken responses are retried only for [idempotent](crate::Idempotency) operations; status 500 only for
/// reads: GET, HEAD, and other operations that the API's description or the call marks as idempotent, except PUT and
/// DELETE. `Retry-After` overrides the policy's delays.
///
/// [`Duration::MAX`] means no limit in all settings.
///
/// ```
/// use std::time::Duration;
/// use keyfob_client::RetryPolicy;
///
/// let interactive = RetryPolicy::default().attempts(6).deadline(Duration::from_secs(300));
/// let batch = RetryPolicy::default().retry_for(Duration::from_secs(600));
/// ```
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    attempts: u32,
    first_delay: Duration,
    longest_delay: Duration,
    longest_retry_after: Duration,
    deadline: Duration,
    /// The time limit alone ends the retries.
    batch: bool,
}

impl Default for RetryPolicy {
    /// Four attempts; jittered delays that double from 200 ms to 20 s; `Retry-After` up to 60 s; no attempt after 2
    /// minutes.
    fn default() -> Self {
        Self {
            attempts: 4,
            first_delay: Duration::from_millis(200),
            longest_delay: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
            deadline: Duration::from_secs(120),
            batch: false,
        }
    }
}

impl RetryPolicy {
    /// Returns a policy without retries. A rejected token is still renewed, and the request is then sent again. Token
    /// requests are not retried either, as with [`CallOptions::no_retry`](crate::CallOptions::no_retry).
    #[must_use]
    pub fn none() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Sets the maximum number of attempts, the first included. Zero counts as one.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the delay before the second attempt, and the longest delay. Delays double with each attempt. Jitter extends
    /// each delay by up to 100 %, but not above the longest.
    #[must_use]
    pub fn delays(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_delay, self.longest_delay) = (first, longest);
        self
    }

    /// Sets the longest `Retry-After` to wait for. A longer one ends the call with the error.
    #[must_use]
    pub fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// Sets the time after the start of a call until which attempts may start. An attempt in flight is not interrupted.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Retries until this time after the start of a call, for batch jobs that must survive an outage.
    ///
    /// Replaces the limits of [`attempts`](RetryPolicy::attempts), [`deadline`](RetryPolicy::deadline) and
    /// [`longest_retry_after`](RetryPolicy::longest_retry_after), and the retry budget of the client does not apply. Two
    /// attempts are separated by the policy's [delay](RetryPolicy::delays) or by `Retry-After`, if longer. A call whose
    /// token request fails because the token endpoint is unavailable is retried too.
    ///
    /// Every call has this time, such as each page of a listing; see also
    /// [`CallOptions::retry_for`](crate::CallOptions::retry_for).
    #[must_use]
    pub fn retry_for(mut self, time: Duration) -> Self {
        (self.attempts, self.deadline, self.longest_retry_after, self.batch) = (u32::MAX, time, time, true);
        self
    }

    pub(crate) fn permits_retries(&self) -> bool {
        self.attempts > 1
    }

    pub(crate) fn schedule(&self) -> Schedule {
        // Tower rejects a first delay above the longest, and a longest delay of zero.
        let longest = self.longest_delay.max(Duration::from_nanos(1));
        let delays = ExponentialBackoffMaker::new(self.first_delay.min(longest), longest, JITTER, HasherRng::new())
            .expect("no delay is longer than the longest")
            .make_backoff();
        Schedule { policy: self.clone(), delays, remaining: self.attempts.saturating_sub(1) }
    }
}

/// Delays of one call.
pub(crate) struct Schedule {
    policy: RetryPolicy,
    delays: ExponentialBackoff,
    /// Number of attempts left.
    remaining: u32,
}

impl Schedule {
    /// Returns the delay before the next attempt, or `None` if there is none.
    pub(crate) fn next(&mut self, elapsed: Duration, retry_after: Option<Duration>) -> Option<Duration> {
        self.remaining = self.remaining.checked_sub(1)?;
        // Tower returns the delay as a sleep on tokio's clock, which is not the client's clock.
        let own = self.delays.next_backoff().deadline().saturating_duration_since(Instant::now());
        let delay = match retry_after {
            Some(after) if after > self.policy.longest_retry_after => return None,
            // The number of attempts does not limit a batch job: `Retry-After: 0` must not make it a busy loop.
            Some(after) if self.policy.batch => after.max(own),
            Some(after) => after,
            None => own,
        };
        (elapsed.saturating_add(delay) <= self.policy.deadline).then_some(delay)
    }

    /// Returns `true` if the time limit alone ends the retries.
    pub(crate) fn is_batch(&self) -> bool {
        self.policy.batch
    }
}

/// Retry budget that all calls of a client share, so that retries do not multiply the load of an outage.
///
/// Aligned to 128 bytes (two cache lines), because every call writes to it and would invalidate its neighbours.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Budget(TpsBudget);

impl Budget {
    /// Allows ten retries per second, and one for every five calls that succeeded in the last ten seconds.
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

/// Returns the calls that may send the same request again after an error response.
pub(crate) fn retryable(status: StatusCode) -> Retryable {
    match status.as_u16() {
        408 | 429 | 502 | 503 | 504 => Retryable::Idempotent,
        500 => Retryable::Reads,
        _ => Retryable::Never,
    }
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
    async fn a_batch_job_is_retried_until_its_time_is_over_and_never_in_a_busy_loop() {
        let policy = RetryPolicy::default().attempts(2).retry_for(600 * SECOND);
        let mut schedule = policy.schedule();
        let mut elapsed = Duration::ZERO;
        let mut delays = Vec::new();
        while let Some(delay) = schedule.next(elapsed, Some(Duration::ZERO)) {
            elapsed += delay;
            delays.push(delay);
        }
        assert!((560 * SECOND..=600 * SECOND).contains(&elapsed), "{elapsed:?}");
        assert!(delays.len() < 50, "{} attempts", delays.len());
        assert_eq!(policy.schedule().next(SECOND, Some(300 * SECOND)), Some(300 * SECOND), "Retry-After is honoured");
        assert_eq!(policy.schedule().next(400 * SECOND, Some(300 * SECOND)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_duration_means_no_limit() {
        let policy = RetryPolicy::default().deadline(Duration::MAX).longest_retry_after(Duration::MAX);
        assert_eq!(policy.schedule().next(SECOND, Some(Duration::MAX)), Some(Duration::MAX));
        let endless = RetryPolicy::default().delays(Duration::MAX, Duration::MAX).retry_for(Duration::MAX);
        let mut schedule = endless.schedule();
        for _ in 0..100 {
            schedule.next(Duration::MAX, None).unwrap();
        }
        assert_eq!(RetryPolicy::default().schedule().next(SECOND, Some(Duration::MAX)), None);
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
