//! The cache shared by all clones of an authenticator: one token and at most one fetch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::instrument::WithSubscriber;

use crate::cache::cell::TokenCell;
use crate::cache::fetcher::{FetchRequest, Fetched, Fetcher};
use crate::cache::snapshot::{Freshness, Snapshot};
use crate::cache::state::{CacheState, FetchFailure, FetchOutcome, InFlight, Rejection, RejectionOutcome};
use crate::clock::Clock;
use crate::credentials::custom::FetchReason;
use crate::error::{Error, ErrorKind};
use crate::retry::{REFUSAL_PERIOD, backoff};
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

impl TokenCache {
    pub(crate) fn new(snapshot: Snapshot, fetcher: Option<Fetcher>, clock: Clock, jitter: f64) -> Self {
        let state = Mutex::new(CacheState::new(&snapshot));
        Self { cell: TokenCell::new(snapshot), clock, fetcher: fetcher.map(Arc::new), jitter, state }
    }

    /// Returns the name of the token source in logs and metrics.
    pub(crate) fn label(&self) -> &str {
        self.fetcher.as_ref().map_or("static", |fetcher| fetcher.source.label())
    }

    /// Returns the token if it is still valid, and starts a refresh if one is due. Does not wait.
    pub(crate) fn current_valid(self: &Arc<Self>) -> Option<Arc<Snapshot>> {
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
            let _ = self.get_or_fetch();
        }
        Some(snapshot)
    }

    /// Returns a fresh token, or a subscription to the fetch in flight, which is started if there is none.
    pub(crate) fn get_or_fetch(self: &Arc<Self>) -> Result<Lookup, Error> {
        let mut state = self.lock();
        let now = self.clock.instants();
        let snapshot = self.cell.load_full();
        let reason = match (snapshot.freshness(&now), snapshot.token()) {
            // Another caller's fetch completed since this caller read the cell.
            (Freshness::Fresh, _) => return Ok(Lookup::Ready(snapshot)),
            (Freshness::Due, _) => FetchReason::Refresh,
            (Freshness::Expired, _) if state.rejected => FetchReason::Rejected,
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
            return Ok(Lookup::Fetching(Subscription { id: fetch.id, outcome: fetch.outcome.clone() }));
        }
        let abandoned = state.in_flight.take().is_some();
        let failure = state.failure.as_ref().and_then(|FetchFailure { error, until }| {
            let left = until.checked_sub(now.monotonic).filter(|left| !left.is_zero())?;
            Some(error.clone().with_retry_after(left))
        });
        let result = match failure {
            Some(error) => Err(error),
            None => self.start_fetch(&mut state, reason, &runtime).map(Lookup::Fetching),
        };
        drop(state);
        if abandoned {
            // Emitted without the lock, because a subscriber may call the authenticator.
            telemetry::abandoned(self.label());
        }
        result
    }

    fn start_fetch(
        self: &Arc<Self>,
        state: &mut CacheState,
        reason: FetchReason,
        runtime: &Handle,
    ) -> Result<Subscription, Error> {
        let Some(fetcher) = &self.fetcher else {
            return Err(Error::configuration("these credentials cannot be refreshed; create new ones"));
        };
        let id = state.next_fetch_id();
        let (sender, outcome) = watch::channel(None);
        let fetcher = Arc::clone(fetcher);
        let request = FetchRequest {
            reason,
            refresh_token: state.refresh_token.clone(),
            version: state.version,
            jitter: self.jitter,
        };
        // A weak reference, so that the task does not keep the authenticator alive.
        let cache = Arc::downgrade(self);
        let fetch = async move {
            let start = fetcher.clock.now();
            let result = fetcher.fetch(request).await;
            let elapsed = fetcher.clock.now().saturating_sub(start);
            if let Some(cache) = cache.upgrade() {
                let outcome = cache.complete(id, reason, elapsed, result);
                sender.send_replace(Some(outcome));
            }
        };
        let task = runtime.spawn(fetch.with_current_subscriber()).abort_handle();
        state.in_flight = Some(InFlight { id, outcome: outcome.clone(), task });
        Ok(Subscription { id, outcome })
    }

    /// Records the result of a fetch.
    fn complete(
        &self,
        id: u64,
        reason: FetchReason,
        elapsed: Duration,
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
                let wait = self.backoff(&error, state.count_failure());
                let error = error.with_retry_after(wait);
                state.failure = Some(FetchFailure { error: error.clone(), until: now.monotonic + wait });
                drop(state);
                telemetry::failed(self.label(), reason, elapsed, &error, wait);
                Err(error)
            }
        }
    }

    /// Returns the period in which no further fetch is started after this failure.
    fn backoff(&self, error: &Error, failures: u32) -> Duration {
        match (error.kind(), error.retry_after()) {
            (ErrorKind::Refused, wait) => REFUSAL_PERIOD.max(wait.unwrap_or_default()),
            (_, Some(wait)) => wait.max(backoff(1)),
            (_, None) => {
                let wait = backoff(failures);
                // The period ends with the current token, so that the first caller without one can fetch at once.
                let snapshot = self.cell.load();
                let remaining = snapshot.token().and_then(|token| token.remaining(&self.clock.instants()));
                match remaining {
                    Some(remaining) if !remaining.is_zero() => wait.min(remaining.max(Duration::from_secs(1))),
                    _ => wait,
                }
            }
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
        let has_token = self.cell.load().token().is_some();
        let outcome = state.on_rejected(generation, has_token, self.clock.now());
        if let RejectionOutcome::Dropped = outcome {
            self.cell.store(Arc::new(Snapshot::empty()));
        }
        outcome
    }

    /// Waits for the outcome of a fetch; `None` if the fetch ended without one or is stuck.
    pub(crate) async fn wait(&self, subscription: Subscription) -> Option<FetchOutcome> {
        let Subscription { id, mut outcome } = subscription;
        let limit = self.fetcher.as_ref().map_or(FETCH_GRACE, |fetcher| fetcher.retry.deadline + FETCH_GRACE);
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
        if let Some(fetch) = self.lock().in_flight.take() {
            fetch.task.abort();
        }
    }
}
