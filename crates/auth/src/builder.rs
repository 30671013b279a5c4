//! Construction of authenticators.

use std::fmt;
#[cfg(feature = "store")]
use std::sync::Arc;
#[cfg(feature = "store")]
use std::time::Duration;

use crate::authenticator::Authenticator;
use crate::cache::fetcher::{Coordinator, Fetcher};
use crate::cache::snapshot::{ActiveToken, Snapshot};
use crate::cache::token_cache::TokenCache;
use crate::clock::Clock;
use crate::credentials::{Credentials, Prepared};
use crate::error::Error;
use crate::retry::{Retry, random};
#[cfg(feature = "store")]
use crate::store::coordinator::{DEFAULT_LEASE, StoreCoordinator};
#[cfg(feature = "store")]
use crate::store::token_store::TokenStore;
use crate::transport::TransportConfig;
use crate::transport::http::TokenHttp;

/// Builder of an [`Authenticator`].
#[must_use]
pub struct AuthenticatorBuilder {
    credentials: Credentials,
    transport: TransportConfig,
    client: Option<reqwest::Client>,
    clock: Clock,
    retry: Retry,
    #[cfg(feature = "store")]
    store: Option<Arc<dyn TokenStore>>,
    #[cfg(feature = "store")]
    lease: Duration,
}

impl AuthenticatorBuilder {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            transport: TransportConfig::new(),
            client: None,
            clock: Clock::system(),
            retry: Retry::new(),
            #[cfg(feature = "store")]
            store: None,
            #[cfg(feature = "store")]
            lease: DEFAULT_LEASE,
        }
    }

    /// Sets the transport of token requests.
    pub fn transport(mut self, transport: TransportConfig) -> Self {
        self.transport = transport;
        self
    }

    /// Sends token requests with this HTTP client, whose settings apply in place of those of
    /// [`transport`](Self::transport).
    ///
    /// [`TransportConfig::client_builder`] returns a suitable starting point. The client should not follow redirects:
    /// a redirected token request carries the secret to another URL. It should not retry either (reqwest does by default,
    /// after a refused HTTP/2 stream), because its retries multiply those of [`retry`](Self::retry). Plain http is still
    /// limited by [`TransportConfig::allow_plain_http`].
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Sets the clock; for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the retry policy of token requests.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Shares tokens through a store with all authenticators that use the same store and the same credentials.
    ///
    /// Without a store, the token is in this process's memory only. [`Credentials::bearer`] and
    /// [`Credentials::headers`] are never stored.
    #[cfg(feature = "store")]
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets the period for which a process that dies or hangs during a fetch blocks the fetches of others; 10 seconds
    /// by default. It should exceed the usual duration of a token request. With `Duration::MAX`, only the end of the
    /// process releases the lock.
    #[cfg(feature = "store")]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Builds the authenticator. Sends no request and spawns no task: the first call fetches the first token.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for credentials that cannot work. The message is one line
    /// that states what to change.
    pub fn build(self) -> Result<Authenticator, Error> {
        let coordinator = self.coordinator();
        let Self { credentials, transport, client, clock, retry, .. } = self;
        let cache = match credentials.prepare(&transport)? {
            Prepared::Static(headers) => {
                let token = ActiveToken::fixed(*headers, &clock);
                TokenCache::new(Snapshot::of(token, &clock), None, clock, 0.0)
            }
            Prepared::Source(source) => {
                let http = TokenHttp::new(transport, client, clock.clone());
                let fetcher = Fetcher { source, http, clock: clock.clone(), retry, coordinator };
                TokenCache::new(Snapshot::empty(), Some(fetcher), clock, random())
            }
        };
        Ok(Authenticator::from_cache(cache))
    }

    #[cfg(feature = "store")]
    fn coordinator(&self) -> Option<Box<dyn Coordinator>> {
        let store = self.store.clone()?;
        Some(Box::new(StoreCoordinator::new(store, self.lease)))
    }

    #[cfg(not(feature = "store"))]
    #[expect(clippy::unused_self, reason = "used with the `store` feature")]
    fn coordinator(&self) -> Option<Box<dyn Coordinator>> {
        None
    }
}

impl fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("AuthenticatorBuilder");
        out.field("credentials", &self.credentials);
        out.field("transport", &self.transport).field("retry", &self.retry);
        #[cfg(feature = "store")]
        out.field("store", &self.store.as_deref().map(TokenStore::label));
        out.finish_non_exhaustive()
    }
}
