//! How a client is put together.

use std::{marker::PhantomData, sync::Arc, time::Duration};

#[cfg(feature = "store")]
use keyfob_auth::TokenStore;
use keyfob_auth::{Authenticator, AuthenticatorBuilder, Clock, Credentials, Transport};
use reqwest::{StatusCode, Url, redirect::Policy};

use crate::{
    Error, ErrorKind, RetryPolicy, Session,
    execute::{CONNECT_TIMEOUT, READ_TIMEOUT},
    retry::Budget,
    session::{Inner, Server},
};

/// The largest JSON answer that is read, unless the caller says otherwise: 256 MiB.
const LARGEST_ANSWER: u64 = 256 * 1024 * 1024;

/// Builds a client.
///
/// Everything but the base URL and the credentials has a default. Nothing is sent before the first call.
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder<C> {
    api: &'static str,
    servers: Vec<(&'static str, String, Access)>,
    authorize: Authorize,
    store: Option<Share>,
    transport: Transport,
    http: Option<reqwest::Client>,
    retry: RetryPolicy,
    #[cfg(feature = "rate-limit")]
    rate_limit: Option<crate::RateLimit>,
    connect_timeout: Duration,
    read_timeout: Duration,
    timeout: Option<Duration>,
    largest_answer: u64,
    rejections: Vec<StatusCode>,
    status_in_body: bool,
    clock: Clock,
    client: PhantomData<fn() -> C>,
}

/// Tells an authenticator where to share its tokens.
type Share = Box<dyn FnOnce(AuthenticatorBuilder) -> AuthenticatorBuilder + Send>;

/// Whether a host is shown the credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Authorized,
    Open,
}

enum Authorize {
    Nothing,
    Credentials(Credentials),
    Authenticator(Authenticator),
}

impl<C: From<Session>> ClientBuilder<C> {
    /// Begins a client of this API. Vendors' crates call it: `Client::builder()`.
    pub fn new(api: &'static str) -> Self {
        Self {
            api,
            servers: Vec::new(),
            authorize: Authorize::Nothing,
            store: None,
            transport: Transport::new().user_agent(concat!("keyfob/", env!("CARGO_PKG_VERSION"))),
            http: None,
            retry: RetryPolicy::default(),
            #[cfg(feature = "rate-limit")]
            rate_limit: None,
            connect_timeout: CONNECT_TIMEOUT,
            read_timeout: READ_TIMEOUT,
            timeout: None,
            largest_answer: LARGEST_ANSWER,
            rejections: vec![StatusCode::UNAUTHORIZED],
            status_in_body: false,
            clock: Clock::system(),
            client: PhantomData,
        }
    }

    /// Where the API is: scheme, host, and the path prefix if there is one. A slash at the end makes no difference.
    pub fn base_url(self, url: impl Into<String>) -> Self {
        self.server("", url)
    }

    /// Where one of the API's hosts is, for APIs that have several.
    pub fn server(self, name: &'static str, url: impl Into<String>) -> Self {
        self.host(name, url.into(), Access::Authorized)
    }

    /// Where one of the API's hosts is that anybody may ask: calls to it never carry the credentials.
    pub fn open_server(self, name: &'static str, url: impl Into<String>) -> Self {
        self.host(name, url.into(), Access::Open)
    }

    fn host(mut self, name: &'static str, url: String, access: Access) -> Self {
        self.servers.retain(|(other, ..)| *other != name);
        self.servers.push((name, url, access));
        self
    }

    /// What calls are authorized with. The token is fetched by the first call.
    pub fn credentials(mut self, credentials: impl Into<Credentials>) -> Self {
        self.authorize = Authorize::Credentials(credentials.into());
        self
    }

    /// An authenticator that other clients use too.
    pub fn authenticator(mut self, authenticator: Authenticator) -> Self {
        self.authorize = Authorize::Authenticator(authenticator);
        self
    }

    /// Shares the tokens of [`credentials`](Self::credentials) with other processes that use the same store; without it
    /// they are in memory only. A shared authenticator has a store of its own.
    #[cfg(feature = "store")]
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Box::new(|authenticator| authenticator.store(store)));
        self
    }

    /// How servers are reached: root certificates, proxy, user agent. The token endpoint is reached in the same way.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Trusts this root certificate (PEM) beside those of the platform, for the token endpoint too.
    ///
    /// # Errors
    ///
    /// If it is no certificate.
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.transport = self.transport.root_certificate_pem(pem).map_err(Error::from_auth)?;
        Ok(self)
    }

    /// Sends calls with this HTTP client instead of one of our own. Its timeouts are its own then. It should not follow
    /// redirects by itself: ours are followed without handing the credentials to another origin.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// How failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Spreads the client's requests over time, those that repeat failed ones too; unlimited by default. Token requests
    /// do not count.
    #[cfg(feature = "rate-limit")]
    pub fn rate_limit(mut self, limit: crate::RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// How long connecting may take; 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the service may be silent while it answers; 60 seconds by default.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How long each attempt may take from connecting to the last byte; unlimited by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The largest answer that is read into memory, in bytes; 256 MiB by default. Downloads are not limited.
    pub fn largest_answer(mut self, bytes: u64) -> Self {
        self.largest_answer = bytes;
        self
    }

    /// A further status by which this service says that a token is no longer good, beside 401.
    pub fn rejection_status(mut self, status: StatusCode) -> Self {
        self.rejections.push(status);
        self
    }

    /// This service names the status of a failure at the top of the body, `{"status": 417}`, and may answer 200 with it:
    /// such an answer counts as one with that status. Downloads are not looked into.
    pub fn status_in_body(mut self) -> Self {
        self.status_in_body = true;
        self
    }

    /// Where time comes from; a fake clock in tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Puts the client together. Nothing is sent.
    ///
    /// # Errors
    ///
    /// If a base URL is missing or is none, or the credentials or the transport are unusable.
    pub fn build(self) -> Result<C, Error> {
        if self.servers.is_empty() {
            return Err(Error::new(ErrorKind::Rejected, "the client has no base URL: give it one"));
        }
        let servers = self
            .servers
            .iter()
            .map(|(name, url, access)| {
                let (url, authorized) = (base_url(url)?, *access == Access::Authorized);
                if authorized && url.scheme() == "http" && !is_loopback(&url) && !self.transport.allows_plain_http() {
                    return Err(Error::new(
                        ErrorKind::Rejected,
                        "the base URL is plain http, where credentials are not protected: use https, or allow it with \
                         `Transport::allow_plain_http`",
                    ));
                }
                Ok(Server { name, url, authorized })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let authenticator = match self.authorize {
            Authorize::Nothing => None,
            Authorize::Authenticator(authenticator) => Some(authenticator),
            Authorize::Credentials(credentials) => {
                let builder = Authenticator::builder(credentials).transport(self.transport.clone());
                let builder = self.store.into_iter().fold(builder, |builder, share| share(builder));
                Some(builder.clock(self.clock.clone()).build().map_err(Error::from_auth)?)
            }
        };
        let http = if let Some(http) = self.http {
            http
        } else {
            let (connect, read) = (self.connect_timeout, self.read_timeout);
            let transport =
                self.transport.customise(move |builder| builder.connect_timeout(connect).read_timeout(read));
            transport.client(Policy::none()).map_err(Error::from_auth)?
        };
        Ok(C::from(Session(Arc::new(Inner {
            api: self.api,
            http,
            authenticator,
            servers,
            retry: self.retry,
            budget: Budget::new(),
            #[cfg(feature = "rate-limit")]
            limiter: self.rate_limit.map(|limit| crate::rate_limit::Limiter::new(limit, &self.clock)),
            timeout: self.timeout,
            largest_answer: self.largest_answer,
            rejections: self.rejections,
            status_in_body: self.status_in_body,
            clock: self.clock,
        }))))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Reads a base URL, and says what is wrong with one that is none without quoting it: it may hold a password.
fn base_url(text: &str) -> Result<Url, Error> {
    let wrong = |what| Err(Error::new(ErrorKind::Rejected, what));
    let Ok(url) = Url::parse(text.trim()) else {
        return wrong("the base URL is not a URL: write it with its scheme, like https://api.example.com/prefix");
    };
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        return wrong("the base URL needs a scheme, https or http: write it like https://api.example.com/prefix");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("the base URL holds a user name or password: give credentials to the client instead");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("the base URL ends in a query or fragment: give it without");
    }
    Ok(url)
}

impl<C> std::fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder").field("api", &self.api).finish_non_exhaustive()
    }
}
