//! One fetch: attempts of a token source until one succeeds, fails for good, or the deadline passes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::clock::{Clock, Instants};
use crate::credentials::custom::{FetchReason, TokenRequest, TokenSource};
use crate::error::{Error, ErrorKind};
use crate::retry::{REFUSAL_PERIOD, Retry, bounded_retry_after, retry_delay};
use crate::telemetry;
use crate::token::Token;
use crate::token::headers::Headers;
use crate::token::lifetime::{self, Lifetime};
use crate::token::version::TokenVersion;
use crate::transport::http::TokenHttp;

/// Parameters of one fetch.
#[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only a coordinator reads every field"))]
pub(crate) struct FetchRequest {
    pub(crate) reason: FetchReason,
    pub(crate) refresh_token: Option<SecretString>,
    /// Store version of the last token, also after it was dropped.
    pub(crate) version: Option<TokenVersion>,
    /// Jitter of this instance; see [`refresh_from`](crate::cache::snapshot::refresh_from).
    pub(crate) jitter: f64,
    /// The last token was rejected before any request with it had succeeded.
    pub(crate) rejected_unproven: bool,
    pub(crate) limit: AttemptLimit,
}

/// Limit on the token requests of one fetch, which all callers that wait for it share.
///
/// A fetch is retried if at least one of them permits retries.
#[derive(Clone)]
pub(crate) struct AttemptLimit(Arc<AtomicBool>);

impl AttemptLimit {
    pub(crate) fn new(retries: Retries) -> Self {
        Self(Arc::new(AtomicBool::new(retries == Retries::Permitted)))
    }

    /// Adds the limit of a further caller.
    pub(crate) fn join(&self, retries: Retries) {
        if retries == Retries::Permitted {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn permits_retries(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Permission of a caller to retry failed token requests on its behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retries {
    /// As the authenticator's policy permits.
    Permitted,
    Forbidden,
}

/// Coordinates fetches with other processes that share a store.
pub(crate) trait Coordinator: Send + Sync {
    /// Returns another process's token, or fetches one and publishes it.
    fn fetch<'a>(&'a self, fetcher: &'a Fetcher, request: FetchRequest) -> BoxFuture<'a, Result<Fetched, Error>>;
}

/// Dependencies of a fetch. The task of a fetch owns them until it ends or is aborted.
pub(crate) struct Fetcher {
    pub(crate) source: Arc<dyn TokenSource>,
    pub(crate) http: TokenHttp,
    pub(crate) clock: Clock,
    pub(crate) retry: Retry,
    /// `None` if tokens are not shared.
    pub(crate) coordinator: Option<Box<dyn Coordinator>>,
}

/// A fetched token with its headers.
pub(crate) struct Fetched {
    pub(crate) token: Token,
    pub(crate) headers: Headers,
    /// Start of the token request.
    pub(crate) requested: Instants,
    /// Period before expiry in which the token is not used.
    pub(crate) margin: Duration,
    /// Version of the token in the store, if there is a store.
    pub(crate) version: Option<TokenVersion>,
    /// Time since any process's token of these credentials was last rejected.
    pub(crate) rejected_ago: Option<Duration>,
    /// True if another process requested the token.
    pub(crate) shared: bool,
}

impl Fetcher {
    /// Obtains a token from the store if another process has stored a usable one, else from the source.
    pub(crate) async fn fetch(&self, request: FetchRequest) -> Result<Fetched, Error> {
        match &self.coordinator {
            Some(coordinator) => coordinator.fetch(self, request).await,
            None => self.fetch_from_source(&request, request.refresh_token.as_ref(), self.clock.now()).await,
        }
    }

    /// Requests a token from the source, with retries until the deadline, which counts from `start`.
    pub(crate) async fn fetch_from_source(
        &self,
        request: &FetchRequest,
        refresh_token: Option<&SecretString>,
        start: Duration,
    ) -> Result<Fetched, Error> {
        let deadline = self.retry.deadline;
        let mut attempt = 1;
        loop {
            let left = deadline.saturating_sub(self.clock.now().saturating_sub(start));
            let requested = self.clock.instants();
            let result = self.clock.timeout(left, self.attempt(request.reason, refresh_token)).await;
            let result = result.unwrap_or_else(|_| {
                let seconds = deadline.as_secs_f64();
                Err(Error::unavailable(format!("{} issued no token within {seconds} seconds", self.source.label())))
            });
            let error = match result.and_then(|token| with_headers(token, requested)) {
                Ok(fetched) => return Ok(fetched),
                Err(error) => with_refusal_period(error),
            };
            let delay = error.retry_after().unwrap_or_default().max(retry_delay(attempt));
            let elapsed = self.clock.now().saturating_sub(start);
            let is_last = attempt >= self.retry.attempts || !request.limit.permits_retries();
            if error.kind() != ErrorKind::Unavailable || is_last || elapsed.saturating_add(delay) >= deadline {
                return Err(error);
            }
            telemetry::attempt_failed(self.source.label(), attempt, &error, delay);
            self.clock.sleep(delay).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, reason: FetchReason, refresh_token: Option<&SecretString>) -> Result<Token, Error> {
        let request = TokenRequest { http: &self.http, reason, refresh_token };
        // Without this, a panic of the source would leave callers waiting until their time limit.
        let fetch = AssertUnwindSafe(async { self.source.fetch(request).await });
        fetch
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Error::malformed("the token source panicked; correct its `fetch`")))
    }
}

/// Adds the period in which refused credentials are not sent again.
fn with_refusal_period(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Refused => {
            let period = bounded_retry_after(error.retry_after().unwrap_or_default()).max(REFUSAL_PERIOD);
            error.with_retry_after(period)
        }
        _ => error,
    }
}

/// Adds the headers, and for a token of unknown lifetime the lifetime from its JWT claims.
fn with_headers(mut token: Token, requested: Instants) -> Result<Fetched, Error> {
    if token.lifetime == Lifetime::Unknown {
        token.lifetime = lifetime::from_jwt(token.value.expose_secret(), requested.wall);
    }
    let headers = Headers::bearer(&token.value)?;
    Ok(Fetched { token, headers, requested, margin: Duration::ZERO, version: None, rejected_ago: None, shared: false })
}
