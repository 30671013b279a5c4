//! The active token with its refresh and expiry schedule.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::{Clock, Instants};
use crate::token::authorization::{Authorization, Generation};
use crate::token::headers::Headers;
use crate::token::lifetime::Lifetime;

/// Minimum period before expiry in which a token is refreshed, if its lifetime permits: one request and its retries
/// take up to 30 s.
const MIN_REFRESH_MARGIN: Duration = Duration::from_secs(60);

/// Interval between reads of the wall clock, which detects that the machine was suspended.
const WALL_CLOCK_INTERVAL: Duration = Duration::from_secs(1);

/// Description of the token in use, without the token itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenInfo {
    /// Total lifetime; `None` if the server did not state it.
    pub lifetime: Option<Duration>,
    /// Remaining lifetime; `None` if the server did not state it.
    pub remaining: Option<Duration>,
    /// Scopes granted by the server; empty if it did not list them.
    pub scopes: Vec<String>,
    /// Sequence number of the token within its authenticator.
    pub generation: Generation,
    /// Token type as reported by the server.
    pub token_type: Option<String>,
}

/// Immutable state of the cache: one token, or the absence of one.
pub(crate) struct Snapshot {
    /// Unique within the process.
    id: u64,
    token: Option<ActiveToken>,
}

/// A token in use.
pub(crate) struct ActiveToken {
    pub(crate) headers: Headers,
    pub(crate) generation: Generation,
    /// Start of the token request.
    pub(crate) issued: Instants,
    pub(crate) lifetime: Lifetime,
    /// Period before expiry in which the token is not used, because another machine's clock set its start.
    pub(crate) margin: Duration,
    /// Age from which the token is refreshed.
    pub(crate) refresh_from: Duration,
    pub(crate) replaced: Replaced,
    pub(crate) token_type: Option<String>,
    pub(crate) scopes: Vec<String>,
}

/// End of the token that a token replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// The token had expired or was due for a refresh, or there was none.
    Ended,
    Rejected,
    /// The token was rejected soon after it had replaced a rejected one.
    RejectedEarly,
}

/// State of a token relative to its refresh and expiry times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Valid, and not yet due for a refresh.
    Fresh,
    /// Valid, and due for a refresh.
    Due,
    /// Expired or absent.
    Expired,
}

impl Snapshot {
    pub(crate) fn empty() -> Self {
        Self { id: next_id(), token: None }
    }

    /// Creates a snapshot of a token that is used from now on.
    pub(crate) fn of(token: ActiveToken, clock: &Clock) -> Self {
        let snapshot = Self { id: next_id(), token: Some(token) };
        snapshot.schedule_recheck(clock, &clock.instants());
        snapshot
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn token(&self) -> Option<&ActiveToken> {
        self.token.as_ref()
    }

    /// Returns the authorization for the thread with this index.
    pub(crate) fn authorization(&self, thread_index: usize) -> Option<Authorization> {
        self.token.as_ref().map(|token| token.headers.authorization(token.generation, thread_index))
    }

    pub(crate) fn freshness(&self, now: &Instants) -> Freshness {
        self.token.as_ref().map_or(Freshness::Expired, |token| token.freshness(now))
    }

    /// Sets the time up to which readers skip the check: the next change of the token's freshness, or the next read of
    /// the wall clock.
    pub(crate) fn schedule_recheck(&self, clock: &Clock, now: &Instants) {
        let Some(token) = &self.token else { return };
        let age = token.issued.age(now);
        let wait = match token.usable_for() {
            None => Duration::MAX,
            Some(end) if age < token.refresh_from => {
                WALL_CLOCK_INTERVAL.min(token.refresh_from.saturating_sub(age)).min(end.saturating_sub(age))
            }
            Some(end) => WALL_CLOCK_INTERVAL.min(end.saturating_sub(age)),
        };
        token.headers.set_recheck_at(clock.ticks_after(now, wait));
    }
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl ActiveToken {
    /// Creates a token from constant headers, which never expire.
    pub(crate) fn fixed(headers: Headers, clock: &Clock) -> Self {
        Self {
            headers,
            generation: Generation(1),
            issued: clock.instants(),
            lifetime: Lifetime::Unknown,
            margin: Duration::ZERO,
            refresh_from: Duration::MAX,
            replaced: Replaced::Ended,
            token_type: None,
            scopes: Vec::new(),
        }
    }

    fn freshness(&self, now: &Instants) -> Freshness {
        let age = self.issued.age(now);
        match self.usable_for() {
            None => Freshness::Fresh,
            Some(end) if age < end && age < self.refresh_from => Freshness::Fresh,
            Some(end) if age < end => Freshness::Due,
            Some(_) => Freshness::Expired,
        }
    }

    /// Returns the age at which the token ceases to be used; `None` if its lifetime is unknown.
    fn usable_for(&self) -> Option<Duration> {
        match self.lifetime {
            Lifetime::For(lifetime) => Some(lifetime.saturating_sub(self.margin)),
            Lifetime::SingleUse => Some(Duration::ZERO),
            Lifetime::Unknown => None,
        }
    }

    /// Returns the time left for which the token may be used; `None` if its lifetime is unknown.
    pub(crate) fn remaining(&self, now: &Instants) -> Option<Duration> {
        self.usable_for().map(|end| end.saturating_sub(self.issued.age(now)))
    }

    pub(crate) fn info(&self, now: &Instants) -> TokenInfo {
        TokenInfo {
            lifetime: match self.lifetime {
                Lifetime::For(lifetime) => Some(lifetime),
                Lifetime::SingleUse => Some(Duration::ZERO),
                Lifetime::Unknown => None,
            },
            remaining: self.remaining(now),
            scopes: self.scopes.clone(),
            generation: self.generation,
            token_type: self.token_type.clone(),
        }
    }
}

/// Returns the age at which a token of this lifetime is refreshed.
///
/// The refresh starts 60 s or 20 % of the lifetime before expiry, whichever is longer, but never in the first half: a
/// token that lives two seconds would otherwise be fetched for every call. `jitter`, from 0 to 1, delays the refresh by
/// up to a third of the remaining time, so that processes that started together refresh at different times.
pub(crate) fn refresh_from(lifetime: Lifetime, jitter: f64) -> Duration {
    let Lifetime::For(lifetime) = lifetime else {
        return Duration::MAX;
    };
    let margin = MIN_REFRESH_MARGIN.max(lifetime / 5);
    let earliest = lifetime.saturating_sub(margin).max(lifetime / 2);
    earliest + (lifetime.saturating_sub(earliest) / 3).mul_f64(jitter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(lifetime: u64, earliest: f64) {
        let from = refresh_from(Lifetime::For(Duration::from_secs(lifetime)), 0.0).as_secs_f64();
        assert!((from - earliest).abs() < 0.001, "{lifetime}: {from}");
    }

    #[test]
    fn refreshing_starts_a_minute_or_a_fifth_before_expiry_but_never_in_the_first_half() {
        check(86_400, 69_120.0);
        check(3600, 2880.0);
        check(299, 239.0);
        check(120, 60.0);
        check(100, 50.0);
        check(59, 29.5);
        check(9, 4.5);
        check(2, 1.0);
    }

    proptest! {
        #[test]
        fn jitter_only_delays_a_refresh_and_leaves_time_for_it(millis in 1_u64..86_400_000, jitter in 0.0..1.0) {
            let lifetime = Duration::from_millis(millis);
            let earliest = refresh_from(Lifetime::For(lifetime), 0.0);
            let from = refresh_from(Lifetime::For(lifetime), jitter);
            prop_assert!(from >= earliest && from >= lifetime / 2);
            prop_assert!(lifetime.saturating_sub(from) >= lifetime.saturating_sub(earliest) / 2);
        }
    }
}
