//! Limit on the rate of a client's requests.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use keyfob_auth::Clock;

/// Maximum rate of requests of a client and all its clones, retries included.
///
/// Excess requests wait in a queue, first in, first out.
///
/// ```
/// use keyfob_client::RateLimit;
///
/// let limit = RateLimit::per_minute(300).burst(10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    period: Duration,
    requests: NonZeroU32,
    burst: NonZeroU32,
}

impl RateLimit {
    /// Allows this number of requests per second. Zero counts as one.
    #[must_use]
    pub fn per_second(requests: u32) -> Self {
        Self::new(Duration::from_secs(1), requests)
    }

    /// Allows this number of requests per minute. Zero counts as one.
    #[must_use]
    pub fn per_minute(requests: u32) -> Self {
        Self::new(Duration::from_secs(60), requests)
    }

    fn new(period: Duration, requests: u32) -> Self {
        Self { period, requests: at_least_one(requests), burst: NonZeroU32::MIN }
    }

    /// Sets the number of requests that may be sent at once after a pause: 1 by default, which spreads requests evenly.
    /// A burst adds to the requests of its period.
    #[must_use]
    pub fn burst(mut self, requests: u32) -> Self {
        self.burst = at_least_one(requests);
        self
    }
}

fn at_least_one(requests: u32) -> NonZeroU32 {
    NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN)
}

/// Queue of the requests under a [`RateLimit`].
pub(crate) struct Limiter {
    quota: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>,
    /// Locked by the request that is next, so that requests keep their order.
    queue: tokio::sync::Mutex<()>,
    clock: Clock,
}

/// The client's clock, as governor reads it.
#[derive(Clone)]
struct Ticks(Clock);

impl GovernorClock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.now()
    }
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit, clock: &Clock) -> Self {
        // Governor counts in nanoseconds, so the highest rate is one request a nanosecond.
        let every = (limit.period / limit.requests.get()).max(Duration::from_nanos(1));
        let quota =
            Quota::with_period(every).map_or(Quota::per_second(limit.requests), |quota| quota.allow_burst(limit.burst));
        let limiter = RateLimiter::direct_with_clock(quota, Ticks(clock.clone()));
        Self { quota: limiter, queue: tokio::sync::Mutex::new(()), clock: clock.clone() }
    }

    /// Waits until another request may be sent. A cancelled wait does not count as a request.
    pub(crate) async fn ready(&self) {
        let _next = self.queue.lock().await;
        while let Err(early) = self.quota.check() {
            let wait = early.wait_time_from(self.clock.now());
            tracing::trace!(delay_ms = wait.as_secs_f64() * 1e3, "waiting for the rate limit");
            self.clock.sleep(wait).await;
        }
    }
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limiter").finish_non_exhaustive()
    }
}
