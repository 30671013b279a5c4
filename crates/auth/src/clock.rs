//! The clocks: monotonic, wall, and sleeping, each replaceable by a fake for tests.

mod fake;

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

pub use fake::FakeClock;

/// All system clocks count from here, so that their readings compare.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The coarse clock of any system is at most so late.
const COARSE: Duration = Duration::from_millis(20);

/// Longer than any process runs, and short enough for every unit.
const FOREVER: Duration = Duration::from_secs(50 * 365 * 24 * 60 * 60);

/// Where time comes from: the system, or a fake that stands still until a test moves it.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    System(Instant),
    Fake(Arc<fake::Shared>),
}

impl Clock {
    /// The system's clocks, and tokio's timer for sleeping.
    #[must_use]
    pub fn system() -> Self {
        Self(Kind::System(*START))
    }

    /// A clock that stands still, and the handle that moves it. Nothing sleeps for real on it.
    #[must_use]
    pub fn fake() -> (Self, FakeClock) {
        let shared = Arc::new(fake::Shared::new());
        (Self(Kind::Fake(Arc::clone(&shared))), FakeClock::new(shared))
    }

    /// Monotonic time since an arbitrary start. On Linux it stands still while the machine is suspended.
    #[must_use]
    pub fn now(&self) -> Duration {
        match &self.0 {
            Kind::System(start) => start.elapsed(),
            Kind::Fake(fake) => Duration::from_nanos(fake.nanos()),
        }
    }

    /// The time of day, which may be stepped at any moment.
    #[must_use]
    pub fn wall(&self) -> SystemTime {
        match &self.0 {
            Kind::System(_) => SystemTime::now(),
            Kind::Fake(fake) => fake.wall(),
        }
    }

    /// Completes after this time.
    ///
    /// # Panics
    ///
    /// With the system clock, when first polled outside a tokio runtime whose timer is enabled.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.timer(duration, true)
    }

    /// Runs a future, but not longer than this.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] when the time was up first. The future is dropped then.
    ///
    /// # Panics
    ///
    /// As [`sleep`](Clock::sleep).
    pub async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, Elapsed> {
        let (mut future, mut timer) = (pin!(future), self.timer(limit, false));
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => Pin::new(&mut timer).poll(cx).map(|()| Err(Elapsed)),
        })
        .await
    }

    /// The one reading of the warm path, in units that only mean something to [`ticks_after`](Self::ticks_after).
    ///
    /// The system's coarse clock: several times cheaper than the exact one, and a few milliseconds late.
    #[inline]
    pub(crate) fn ticks(&self) -> u64 {
        match &self.0 {
            Kind::System(_) => coarsetime::Instant::now_without_cache_update().as_ticks(),
            Kind::Fake(fake) => fake.nanos(),
        }
    }

    /// What [`ticks`](Self::ticks) will read so long from that moment; sooner by as much as the coarse clock may be late.
    pub(crate) fn ticks_after(&self, moment: &Moment, wait: Duration) -> u64 {
        let wait = match &self.0 {
            Kind::System(_) => coarsetime::Duration::from(wait.saturating_sub(COARSE).min(FOREVER)).as_ticks(),
            Kind::Fake(_) => u64::try_from(wait.min(FOREVER).as_nanos()).unwrap_or(u64::MAX),
        };
        moment.ticks.saturating_add(wait)
    }

    pub(crate) fn moment(&self) -> Moment {
        // In this order: a thread that is held up in between must look again sooner, not later.
        let ticks = self.ticks();
        Moment { ticks, monotonic: self.now(), lead: Duration::ZERO, wall: self.wall() }
    }

    fn timer(&self, duration: Duration, may_advance: bool) -> Sleep {
        match &self.0 {
            Kind::System(_) => Sleep(Timer::Later(duration)),
            Kind::Fake(fake) => Sleep(Timer::Fake(fake::Sleep::new(Arc::clone(fake), duration, may_advance))),
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::System(_) => "Clock::System",
            Kind::Fake(_) => "Clock::Fake",
        })
    }
}

/// The time limit of [`Clock::timeout`] was reached first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time limit reached")]
pub struct Elapsed;

/// A future that completes when its time has passed; from [`Clock::sleep`].
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep(Timer);

#[derive(Debug)]
enum Timer {
    /// Not yet polled: tokio's timer is only reached for inside the runtime.
    Later(Duration),
    System(Pin<Box<tokio::time::Sleep>>),
    Fake(fake::Sleep),
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Timer::Later(duration) = self.0 {
            self.0 = Timer::System(Box::pin(tokio::time::sleep(duration)));
        }
        match &mut self.0 {
            Timer::Later(_) => unreachable!("replaced above"),
            Timer::System(sleep) => sleep.as_mut().poll(cx),
            Timer::Fake(sleep) => sleep.poll(cx),
        }
    }
}

/// One instant, as both clocks saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    ticks: u64,
    pub(crate) monotonic: Duration,
    /// So much earlier than `monotonic` it was, which may be before that clock's start.
    lead: Duration,
    pub(crate) wall: SystemTime,
}

impl Moment {
    /// How much time has passed since, by the clock that says more.
    ///
    /// The monotonic clock misses a suspended machine, the wall clock may have been set back.
    pub(crate) fn age(&self, now: &Moment) -> Duration {
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        (now.monotonic.saturating_sub(self.monotonic) + self.lead).max(wall)
    }

    /// The instant that was so long ago.
    #[cfg(feature = "store")]
    pub(crate) fn before(&self, ago: Duration) -> Moment {
        let wall = self.wall.checked_sub(ago).unwrap_or(self.wall);
        Moment { lead: self.lead + ago, wall, ..*self }
    }
}
