//! The cache shared by all clones of an authenticator: one token and at most one fetch.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{AbortHandle, AbortRegistration, Abortable};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::instrument::WithSubscriber;

use crate::cache::cell::TokenCell;
use crate::cache::fetcher::{AttemptLimit, FetchRequest, Fetched, Fetcher, Retries};
use crate::cache::snapshot::{Freshness, Snapshot};
use crate::cache::state::{
    CacheState, FetchFailure, FetchOutcome, InFlight, RejectedToken, Rejection, RejectionOutcome,
};
use crate::clock::Clock;
use crate::credentials::custom::FetchReason;
use crate::error::{Error, ErrorKind};
use crate::retry::{backoff, bounded_retry_after};
use crate::telemetry;
use crate::token::authorization::Generation;

/// Time beyond its deadline after which a fetch counts as stuck: its runtime is no longer being driven.
const FETCH_GRACE: Duration = Duration::from_secs(5);

/// The cache behind all clones of an [`Authenticator`](crate::Authenticator).
pub(crate) struct TokenCache {
    pub(crate) cell: TokenCell,
    pub(crate) clock: Clock,
    /// `None` for constant headers.
    fetcher: Option<Arc<Fetcher>>,
    /// Constant from 0 to 1 that delays this instance's refreshes within the refresh window.
    jitter: f64,
    /// Highest generation with whose token a request has succeeded.
    proven: AtomicU64,
    state: Mutex<CacheState>,
}

/// Result of [`TokenCache::get_or_fetch`].
pub(crate) enum Lookup {
    /// A token that needs no fetch.
    Ready(Arc<Snapshot>),
    /// The fetch to wait for.
    Fetching(Subscription),
}

/// A caller's subscription to the outcome of the fetch in flight.
pub(crate) struct Subscription {
    id: u64,
    outcome: watch::Receiver<Option<FetchOutcome>>,
}

/// A fetch that is registered as the one in flight, and whose task is not spawned yet.
struct NewFetch {
    id: u64,
    reason: FetchReason,
    fetcher: Arc<Fetcher>,
    request: FetchRequest,
    /// Time to wait before the fetch; less than [`FETCH_GRACE`].
    delay: Duration,
    sender: watch::Sender<Option<FetchOutcome>>,
    task: AbortRegistration,
}

impl TokenCache {
    pub(crate) fn new(snapshot: Snapshot, fetcher: Option<Fetcher>, clock: Clock, jitter: f64) -> Self {
        let state = Mutex::new(CacheState::new(&snapshot));
        let (cell, proven) = (TokenCell::new(snapshot), AtomicU64::new(0));
        Self { cell, clock, fetcher: fetcher.map(Arc::new), jitter, proven, state }
    }

    /// Returns the name of the token source in logs and metrics.
    pub(crate) fn label(&self) -> &str {
        self.fetcher.as_ref().map_or("static", |fetcher| fetcher.source.label())
    }

    /// Returns the token if it is still valid, and starts a refresh if one is due. Does not wait.
    pub(crate) fn current_valid(self: &Arc<Self>, retries: Retries) -> Option<Arc<Snapshot>> {
        let snapshot = self.cell.load_full();
        let now = self.clock.instants();
        let freshness = snapshot.freshness(&now);
        if freshness == Freshness::Expired {
            return None;
        }
        snapshot.schedule_recheck(&self.clock, &now);
        telemetry::remaining(self.label(), snapshot.token().and_then(|token| token.remaining(&now)));
        if freshness == Freshness::Due {
            // The refresh runs in the background and its error is logged: the current token is still valid.
            let _ = self.get_or_fetch(retries);
        }
        Some(snapshot)
    }

    /// Returns a fresh token, or a subscription to the fetch in flight, which is started if there is none.
    pub(crate) fn get_or_fetch(self: &Arc<Self>, retries: Retries) -> Result<Lookup, Error> {
        let mut state = self.lock();
        let now = self.clock.instants();
        let snapshot = self.cell.load_full();
        let reason = match (snapshot.freshness(&now), snapshot.token()) {
            // Another caller's fetch completed since this caller read the cell.
            (Freshness::Fresh, _) => return Ok(Lookup::Ready(snapshot)),
            (Freshness::Due, _) => FetchReason::Refresh,
            (Freshness::Expired, _) if state.rejected.is_some() => FetchReason::Rejected,
            (Freshness::Expired, Some(_)) => FetchReason::Expired,
            (Freshness::Expired, None) => FetchReason::First,
        };
        // Waiting for a fetch needs a runtime too, for its timer.
        let runtime = Handle::try_current().map_err(|error| {
            Error::configuration("a token fetch needs a tokio runtime; call this from within one").with_source(error)
        })?;
        if let Some(fetch) = &state.in_flight
            && !fetch.is_abandoned()
        {
            fetch.limit.join(retries);
            return Ok(Lookup::Fetching(Subscription { id: fetch.id, outcome: fetch.outcome.clone() }));
        }
        let abandoned = state.in_flight.take();
        let result = match state.active_failure(retries, now.monotonic) {
            Some(error) => Err(error),
            None => self.register_fetch(&mut state, reason, retries, now.monotonic),
        };
        drop(state);
        // The rest runs without the lock: a tracing subscriber may call the authenticator, and the runtime may emit
        // events or drop the task.
        if abandoned.is_some() {
            telemetry::abandoned(self.label());
        }
        let (subscription, fetch) = result?;
        self.spawn(fetch, &runtime);
        Ok(Lookup::Fetching(subscription))
    }

    fn register_fetch(
        &self,
        state: &mut CacheState,
        reason: FetchReason,
        retries: Retries,
        now: Duration,
    ) -> Result<(Subscription, NewFetch), Error> {
        let Some(fetcher) = &self.fetcher else {
            return Err(Error::configuration("these credentials cannot be refreshed; create new ones"));
        };
        let id = state.next_fetch_id();
        let (sender, outcome) = watch::channel(None);
        let (abort, task) = AbortHandle::new_pair();
        let limit = AttemptLimit::new(retries);
        let request = FetchRequest {
            reason,
            refresh_token: state.refresh_token.clone(),
            version: state.version,
            jitter: self.jitter,
            rejected_unproven: state.rejected == Some(RejectedToken::Unproven),
            limit: limit.clone(),
        };
        state.in_flight = Some(InFlight { id, outcome: outcome.clone(), task: abort, limit });
        let delay = state.next_fetch.saturating_sub(now);
        let fetch = NewFetch { id, reason, fetcher: Arc::clone(fetcher), request, delay, sender, task };
        Ok((Subscription { id, outcome }, fetch))
    }

    fn spawn(self: &Arc<Self>, fetch: NewFetch, runtime: &Handle) {
        let NewFetch { id, reason, fetcher, request, delay, sender, task } = fetch;
        // A weak reference, so that the task does not keep the authenticator alive.
        let cache = Arc::downgrade(self);
        let fetch = async move {
            if !delay.is_zero() {
                fetcher.clock.sleep(delay).await;
            }
            let start = fetcher.clock.now();
            let limit = request.limit.clone();
            let result = fetcher.fetch(request).await;
            let elapsed = fetcher.clock.now().saturating_sub(start);
            if let Some(cache) = cache.upgrade() {
                let outcome = cache.complete(id, reason, elapsed, &limit, result);
                sender.send_replace(Some(outcome));
            }
        };
        runtime.spawn(Abortable::new(fetch, task).with_current_subscriber());
    }

    /// Records the result of a fetch.
    fn complete(
        &self,
        id: u64,
        reason: FetchReason,
        elapsed: Duration,
        limit: &AttemptLimit,
        result: Result<Fetched, Error>,
    ) -> FetchOutcome {
        let mut state = self.lock();
        state.remove_fetch(id);
        let now = self.clock.instants();
        match result {
            Ok(fetched) => {
                let shared = fetched.shared;
                let token = state.on_fetched(fetched, now.monotonic, self.jitter);
                let (generation, remaining) = (token.generation, token.remaining(&now));
                let snapshot = Arc::new(Snapshot::of(token, &self.clock));
                self.cell.store(Arc::clone(&snapshot));
                drop(state);
                telemetry::fetched(self.label(), reason, shared, elapsed, generation, remaining);
                Ok(snapshot)
            }
            Err(error) => {
                let transient = error.kind() == ErrorKind::Unavailable && error.retry_after().is_none();
                let wait = self.backoff(&error, state.count_failure());
                let error = error.with_retry_after(wait);
                let (until, unretried) = (now.monotonic.saturating_add(wait), transient && !limit.permits_retries());
                state.failure = Some(FetchFailure { error: error.clone(), until, unretried });
                drop(state);
                telemetry::failed(self.label(), reason, elapsed, &error, wait);
                Err(error)
            }
        }
    }

    /// Returns the period in which no further fetch is started after this failure.
    fn backoff(&self, error: &Error, failures: u32) -> Duration {
        if let Some(wait) = error.retry_after() {
            return bounded_retry_after(wait).max(backoff(1));
        }
        let wait = backoff(failures);
        // The period ends with the current token, so that the first caller without one can fetch at once.
        let snapshot = self.cell.load();
        match snapshot.token().and_then(|token| token.remaining(&self.clock.instants())) {
            Some(remaining) if !remaining.is_zero() => wait.min(remaining.max(Duration::from_secs(1))),
            _ => wait,
        }
    }

    /// Records that a request with the token of this generation succeeded.
    #[inline]
    pub(crate) fn on_accepted(&self, generation: Generation) {
        // Read first: a write for each request would contend for the cache line.
        if self.proven.load(Ordering::Relaxed) < generation.0 {
            self.proven.fetch_max(generation.0, Ordering::Relaxed);
        }
    }

    /// Handles a 401 response to a request with the token of this generation.
    pub(crate) fn on_rejected(&self, generation: Generation) -> Rejection {
        let outcome = if self.fetcher.is_none() { RejectionOutcome::Final } else { self.drop_rejected(generation) };
        telemetry::rejected(self.label(), generation, outcome.as_str());
        outcome.decision()
    }

    fn drop_rejected(&self, generation: Generation) -> RejectionOutcome {
        let mut state = self.lock();
        let proven = self.proven.load(Ordering::Relaxed) >= generation.0;
        let outcome = state.on_rejected(generation, self.cell.load().token(), proven, &self.clock.instants());
        if let RejectionOutcome::Dropped = outcome {
            self.cell.store(Arc::new(Snapshot::empty()));
        }
        outcome
    }

    /// Waits for the outcome of a fetch; `None` if the fetch ended without one or is stuck.
    pub(crate) async fn wait(&self, subscription: Subscription) -> Option<FetchOutcome> {
        let Subscription { id, mut outcome } = subscription;
        let limit =
            self.fetcher.as_ref().map_or(FETCH_GRACE, |fetcher| fetcher.retry.deadline.saturating_add(FETCH_GRACE));
        let completed = self.clock.timeout(limit, async {
            // Cloned at once: the guard is a read lock on the channel.
            outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
        });
        if let Ok(outcome) = completed.await {
            return outcome;
        }
        let stuck = self.lock().remove_fetch(id);
        if let Some(fetch) = stuck {
            fetch.task.abort();
            telemetry::abandoned(self.label());
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, CacheState> {
        // No code that runs under the lock panics halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TokenCache {
    fn drop(&mut self) {
        let running = self.lock().in_flight.take();
        if let Some(fetch) = running {
            fetch.task.abort();
        }
    }
}
