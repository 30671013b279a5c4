//! The token in use, and each thread's short way to it.
//!
//! Reading a shared pointer and counting one more owner of what it points to costs several changes of memory that other
//! cores may change as well. So each thread remembers what it handed out last, and hands out the same again for as long
//! as it is what is in use: that takes a look at a number that seldom changes, and one more owner of this thread's own
//! copy of the headers. What is remembered keeps nothing alive: a token that is replaced or dropped is gone.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use arc_swap::{ArcSwap, Guard};

use crate::authorization::{Authorization, Generation, Stripe};
use crate::snapshot::Snapshot;

/// A snapshot that may be replaced at any moment.
pub(crate) struct Current {
    snapshot: ArcSwap<Snapshot>,
    /// The snapshot's own.
    number: AtomicU64,
}

impl Current {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self { number: AtomicU64::new(snapshot.number()), snapshot: ArcSwap::from_pointee(snapshot) }
    }

    pub(crate) fn load(&self) -> Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    pub(crate) fn load_full(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// From when this returns on, nobody is handed what was there before.
    pub(crate) fn store(&self, snapshot: Arc<Snapshot>) {
        let number = snapshot.number();
        self.snapshot.store(snapshot);
        self.number.store(number, Ordering::Release);
    }

    /// The warm path: the headers, if nothing has to be thought about now.
    #[inline]
    pub(crate) fn warm(&self, ticks: u64) -> Option<Authorization> {
        match recall(self.number.load(Ordering::Acquire)) {
            Some(authorization) if authorization.may_pass(ticks) => Some(authorization),
            _ => self.look(ticks),
        }
    }

    #[cold]
    fn look(&self, ticks: u64) -> Option<Authorization> {
        let snapshot = self.snapshot.load();
        let authorization = snapshot.authorization().filter(|authorization| authorization.may_pass(ticks))?;
        remember(snapshot.number(), &authorization);
        Some(authorization)
    }
}

/// What a thread handed out, and of which snapshot it is.
struct Recent {
    number: u64,
    generation: Generation,
    stripe: Weak<Stripe>,
}

/// A thread remembers the tokens of so many authenticators, unless two of them have one place.
const PLACES: usize = 8;

thread_local! {
    static RECENT: RefCell<[Option<Recent>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

fn place(number: u64) -> usize {
    usize::try_from(number % PLACES as u64).unwrap_or(0)
}

#[inline]
fn recall(number: u64) -> Option<Authorization> {
    // A thread that is about to end has forgotten everything.
    let recalled = RECENT.try_with(|recent| {
        let recent = recent.borrow();
        let recent = recent[place(number)].as_ref().filter(|recent| recent.number == number)?;
        Some(Authorization::new(recent.stripe.upgrade()?, recent.generation))
    });
    recalled.ok().flatten()
}

fn remember(number: u64, authorization: &Authorization) {
    let recent = Recent { number, generation: authorization.generation(), stripe: authorization.downgrade() };
    let _ = RECENT.try_with(|places| places.borrow_mut()[place(number)].replace(recent));
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AUTHORIZATION, HeaderMap};
    use secrecy::SecretString;

    use super::*;
    use crate::authorization::Headers;
    use crate::clock::Clock;
    use crate::snapshot::Held;
    use std::time::Duration;

    fn snapshot(token: &str, clock: &Clock) -> Snapshot {
        let headers = Headers::bearer(&SecretString::from(token)).expect("legal");
        Snapshot::of(Held::fixed(headers, clock), clock)
    }

    fn header(current: &Current, clock: &Clock) -> Option<String> {
        let mut headers = HeaderMap::new();
        current.warm(clock.ticks())?.apply(&mut headers);
        Some(headers[AUTHORIZATION].to_str().expect("ASCII").to_owned())
    }

    #[test]
    fn a_thread_tells_more_tokens_apart_than_it_has_places() {
        let clock = Clock::system();
        let all: Vec<_> = (0..3 * PLACES).map(|i| Current::new(snapshot(&i.to_string(), &clock))).collect();
        for _ in 0..3 {
            for (i, current) in all.iter().enumerate() {
                assert_eq!(header(current, &clock), Some(format!("Bearer {i}")));
                assert_eq!(header(current, &clock), Some(format!("Bearer {i}")));
            }
        }
    }

    #[test]
    fn what_is_remembered_is_not_handed_out_once_it_is_replaced() {
        let clock = Clock::system();
        let current = Current::new(snapshot("old", &clock));
        for _ in 0..2 {
            assert_eq!(header(&current, &clock).as_deref(), Some("Bearer old"));
        }
        current.store(Arc::new(snapshot("new", &clock)));
        for _ in 0..2 {
            assert_eq!(header(&current, &clock).as_deref(), Some("Bearer new"));
        }
        current.store(Arc::new(Snapshot::empty()));
        assert_eq!(header(&current, &clock), None);
    }

    #[test]
    fn what_is_remembered_keeps_no_token_alive() {
        let clock = Clock::system();
        let current = Current::new(snapshot("secret", &clock));
        let remembered = current.warm(clock.ticks()).expect("a token").downgrade();
        assert!(remembered.upgrade().is_some());
        drop(current);
        assert!(remembered.upgrade().is_none());
    }

    #[test]
    fn what_is_remembered_is_thought_about_when_it_is_time() {
        let (clock, fake) = Clock::fake();
        let current = Current::new(snapshot("a", &clock));
        current
            .load()
            .held()
            .expect("a token")
            .headers
            .let_pass_until(clock.ticks_after(&clock.moment(), Duration::from_secs(1)));
        assert!(header(&current, &clock).is_some() && header(&current, &clock).is_some());
        fake.advance(Duration::from_secs(2));
        assert_eq!(header(&current, &clock), None);
    }
}
