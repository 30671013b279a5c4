//! The token that is in use, with everything about its time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::authorization::{Authorization, Generation, Headers};
use crate::clock::{Clock, Moment};
use crate::token::Lifetime;

/// The shortest time ahead of expiry in which a token is refreshed, where its lifetime allows it.
const SHORTEST_MARGIN: Duration = Duration::from_secs(60);

/// The wall clock is looked at so often. It is the one that notices a suspended machine.
const WALL_LOOK: Duration = Duration::from_secs(1);

/// One token, or the absence of one.
pub(crate) struct Snapshot {
    /// No other snapshot of this process has it.
    number: u64,
    held: Option<Held>,
}

/// A token that is in use.
pub(crate) struct Held {
    pub(crate) headers: Headers,
    pub(crate) generation: Generation,
    pub(crate) issued: Moment,
    pub(crate) lifetime: Lifetime,
    /// So much before its end it is no longer used: another machine's clock told when it began.
    pub(crate) margin: Duration,
    /// From this age on it is refreshed.
    pub(crate) refresh_from: Duration,
    pub(crate) token_type: Option<String>,
    pub(crate) scopes: Vec<String>,
}

/// What is to be done about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Fresh,
    /// Use it and get another.
    Due,
    /// Get another first.
    Expired,
}

impl Snapshot {
    pub(crate) fn empty() -> Self {
        Self { number: number(), held: None }
    }

    /// A token that is used from now on.
    pub(crate) fn of(held: Held, clock: &Clock) -> Self {
        let snapshot = Self { number: number(), held: Some(held) };
        snapshot.look_again_later(clock, &clock.moment());
        snapshot
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn authorization(&self) -> Option<Authorization> {
        self.held.as_ref().map(|held| held.headers.authorization(held.generation))
    }

    pub(crate) fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    pub(crate) fn state(&self, now: &Moment) -> State {
        self.held.as_ref().map_or(State::Expired, |held| held.state(now))
    }

    /// Lets readers pass without thinking until the next change, or the next look at the wall clock.
    pub(crate) fn look_again_later(&self, clock: &Clock, now: &Moment) {
        let Some(held) = &self.held else { return };
        let age = held.issued.age(now);
        let wait = match held.ends() {
            None => Duration::MAX,
            Some(end) if age < held.refresh_from => {
                WALL_LOOK.min(held.refresh_from.saturating_sub(age)).min(end.saturating_sub(age))
            }
            Some(end) => WALL_LOOK.min(end.saturating_sub(age)),
        };
        held.headers.let_pass_until(clock.ticks_after(now, wait));
    }
}

/// A number that is given once.
fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Held {
    /// Headers that do not change and never expire.
    pub(crate) fn fixed(headers: Headers, clock: &Clock) -> Self {
        Self {
            headers,
            generation: Generation(1),
            issued: clock.moment(),
            lifetime: Lifetime::Unknown,
            margin: Duration::ZERO,
            refresh_from: Duration::MAX,
            token_type: None,
            scopes: Vec::new(),
        }
    }

    fn state(&self, now: &Moment) -> State {
        let age = self.issued.age(now);
        match self.ends() {
            None => State::Fresh,
            Some(end) if age < end && age < self.refresh_from => State::Fresh,
            Some(end) if age < end => State::Due,
            Some(_) => State::Expired,
        }
    }

    /// The age at which it is no longer used; `None` if nobody knows.
    fn ends(&self) -> Option<Duration> {
        match self.lifetime {
            Lifetime::For(lifetime) => Some(lifetime.saturating_sub(self.margin)),
            Lifetime::SingleUse => Some(Duration::ZERO),
            Lifetime::Unknown => None,
        }
    }

    /// How long it may still be used; `None` if nobody knows.
    pub(crate) fn remaining(&self, now: &Moment) -> Option<Duration> {
        self.ends().map(|end| end.saturating_sub(self.issued.age(now)))
    }
}

/// The age at which a token of this lifetime is refreshed.
///
/// A minute or a fifth of the lifetime before its end, whichever is more, but not in its first half: a token of two
/// seconds would be fetched at every call. `jitter`, from 0 to 1, moves it into the third that follows, so that a
/// fleet that started together does not refresh together.
pub(crate) fn refresh_from(lifetime: Lifetime, jitter: f64) -> Duration {
    let Lifetime::For(lifetime) = lifetime else {
        return Duration::MAX;
    };
    let margin = SHORTEST_MARGIN.max(lifetime / 5);
    let earliest = lifetime.saturating_sub(margin).max(lifetime / 2);
    earliest + (lifetime.saturating_sub(earliest) / 3).mul_f64(jitter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(lifetime: u64, earliest: f64) {
        let from = refresh_from(Lifetime::For(Duration::from_secs(lifetime)), 0.0).as_secs_f64();
        assert!((from - earliest).abs() < 0.001, "{lifetime}: {from}");
    }

    #[test]
    fn refreshing_starts_a_minute_or_a_fifth_ahead_but_never_in_the_first_half() {
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
        fn jitter_only_ever_delays_and_leaves_time_to_refresh(millis in 1_u64..86_400_000, jitter in 0.0..1.0) {
            let lifetime = Duration::from_millis(millis);
            let earliest = refresh_from(Lifetime::For(lifetime), 0.0);
            let from = refresh_from(Lifetime::For(lifetime), jitter);
            prop_assert!(from >= earliest && from >= lifetime / 2);
            prop_assert!(lifetime.saturating_sub(from) >= lifetime.saturating_sub(earliest) / 2);
        }
    }
}
