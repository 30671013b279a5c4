//! Mutable state of a token cache: the fetch in flight, the last failure, and rejections.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::AbortHandle;
use secrecy::SecretString;
use tokio::sync::watch;

use crate::cache::fetcher::{AttemptLimit, Fetched, Retries};
use crate::cache::snapshot::{ActiveToken, Replaced, Snapshot, refresh_from};
use crate::clock::Instants;
use crate::error::Error;
use crate::token::authorization::Generation;
use crate::token::version::TokenVersion;

/// Period after the rejection of an unproven token in which no further unproven token is dropped.
///
/// A server that rejects a token just issued rejects the next one too; vendors lock accounts that log in repeatedly.
const REJECTION_PERIOD: Duration = Duration::from_secs(30);

/// Minimum age at which a token that replaced a rejected one is replaced itself: rejections cause at most one fetch in
/// this period.
const MIN_REPLACEMENT_AGE: Duration = Duration::from_secs(2);

/// Outcome of a fetch, shared by all callers that waited for it.
pub(super) type FetchOutcome = Result<Arc<Snapshot>, Error>;

/// Decision about a request that received a 401 response, from [`Authenticator::reject`](crate::Authenticator::reject).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Rejection {
    /// Send the request once more, with a new [`authorization`](crate::Authenticator::authorization).
    Replay,
    /// Return the 401 to the caller: another token would be rejected too.
    Final,
}

/// State behind the lock of a token cache.
#[derive(Default)]
pub(super) struct CacheState {
    pub(super) in_flight: Option<InFlight>,
    fetches: u64,
    /// Generation of the last token, also after it was dropped.
    generation: u64,
    pub(super) failure: Option<FetchFailure>,
    consecutive_failures: u32,
    /// Monotonic time before which a rejection does not drop an unproven token.
    retain_until: Option<Duration>,
    /// Rejection that dropped the last token.
    pub(super) rejected: Option<RejectedToken>,
    /// The rejection dropped a token younger than [`MIN_REPLACEMENT_AGE`].
    rejected_early: bool,
    /// Monotonic time before which no fetch sends a request.
    pub(super) next_fetch: Duration,
    pub(super) refresh_token: Option<SecretString>,
    /// Store version of the last token.
    pub(super) version: Option<TokenVersion>,
}

/// Kind of token that a rejection dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RejectedToken {
    /// A request with the token had succeeded before.
    Proven,
    Unproven,
}

/// A running fetch.
pub(super) struct InFlight {
    pub(super) id: u64,
    pub(super) outcome: watch::Receiver<Option<FetchOutcome>>,
    pub(super) task: AbortHandle,
    pub(super) limit: AttemptLimit,
}

impl InFlight {
    /// Returns true if the task ended without an outcome, because its runtime was shut down.
    pub(super) fn is_abandoned(&self) -> bool {
        self.outcome.has_changed().is_err() && self.outcome.borrow().is_none()
    }
}

/// A failed fetch and the monotonic time until which it is not repeated.
pub(super) struct FetchFailure {
    pub(super) error: Error,
    pub(super) until: Duration,
    /// The fetch was not retried, only because none of its callers permitted it. Callers that do start another one.
    pub(super) unretried: bool,
}

/// Effect of a rejection on the token.
pub(super) enum RejectionOutcome {
    /// The token was in use and must be dropped.
    Dropped,
    AlreadyDropped,
    AlreadyReplaced,
    Final,
}

impl RejectionOutcome {
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::AlreadyDropped => "already dropped",
            Self::AlreadyReplaced => "already replaced",
            Self::Final => "final",
        }
    }

    pub(super) fn decision(&self) -> Rejection {
        match self {
            Self::Final => Rejection::Final,
            Self::Dropped | Self::AlreadyDropped | Self::AlreadyReplaced => Rejection::Replay,
        }
    }
}

impl CacheState {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        Self { generation: u64::from(snapshot.token().is_some()), ..Self::default() }
    }

    pub(super) fn next_fetch_id(&mut self) -> u64 {
        self.fetches += 1;
        self.fetches
    }

    /// Removes the fetch in flight if it has this id.
    pub(super) fn remove_fetch(&mut self, id: u64) -> Option<InFlight> {
        self.in_flight.take_if(|fetch| fetch.id == id)
    }

    /// Records a fetched token and returns it as the active one.
    pub(super) fn on_fetched(&mut self, fetched: Fetched, now: Duration, jitter: f64) -> ActiveToken {
        let Fetched { token, headers, requested, margin, version, rejected_ago, .. } = fetched;
        self.generation += 1;
        self.failure = None;
        self.consecutive_failures = 0;
        let replaced = match self.rejected.take() {
            None => Replaced::Ended,
            Some(_) if self.rejected_early => Replaced::RejectedEarly,
            Some(_) => Replaced::Rejected,
        };
        self.version = version;
        // A rejection in another process counts as one in this process.
        let retain = rejected_ago.map(|ago| now.saturating_add(REJECTION_PERIOD.saturating_sub(ago)));
        self.retain_until = self.retain_until.max(retain);
        if token.refresh_token.is_some() {
            self.refresh_token = token.refresh_token;
        }
        ActiveToken {
            headers,
            generation: Generation(self.generation),
            issued: requested,
            lifetime: token.lifetime,
            margin,
            refresh_from: refresh_from(token.lifetime, jitter),
            replaced,
            token_type: token.token_type,
            scopes: token.scopes,
        }
    }

    /// Returns the last failure while it prevents a fetch for this caller.
    pub(super) fn active_failure(&self, retries: Retries, now: Duration) -> Option<Error> {
        let FetchFailure { error, until, unretried } = self.failure.as_ref()?;
        let left = until.checked_sub(now).filter(|left| !left.is_zero())?;
        let binding = !unretried || retries == Retries::Forbidden;
        binding.then(|| error.clone().with_retry_after(left))
    }

    /// Counts a failed fetch and returns the number of consecutive failures.
    pub(super) fn count_failure(&mut self) -> u32 {
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        self.consecutive_failures
    }

    /// Decides about a rejection of the token of this generation.
    ///
    /// `token` is the token in use, and `proven` is true if a request with it has succeeded.
    pub(super) fn on_rejected(
        &mut self,
        generation: Generation,
        token: Option<&ActiveToken>,
        proven: bool,
        now: &Instants,
    ) -> RejectionOutcome {
        if generation.0 < self.generation {
            return RejectionOutcome::AlreadyReplaced;
        }
        let Some(token) = token else { return RejectionOutcome::AlreadyDropped };
        let age = token.issued.age(now);
        let early = token.replaced != Replaced::Ended && age < MIN_REPLACEMENT_AGE;
        // A token that worked may have been revoked, and callers wait for another one. They do so once only: if that one is
        // rejected as early, the server may need time to accept its own tokens everywhere.
        let mut retained = early && (!proven || token.replaced == Replaced::RejectedEarly);
        if !proven {
            if self.retain_until.is_some_and(|until| now.monotonic < until) {
                retained = true;
            } else {
                self.retain_until = Some(now.monotonic.saturating_add(REJECTION_PERIOD));
            }
        }
        if retained {
            return RejectionOutcome::Final;
        }
        self.rejected = Some(if proven { RejectedToken::Proven } else { RejectedToken::Unproven });
        self.rejected_early = early;
        if early {
            self.next_fetch = now.monotonic.saturating_add(MIN_REPLACEMENT_AGE.saturating_sub(age));
        }
        RejectionOutcome::Dropped
    }
}
