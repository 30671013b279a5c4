//! The authenticator: valid authorization for each request, and the reaction to 401 responses.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use crate::builder::AuthenticatorBuilder;
use crate::cache::cell::thread_index;
use crate::cache::fetcher::Retries;
use crate::cache::snapshot::{Freshness, Snapshot, TokenInfo};
use crate::cache::state::Rejection;
use crate::cache::token_cache::{Lookup, TokenCache};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::token::authorization::{Authorization, Generation};
use crate::token::lifetime::Lifetime;

/// Maximum number of fetches that one call waits for, if their runtimes are shut down or their tokens arrive expired.
const MAX_FETCHES: usize = 5;

/// Handle that fetches, caches and refreshes a token, and authorizes requests with it.
///
/// Cheap to clone; all clones share one token. A refresh is started by a call, never by a timer, and dropping the last
/// clone aborts a fetch in progress.
#[derive(Clone)]
pub struct Authenticator {
    cache: Arc<TokenCache>,
}

impl Authenticator {
    /// Creates a builder for an authenticator with these credentials.
    pub fn builder(credentials: impl Into<Credentials>) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(credentials.into())
    }

    pub(crate) fn from_cache(cache: TokenCache) -> Self {
        Self { cache: Arc::new(cache) }
    }

    /// Returns authorization that is valid now.
    ///
    /// Completes immediately while there is a valid token: no lock, no allocation, no await. Otherwise it waits for the
    /// fetch that all callers share. Dropping the future does not cancel that fetch.
    ///
    /// # Errors
    ///
    /// Any kind of [`Error`], if there is no valid token. See [`Error::recovery`].
    #[inline]
    pub async fn authorization(&self) -> Result<Authorization, Error> {
        match self.fresh() {
            Some(authorization) => Ok(authorization),
            None => self.refreshed(Retries::Permitted).await,
        }
    }

    /// Returns authorization that is valid now. Failed token requests are not retried on behalf of this call.
    ///
    /// All callers without a token share one fetch. It is retried, as [`Retry`](crate::Retry) permits, if at least one
    /// of them called [`authorization`](Self::authorization). If the fetch fails without a retry, calls of this function
    /// return its error until the back-off has passed, and a call of `authorization` starts another fetch at once. To
    /// retry no token request at all, pass [`Retry::none`](crate::Retry::none) to the builder.
    ///
    /// # Errors
    ///
    /// As [`authorization`](Self::authorization).
    pub async fn authorization_without_retry(&self) -> Result<Authorization, Error> {
        match self.fresh() {
            Some(authorization) => Ok(authorization),
            None => self.refreshed(Retries::Forbidden).await,
        }
    }

    /// Reports a successful response to a request that was sent with the token of this generation.
    ///
    /// A token that has worked is replaced as soon as a request with it is [rejected](Self::reject). Cheap enough to call
    /// after every request: one relaxed load, and one store for each token.
    #[inline]
    pub fn accept(&self, generation: Generation) {
        self.cache.on_accepted(generation);
    }

    /// Reports a 401 response to a request that was sent with the token of this generation.
    ///
    /// Drops the token if it is still in use, with these limits:
    ///
    /// * A token that replaced a rejected one is not dropped in its first 2 seconds, unless a request with it had succeeded
    ///   ([`accept`](Self::accept)). In that case calls wait for the rest of the 2 seconds and then for the next token,
    ///   which is not dropped in its first 2 seconds.
    /// * After the rejection of a token with which no request had succeeded, no further such token is dropped for 30
    ///   seconds: a server that rejects a token just issued will reject the next one too.
    pub fn reject(&self, generation: Generation) -> Rejection {
        self.cache.on_rejected(generation)
    }

    /// Returns a description of the token in use; `None` if there is none.
    #[must_use]
    pub fn token_info(&self) -> Option<TokenInfo> {
        let snapshot = self.cache.cell.load();
        Some(snapshot.token()?.info(&self.cache.clock.instants()))
    }

    /// Returns the access token in use without fetching one, for example to redact it in a text. `None` if there is none,
    /// and for [`Credentials::headers`].
    #[must_use]
    pub fn current_token(&self) -> Option<SecretString> {
        self.cache.cell.load().token()?.headers.token()
    }

    /// Returns the access token itself, for display to its owner. Requests use [`authorization`](Self::authorization).
    ///
    /// # Errors
    ///
    /// As [`authorization`](Self::authorization); [`Configuration`](crate::ErrorKind::Configuration) for
    /// [`Credentials::headers`], which have no access token.
    pub async fn access_token(&self) -> Result<SecretString, Error> {
        let snapshot = match self.cache.current_valid(Retries::Permitted) {
            Some(snapshot) => snapshot,
            None => Box::pin(self.wait_for_token(Retries::Permitted)).await?,
        };
        snapshot
            .token()
            .and_then(|token| token.headers.token())
            .ok_or_else(|| Error::configuration("these credentials are custom headers and have no access token"))
    }

    #[inline]
    fn fresh(&self) -> Option<Authorization> {
        self.cache.cell.fresh(self.cache.clock.ticks())
    }

    #[cold]
    #[inline(never)]
    fn refreshed(&self, retries: Retries) -> impl Future<Output = Result<Authorization, Error>> + Send + '_ {
        // Evaluated outside the async block, so that reading the wall clock once a second does not allocate.
        let ready = self.cache.current_valid(retries).and_then(|snapshot| snapshot.authorization(thread_index()));
        let wait = ready.is_none().then(|| Box::pin(self.wait_for_token(retries)));
        async move {
            match (ready, wait) {
                (Some(authorization), _) => Ok(authorization),
                (None, Some(wait)) => wait
                    .await
                    .and_then(|snapshot| snapshot.authorization(thread_index()).ok_or_else(no_fetch_succeeded)),
                (None, None) => Err(no_fetch_succeeded()),
            }
        }
    }

    async fn wait_for_token(&self, retries: Retries) -> Result<Arc<Snapshot>, Error> {
        for _ in 0..MAX_FETCHES {
            let subscription = match self.cache.get_or_fetch(retries)? {
                Lookup::Ready(snapshot) => return Ok(snapshot),
                Lookup::Fetching(subscription) => subscription,
            };
            let Some(outcome) = self.cache.wait(subscription).await else {
                continue;
            };
            let snapshot = outcome?;
            let single_use = snapshot.token().is_some_and(|token| token.lifetime == Lifetime::SingleUse);
            // A short-lived token may expire before this task is polled; the loop then fetches another.
            if single_use || snapshot.freshness(&self.cache.clock.instants()) != Freshness::Expired {
                return Ok(snapshot);
            }
        }
        Err(no_fetch_succeeded())
    }
}

fn no_fetch_succeeded() -> Error {
    Error::unavailable("every token fetch was interrupted, or its token had expired on arrival; call again")
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("source", &self.cache.label())
            .field("token", &self.token_info())
            .finish_non_exhaustive()
    }
}
