//! A clock that a test moves by hand.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// 2026-01-01T00:00:00Z, where every fake wall clock starts.
const FIRST_DAY: u64 = 1_767_225_600;

/// Moves a fake [`Clock`](crate::Clock).
#[derive(Clone, Debug)]
pub struct FakeClock {
    shared: Arc<Shared>,
}

impl FakeClock {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Moves both clocks on and wakes every sleeper whose time has come.
    pub fn advance(&self, by: Duration) {
        self.advance_wall(by);
        self.advance_monotonic(by);
    }

    /// Moves only the wall clock on, as a suspended machine does.
    pub fn advance_wall(&self, by: Duration) {
        *self.shared.lock_wall() += by;
    }

    /// Moves only the monotonic clock on, as a wall clock that was set back does.
    pub fn advance_monotonic(&self, by: Duration) {
        self.shared.advance(by);
    }

    /// Steps the wall clock to a time of day, in either direction.
    pub fn set_wall(&self, to: SystemTime) {
        *self.shared.lock_wall() = to;
    }

    /// Whether every sleep moves both clocks to its own end and completes at once. Time limits are not sleeps: they
    /// still wait until the clock passes them.
    pub fn auto_advance(&self, on: bool) {
        self.shared.auto.store(on, Ordering::SeqCst);
        self.shared.wake();
    }

    /// How far the monotonic clock has been moved.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.shared.nanos())
    }

    /// How many sleeps and time limits are waiting for the clock.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock_sleepers().len()
    }

    /// How many sleeps, not counting time limits, are waiting for the clock.
    #[must_use]
    pub fn sleeping(&self) -> usize {
        self.shared.lock_sleepers().iter().filter(|sleeper| sleeper.may_advance).count()
    }
}

pub(super) struct Shared {
    nanos: AtomicU64,
    wall: Mutex<SystemTime>,
    auto: AtomicBool,
    next_id: AtomicU64,
    sleepers: Mutex<Vec<Sleeper>>,
}

struct Sleeper {
    id: u64,
    until: u64,
    may_advance: bool,
    waker: Waker,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            nanos: AtomicU64::new(0),
            wall: Mutex::new(UNIX_EPOCH + Duration::from_secs(FIRST_DAY)),
            auto: AtomicBool::new(false),
            next_id: AtomicU64::new(0),
            sleepers: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn nanos(&self) -> u64 {
        self.nanos.load(Ordering::SeqCst)
    }

    pub(super) fn wall(&self) -> SystemTime {
        *self.lock_wall()
    }

    fn advance(&self, by: Duration) {
        self.nanos.fetch_add(nanos(by), Ordering::SeqCst);
        self.wake();
    }

    /// Moves both clocks to this monotonic time, unless they are past it.
    fn advance_to(&self, until: u64) {
        let before = self.nanos.fetch_max(until, Ordering::SeqCst);
        *self.lock_wall() += Duration::from_nanos(until.saturating_sub(before));
        self.wake();
    }

    fn wake(&self) {
        let now = self.nanos();
        let auto = self.auto.load(Ordering::SeqCst);
        for sleeper in self.lock_sleepers().iter() {
            if sleeper.until <= now || (auto && sleeper.may_advance) {
                sleeper.waker.wake_by_ref();
            }
        }
    }

    fn lock_wall(&self) -> MutexGuard<'_, SystemTime> {
        self.wall.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_sleepers(&self) -> MutexGuard<'_, Vec<Sleeper>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("nanos", &self.nanos()).field("wall", &self.wall()).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(super) struct Sleep {
    shared: Arc<Shared>,
    id: u64,
    until: u64,
    may_advance: bool,
}

impl Sleep {
    pub(super) fn new(shared: Arc<Shared>, duration: Duration, may_advance: bool) -> Self {
        let id = shared.next_id.fetch_add(1, Ordering::SeqCst);
        let until = shared.nanos().saturating_add(nanos(duration));
        Self { shared, id, until, may_advance }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut sleepers = self.shared.lock_sleepers();
        sleepers.retain(|sleeper| sleeper.id != self.id);
        let now = self.shared.nanos();
        if self.until <= now {
            return Poll::Ready(());
        }
        if self.may_advance && self.shared.auto.load(Ordering::SeqCst) {
            drop(sleepers);
            self.shared.advance_to(self.until);
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        sleepers.push(Sleeper { id: self.id, until: self.until, may_advance: self.may_advance, waker });
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.shared.lock_sleepers().retain(|sleeper| sleeper.id != self.id);
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, poll};

    use crate::Clock;
    use std::time::Duration;

    #[tokio::test]
    async fn a_sleeper_sleeps_until_the_clock_is_moved_far_enough() {
        let (clock, fake) = Clock::fake();
        let mut sleep = clock.sleep(Duration::from_secs(3)).boxed();
        assert!(poll!(&mut sleep).is_pending());
        fake.advance(Duration::from_secs(2));
        assert!(poll!(&mut sleep).is_pending());
        assert_eq!(fake.sleeping(), 1);
        fake.advance(Duration::from_secs(1));
        assert!(poll!(&mut sleep).is_ready());
        assert_eq!(fake.waiting(), 0);
    }

    #[tokio::test]
    async fn sleeps_move_an_automatic_clock_and_time_limits_do_not() {
        let (clock, fake) = Clock::fake();
        fake.auto_advance(true);
        clock.sleep(Duration::from_secs(5)).await;
        assert_eq!(clock.now(), Duration::from_secs(5));
        let mut limited = clock.timeout(Duration::from_secs(1), std::future::pending::<()>()).boxed();
        assert!(poll!(&mut limited).is_pending());
        fake.advance(Duration::from_secs(1));
        assert!(poll!(&mut limited).is_ready());
    }
}
