//! The state behind all clones of an authenticator: one token, at most one fetch, and what the last failure was.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tracing::instrument::WithSubscriber;

use crate::authenticator::Rejection;
use crate::authorization::Generation;
use crate::clock::Clock;
use crate::current::Current;
use crate::error::{Error, ErrorKind};
use crate::fetch::{Fetched, Fetcher, Wish};
use crate::retry::{REFUSAL_MEMORY, rest};
use crate::snapshot::{Held, Snapshot, State, refresh_from};
use crate::source::FetchReason;
use crate::telemetry;
use crate::version::TokenVersion;

/// After a rejection has cost a token, the next one is kept for so long whatever the server says.
const REJECTION_MEMORY: Duration = Duration::from_secs(30);

/// A fetch that has overstayed its deadline by this much sits on a runtime that nobody runs any more.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) type Outcome = Result<Arc<Snapshot>, Error>;
type Receiver = watch::Receiver<Option<Outcome>>;

pub(crate) struct Shared {
    pub(crate) snapshot: Current,
    pub(crate) clock: Clock,
    /// Nothing for headers that never change.
    fetcher: Option<Arc<Fetcher>>,
    /// From 0 to 1, the same for the whole life: when in its window this one refreshes.
    jitter: f64,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    flight: Option<Flight>,
    flights: u64,
    /// The last token's number, also while there is none.
    generation: u64,
    failure: Option<Failure>,
    failures: u32,
    /// Until then no rejection costs a token.
    keep_until: Option<Duration>,
    rejected: bool,
    refresh_token: Option<SecretString>,
    /// Which token of the store the last one was.
    version: Option<TokenVersion>,
}

struct Flight {
    id: u64,
    outcome: Receiver,
    task: AbortHandle,
}

struct Failure {
    error: Error,
    until: Duration,
}

/// A fetch in progress, from a waiting caller's side.
pub(crate) struct Waiting {
    id: u64,
    outcome: Receiver,
}

impl Shared {
    pub(crate) fn new(snapshot: Snapshot, fetcher: Option<Fetcher>, clock: Clock, jitter: f64) -> Self {
        let ledger = Ledger { generation: u64::from(snapshot.held().is_some()), ..Ledger::default() };
        Self {
            snapshot: Current::new(snapshot),
            clock,
            fetcher: fetcher.map(Arc::new),
            jitter,
            ledger: Mutex::new(ledger),
        }
    }

    pub(crate) fn label(&self) -> &str {
        self.fetcher.as_ref().map_or("static", |fetcher| fetcher.source.label())
    }

    /// The token, if it is still valid; starts a refresh if that is due. Does not wait.
    pub(crate) fn look(self: &Arc<Self>) -> Option<Arc<Snapshot>> {
        let snapshot = self.snapshot.load_full();
        let now = self.clock.moment();
        let state = snapshot.state(&now);
        if state == State::Expired {
            return None;
        }
        snapshot.look_again_later(&self.clock, &now);
        telemetry::remaining(self.label(), snapshot.held().and_then(|held| held.remaining(&now)));
        if state == State::Due {
            // Nobody waits for it, and nobody is told: there still is a token.
            let _ = self.join();
        }
        Some(snapshot)
    }

    /// Joins the fetch in progress, or starts one.
    pub(crate) fn join(self: &Arc<Self>) -> Result<Joined, Error> {
        let mut ledger = self.lock();
        let now = self.clock.moment();
        let snapshot = self.snapshot.load_full();
        let reason = match (snapshot.state(&now), snapshot.held()) {
            // Somebody was quicker.
            (State::Fresh, _) => return Ok(Joined::Ready(snapshot)),
            (State::Due, _) => FetchReason::Refresh,
            (State::Expired, _) if ledger.rejected => FetchReason::Rejected,
            (State::Expired, Some(_)) => FetchReason::Expired,
            (State::Expired, None) => FetchReason::First,
        };
        // Whoever waits needs a runtime too, for the time limit.
        let runtime = Handle::try_current().map_err(|error| {
            Error::configuration("there is no tokio runtime; call this from within one").with_source(error)
        })?;
        if let Some(flight) = &ledger.flight {
            // Its task is gone without a word: so is the runtime that ran it.
            if flight.outcome.has_changed().is_ok() || flight.outcome.borrow().is_some() {
                return Ok(Joined::Waiting(Waiting { id: flight.id, outcome: flight.outcome.clone() }));
            }
            telemetry::abandoned(self.label());
            ledger.flight = None;
        }
        if let Some(Failure { error, until }) = &ledger.failure
            && let Some(left) = until.checked_sub(now.monotonic).filter(|left| !left.is_zero())
        {
            return Err(error.clone().with_retry_after(left));
        }
        self.start(&mut ledger, reason, &runtime).map(Joined::Waiting)
    }

    fn start(self: &Arc<Self>, ledger: &mut Ledger, reason: FetchReason, runtime: &Handle) -> Result<Waiting, Error> {
        let Some(fetcher) = &self.fetcher else {
            return Err(Error::configuration("these credentials cannot be renewed; give new ones"));
        };
        ledger.flights += 1;
        let id = ledger.flights;
        let (sender, outcome) = watch::channel(None);
        let fetcher = Arc::clone(fetcher);
        let wish =
            Wish { reason, refresh_token: ledger.refresh_token.clone(), version: ledger.version, jitter: self.jitter };
        // Only borrowed when there is something to hand in: a fetch does not keep its authenticator alive.
        let shared = Arc::downgrade(self);
        let fetch = async move {
            let start = fetcher.clock.now();
            let result = fetcher.obtain(wish).await;
            let took = fetcher.clock.now().saturating_sub(start);
            if let Some(shared) = shared.upgrade() {
                let outcome = shared.settle(id, reason, took, result);
                sender.send_replace(Some(outcome));
            }
        };
        let task = runtime.spawn(fetch.with_current_subscriber()).abort_handle();
        ledger.flight = Some(Flight { id, outcome: outcome.clone(), task });
        Ok(Waiting { id, outcome })
    }

    /// Takes in what a fetch brought.
    fn settle(&self, id: u64, reason: FetchReason, took: Duration, fetched: Result<Fetched, Error>) -> Outcome {
        let mut ledger = self.lock();
        if ledger.flight.as_ref().is_some_and(|flight| flight.id == id) {
            ledger.flight = None;
        }
        let now = self.clock.moment();
        match fetched {
            Ok(Fetched { token, headers, asked, margin, version, rejected_ago, shared }) => {
                ledger.generation += 1;
                ledger.failure = None;
                ledger.failures = 0;
                ledger.rejected = false;
                ledger.version = version;
                // What was rejected in another process was rejected.
                let keep = rejected_ago.map(|ago| now.monotonic + REJECTION_MEMORY.saturating_sub(ago));
                ledger.keep_until = ledger.keep_until.max(keep);
                if token.refresh_token.is_some() {
                    ledger.refresh_token = token.refresh_token;
                }
                let held = Held {
                    headers,
                    generation: Generation(ledger.generation),
                    issued: asked,
                    lifetime: token.lifetime,
                    margin,
                    refresh_from: refresh_from(token.lifetime, self.jitter),
                    token_type: token.kind,
                    scopes: token.scopes,
                };
                let remaining = held.remaining(&now);
                let snapshot = Arc::new(Snapshot::of(held, &self.clock));
                self.snapshot.store(Arc::clone(&snapshot));
                telemetry::fetched(self.label(), reason, shared, took, Generation(ledger.generation), remaining);
                Ok(snapshot)
            }
            Err(error) => {
                ledger.failures = ledger.failures.saturating_add(1);
                let rest = self.rest(&error, ledger.failures);
                let error = error.with_retry_after(rest);
                telemetry::failed(self.label(), reason, took, &error, rest);
                ledger.failure = Some(Failure { error: error.clone(), until: now.monotonic + rest });
                Err(error)
            }
        }
    }

    /// How long nobody asks again after this failure.
    fn rest(&self, error: &Error, failures: u32) -> Duration {
        match (error.kind(), error.retry_after()) {
            (ErrorKind::Refused, wait) => REFUSAL_MEMORY.max(wait.unwrap_or_default()),
            (_, Some(wait)) => wait.max(rest(1)),
            (_, None) => {
                let rest = rest(failures);
                // While there is a token nobody is in need; once there is none, the first caller may ask at once.
                let snapshot = self.snapshot.load();
                let remaining = snapshot.held().and_then(|held| held.remaining(&self.clock.moment()));
                match remaining {
                    Some(remaining) if !remaining.is_zero() => rest.min(remaining.max(Duration::from_secs(1))),
                    _ => rest,
                }
            }
        }
    }

    pub(crate) fn reject(&self, generation: Generation) -> Rejection {
        let mut ledger = self.lock();
        let (rejection, outcome) = self.judge(&mut ledger, generation);
        drop(ledger);
        telemetry::rejected(self.label(), generation, outcome);
        rejection
    }

    fn judge(&self, ledger: &mut Ledger, generation: Generation) -> (Rejection, &'static str) {
        if self.fetcher.is_none() {
            return (Rejection::Final, "final");
        }
        if generation.0 < ledger.generation {
            return (Rejection::Replay, "already replaced");
        }
        let now = self.clock.now();
        let held = self.snapshot.load().held().is_some();
        if !held {
            return (Rejection::Replay, "already dropped");
        }
        if ledger.keep_until.is_some_and(|until| now < until) {
            return (Rejection::Final, "final");
        }
        ledger.keep_until = Some(now + REJECTION_MEMORY);
        ledger.rejected = true;
        self.snapshot.store(Arc::new(Snapshot::empty()));
        (Rejection::Replay, "dropped")
    }

    /// Waits for the outcome of a fetch; nothing if the fetch came to no end.
    pub(crate) async fn wait(&self, waiting: Waiting) -> Option<Outcome> {
        let Waiting { id, mut outcome } = waiting;
        let limit = self.fetcher.as_ref().map_or(GRACE, |fetcher| fetcher.retry.deadline + GRACE);
        let ended = self.clock.timeout(limit, async {
            // The guard is a lock: it must not live on.
            outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
        });
        if let Ok(outcome) = ended.await {
            return outcome;
        }
        let mut ledger = self.lock();
        if let Some(flight) = ledger.flight.take_if(|flight| flight.id == id) {
            flight.task.abort();
            telemetry::abandoned(self.label());
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        // Nothing panics in between that could leave it half-changed.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What [`Shared::join`] found.
pub(crate) enum Joined {
    /// A token that needs no fetch any more.
    Ready(Arc<Snapshot>),
    /// A fetch to wait for.
    Waiting(Waiting),
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(flight) = self.lock().flight.take() {
            flight.task.abort();
        }
    }
}
