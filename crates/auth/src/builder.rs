//! Putting an authenticator together.

use std::fmt;
#[cfg(feature = "store")]
use std::{sync::Arc, time::Duration};

use crate::authenticator::Authenticator;
use crate::clock::Clock;
use crate::credentials::{Credentials, Prepared};
use crate::error::Error;
use crate::fetch::{Fetcher, Obtain};
use crate::flight::Shared;
use crate::http::TokenHttp;
use crate::retry::{Retry, random};
use crate::snapshot::{Held, Snapshot};
#[cfg(feature = "store")]
use crate::store::{LEASE, Sharing, TokenStore};
use crate::transport::TransportConfig;

/// Builds an [`Authenticator`].
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
            lease: LEASE,
        }
    }

    /// Sets how the token endpoint is reached.
    pub fn transport(mut self, transport: TransportConfig) -> Self {
        self.transport = transport;
        self
    }

    /// Uses this HTTP client for token requests in place of one of our own.
    ///
    /// Whether plain http is allowed is still the [`transport`](Self::transport)'s to say. The client should follow no
    /// redirects, for they would carry the secret along.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Sets where time comes from; for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how token requests are repeated.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Shares tokens with everybody who uses the same store with the same credentials.
    ///
    /// Without this the token is in memory only, and no process knows of another's. Ready-made tokens and headers are
    /// not stored.
    #[cfg(feature = "store")]
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets how long a process that dies or hangs in the middle of a fetch may keep others from fetching; 10 seconds
    /// by default. Longer than a token request usually takes.
    #[cfg(feature = "store")]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Builds it. Nothing is sent and nothing is started: the first caller fetches the first token.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), in one line that says what to change, for credentials that
    /// cannot work.
    pub fn build(self) -> Result<Authenticator, Error> {
        let sharing = self.sharing();
        let Self { credentials, transport, client, clock, retry, .. } = self;
        let shared = match credentials.prepare(&transport)? {
            Prepared::Fixed(headers) => {
                let held = Held::fixed(*headers, &clock);
                Shared::new(Snapshot::of(held, &clock), None, clock, 0.0)
            }
            Prepared::Source(source) => {
                let http = TokenHttp::new(transport, client, clock.clone());
                let fetcher = Fetcher { source, http, clock: clock.clone(), retry, sharing };
                Shared::new(Snapshot::empty(), Some(fetcher), clock, random())
            }
        };
        Ok(Authenticator::from_shared(shared))
    }

    #[cfg(feature = "store")]
    fn sharing(&self) -> Option<Box<dyn Obtain>> {
        let store = self.store.clone()?;
        Some(Box::new(Sharing::new(store, self.lease)))
    }

    #[cfg(not(feature = "store"))]
    #[expect(clippy::unused_self, reason = "there is a store with the feature")]
    fn sharing(&self) -> Option<Box<dyn Obtain>> {
        None
    }
}

impl fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("AuthenticatorBuilder");
        shown.field("credentials", &self.credentials);
        shown.field("transport", &self.transport).field("retry", &self.retry);
        #[cfg(feature = "store")]
        shown.field("store", &self.store.as_deref().map(TokenStore::label));
        shown.finish_non_exhaustive()
    }
}
