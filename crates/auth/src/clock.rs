//! Clocks: monotonic time, wall time and timers, which tests replace with a fake.

mod fake;

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

pub use fake::FakeClock;

/// Origin of monotonic time for all system clocks of the process, so that their readings are comparable.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Upper bound on the lag of the operating system's coarse clock.
const COARSE_RESOLUTION: Duration = Duration::from_millis(20);

/// Maximum wait, 50 years: longer than any process runs, and representable in the ticks of any clock.
const MAX_WAIT: Duration = Duration::from_secs(50 * 365 * 24 * 60 * 60);

/// Clock of an authenticator: the system's, or a fake one that a test advances.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    System(Instant),
    Fake(Arc<fake::FakeTime>),
}

impl Clock {
    /// Creates a clock from the system's clocks and tokio's timer.
    #[must_use]
    pub fn system() -> Self {
        Self(Kind::System(*START))
    }

    /// Creates a clock that does not advance by itself, and the handle that advances it. Its timers do not wait in real time.
    #[must_use]
    pub fn fake() -> (Self, FakeClock) {
        let time = Arc::new(fake::FakeTime::new());
        (Self(Kind::Fake(Arc::clone(&time))), FakeClock::new(time))
    }

    /// Returns the monotonic time since an arbitrary origin. On Linux it does not advance while the machine is
    /// suspended.
    #[must_use]
    pub fn now(&self) -> Duration {
        match &self.0 {
            Kind::System(start) => start.elapsed(),
            Kind::Fake(fake) => Duration::from_nanos(fake.nanos()),
        }
    }

    /// Returns the wall time, which may jump in either direction.
    #[must_use]
    pub fn wall(&self) -> SystemTime {
        match &self.0 {
            Kind::System(_) => SystemTime::now(),
            Kind::Fake(fake) => fake.wall(),
        }
    }

    /// Waits for this duration. `Duration::MAX` means no end.
    ///
    /// # Panics
    ///
    /// With the system clock, when first polled outside a tokio runtime whose timer is enabled.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.timer(duration, true)
    }

    /// Runs a future with a time limit. `Duration::MAX` means no limit.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] if the limit is reached first. The future is then dropped.
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

    /// Reads the coarse monotonic clock, in units comparable with [`ticks_after`](Self::ticks_after) only.
    ///
    /// The warm path reads this clock because it is several times cheaper than the exact one. It lags by up to
    /// [`COARSE_RESOLUTION`].
    #[inline]
    pub(crate) fn ticks(&self) -> u64 {
        match &self.0 {
            Kind::System(_) => coarsetime::Instant::now_without_cache_update().as_ticks(),
            Kind::Fake(fake) => fake.nanos(),
        }
    }

    /// Returns the value of [`ticks`](Self::ticks) after `wait`, minus the possible lag of the coarse clock.
    pub(crate) fn ticks_after(&self, start: &Instants, wait: Duration) -> u64 {
        let wait = match &self.0 {
            Kind::System(_) => {
                coarsetime::Duration::from(wait.saturating_sub(COARSE_RESOLUTION).min(MAX_WAIT)).as_ticks()
            }
            Kind::Fake(_) => u64::try_from(wait.min(MAX_WAIT).as_nanos()).unwrap_or(u64::MAX),
        };
        start.ticks.saturating_add(wait)
    }

    /// Reads all clocks.
    pub(crate) fn instants(&self) -> Instants {
        // The ticks are read first: a delay between the reads then makes a later check earlier, never later.
        let ticks = self.ticks();
        Instants { ticks, monotonic: self.now(), offset: Duration::ZERO, wall: self.wall() }
    }

    fn timer(&self, duration: Duration, advances_clock: bool) -> Sleep {
        match &self.0 {
            Kind::System(_) => Sleep(Timer::Pending(duration)),
            Kind::Fake(fake) => Sleep(Timer::Fake(fake::Sleep::new(Arc::clone(fake), duration, advances_clock))),
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

/// Error of [`Clock::timeout`]: the time limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time limit reached")]
pub struct Elapsed;

/// Future returned by [`Clock::sleep`].
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep(Timer);

#[derive(Debug)]
enum Timer {
    /// Not polled yet. tokio's timer is created by the first poll, which happens inside a runtime.
    Pending(Duration),
    System(Pin<Box<tokio::time::Sleep>>),
    Fake(fake::Sleep),
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Timer::Pending(duration) = self.0 {
            self.0 = Timer::System(Box::pin(tokio::time::sleep(duration)));
        }
        match &mut self.0 {
            Timer::Pending(_) => unreachable!("the branch above replaces it"),
            Timer::System(sleep) => sleep.as_mut().poll(cx),
            Timer::Fake(sleep) => sleep.poll(cx),
        }
    }
}

/// Readings of all clocks at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instants {
    ticks: u64,
    pub(crate) monotonic: Duration,
    /// Time by which the instant precedes `monotonic`, which cannot express times before its origin.
    offset: Duration,
    pub(crate) wall: SystemTime,
}

impl Instants {
    /// Returns the time since this instant, by the clock that advanced more.
    ///
    /// The monotonic clock misses the time of a suspended machine; the wall clock may have been set back.
    pub(crate) fn age(&self, now: &Instants) -> Duration {
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        now.monotonic.saturating_sub(self.monotonic).saturating_add(self.offset).max(wall)
    }

    /// Returns the instant that precedes this one by `ago`.
    #[cfg(feature = "store")]
    pub(crate) fn earlier_by(&self, ago: Duration) -> Instants {
        let wall = self.wall.checked_sub(ago).unwrap_or(self.wall);
        Instants { offset: self.offset.saturating_add(ago), wall, ..*self }
    }
}
