//! Fake clock for tests.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Initial wall time of every fake clock: 2026-01-01T00:00:00Z, in seconds since the Unix epoch.
const INITIAL_WALL: u64 = 1_767_225_600;

/// Handle that advances a fake [`Clock`](crate::Clock).
#[derive(Clone, Debug)]
pub struct FakeClock {
    time: Arc<FakeTime>,
}

impl FakeClock {
    pub(super) fn new(time: Arc<FakeTime>) -> Self {
        Self { time }
    }

    /// Advances both clocks and wakes every timer that has elapsed.
    pub fn advance(&self, by: Duration) {
        self.advance_wall(by);
        self.advance_monotonic(by);
    }

    /// Advances the wall clock only, as the suspension of a machine does.
    ///
    /// A time that `SystemTime` cannot represent leaves the clock unchanged.
    pub fn advance_wall(&self, by: Duration) {
        self.time.advance_wall(by);
    }

    /// Advances the monotonic clock only, which corresponds to a wall clock that is set back.
    pub fn advance_monotonic(&self, by: Duration) {
        self.time.advance(by);
    }

    /// Sets the wall clock, to an earlier or a later time.
    pub fn set_wall(&self, to: SystemTime) {
        *self.time.lock_wall() = to;
    }

    /// Enables automatic advancing: every sleep advances both clocks to its end and completes at once.
    ///
    /// Time limits do not advance the clocks; they wait until the clock reaches them.
    pub fn auto_advance(&self, on: bool) {
        self.time.auto.store(on, Ordering::SeqCst);
        self.time.wake();
    }

    /// Returns the time by which the monotonic clock has been advanced.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.time.nanos())
    }

    /// Returns the number of pending sleeps and time limits.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.time.lock_sleepers().len()
    }

    /// Returns the number of pending sleeps, without time limits.
    #[must_use]
    pub fn sleeping(&self) -> usize {
        self.time.lock_sleepers().iter().filter(|sleeper| sleeper.advances_clock).count()
    }
}

pub(super) struct FakeTime {
    nanos: AtomicU64,
    wall: Mutex<SystemTime>,
    auto: AtomicBool,
    next_id: AtomicU64,
    sleepers: Mutex<Vec<Sleeper>>,
}

struct Sleeper {
    id: u64,
    until: u64,
    advances_clock: bool,
    waker: Waker,
}

impl FakeTime {
    pub(super) fn new() -> Self {
        Self {
            nanos: AtomicU64::new(0),
            wall: Mutex::new(UNIX_EPOCH + Duration::from_secs(INITIAL_WALL)),
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
        let add = |before: u64| Some(before.saturating_add(nanos(by)));
        let _ = self.nanos.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        self.wake();
    }

    fn advance_wall(&self, by: Duration) {
        let mut wall = self.lock_wall();
        *wall = wall.checked_add(by).unwrap_or(*wall);
    }

    /// Advances both clocks to this monotonic time, unless it has passed.
    fn advance_to(&self, until: u64) {
        let before = self.nanos.fetch_max(until, Ordering::SeqCst);
        self.advance_wall(Duration::from_nanos(until.saturating_sub(before)));
        self.wake();
    }

    fn wake(&self) {
        let now = self.nanos();
        let auto = self.auto.load(Ordering::SeqCst);
        let elapsed = |sleeper: &&Sleeper| sleeper.until <= now || (auto && sleeper.advances_clock);
        let wakers: Vec<_> = self.lock_sleepers().iter().filter(elapsed).map(|sleeper| sleeper.waker.clone()).collect();
        // Woken without the lock: a waker may poll or drop another sleep at once.
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Removes the entry of a sleep and returns it, to be dropped without the lock.
    fn remove(&self, id: u64) -> Option<Sleeper> {
        let mut sleepers = self.lock_sleepers();
        let index = sleepers.iter().position(|sleeper| sleeper.id == id)?;
        Some(sleepers.swap_remove(index))
    }

    fn lock_wall(&self) -> MutexGuard<'_, SystemTime> {
        self.wall.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_sleepers(&self) -> MutexGuard<'_, Vec<Sleeper>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for FakeTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeTime").field("nanos", &self.nanos()).field("wall", &self.wall()).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(super) struct Sleep {
    time: Arc<FakeTime>,
    id: u64,
    until: u64,
    advances_clock: bool,
}

impl Sleep {
    pub(super) fn new(time: Arc<FakeTime>, duration: Duration, advances_clock: bool) -> Self {
        let id = time.next_id.fetch_add(1, Ordering::SeqCst);
        let until = time.nanos().saturating_add(nanos(duration));
        Self { time, id, until, advances_clock }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        drop(self.time.remove(self.id));
        let waker = cx.waker().clone();
        let mut sleepers = self.time.lock_sleepers();
        if self.until <= self.time.nanos() {
            return Poll::Ready(());
        }
        if self.advances_clock && self.time.auto.load(Ordering::SeqCst) {
            drop(sleepers);
            self.time.advance_to(self.until);
            return Poll::Ready(());
        }
        sleepers.push(Sleeper { id: self.id, until: self.until, advances_clock: self.advances_clock, waker });
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        drop(self.time.remove(self.id));
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::{FutureExt, poll};

    use crate::clock::Clock;

    #[tokio::test]
    async fn a_sleep_completes_when_the_clock_is_advanced_to_its_end() {
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
    async fn a_dropped_sleep_and_a_dropped_time_limit_are_no_longer_pending() {
        let (clock, fake) = Clock::fake();
        let mut sleep = clock.sleep(Duration::from_secs(3)).boxed();
        let mut limited = clock.timeout(Duration::from_secs(3), std::future::pending::<()>()).boxed();
        for _ in 0..2 {
            assert!(poll!(&mut sleep).is_pending() && poll!(&mut limited).is_pending());
            assert_eq!((fake.waiting(), fake.sleeping()), (2, 1), "a sleep that is polled again is pending once");
        }
        drop(sleep);
        assert_eq!((fake.waiting(), fake.sleeping()), (1, 0));
        drop(limited);
        assert_eq!(fake.waiting(), 0);
    }

    #[tokio::test]
    async fn a_clock_advanced_by_the_longest_duration_ends_every_wait_without_a_panic() {
        let (clock, fake) = Clock::fake();
        let mut sleep = clock.sleep(Duration::MAX).boxed();
        assert!(poll!(&mut sleep).is_pending());
        for _ in 0..5 {
            fake.advance(Duration::MAX);
        }
        assert!(poll!(&mut sleep).is_ready());
    }

    #[tokio::test]
    async fn sleeps_advance_an_automatic_clock_and_time_limits_do_not() {
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
