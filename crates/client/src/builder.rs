//! Builder of clients.

#[cfg(feature = "store")]
use std::sync::Arc;
use std::{marker::PhantomData, time::Duration};

#[cfg(feature = "store")]
use keyfob_auth::TokenStore;
use keyfob_auth::{Authenticator, Clock, Credentials, TransportConfig};
use reqwest::StatusCode;

#[cfg(feature = "rate-limit")]
use crate::call::rate_limit::RateLimit;
use crate::{
    auth_source::{AuthSource, Authorize},
    call::retry::RetryPolicy,
    decode::body::Leniency,
    env::{self, Variables},
    error::{Error, ErrorKind},
    session::Session,
    settings::{HostAuth, Settings},
};

/// Builder of an API client; returned by the client's `builder(environment, auth)`.
///
/// All options have defaults. The first request is sent by the first call.
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder<C> {
    settings: Settings,
    client: PhantomData<fn() -> C>,
}

impl<C: From<Session>> ClientBuilder<C> {
    /// Starts building a client of the API of this name. Users call the `builder` of an API crate's client.
    #[doc(hidden)]
    pub fn new(api: &'static str) -> Self {
        Self { settings: Settings::new(api), client: PhantomData }
    }

    /// Declares the API's named hosts. Each needs a URL, and no other host can have one; `build` reports violations.
    #[doc(hidden)]
    pub fn hosts(mut self, names: &'static [&'static str]) -> Self {
        self.settings.host_names = Some(names);
        self
    }

    /// Sets the base URL of the default host: scheme, host and an optional path prefix, with or without a slash at the
    /// end.
    #[doc(hidden)]
    pub fn base_url(self, url: impl Into<String>) -> Self {
        self.host_url("", url)
    }

    /// Sets the base URL of a named host.
    #[doc(hidden)]
    pub fn host_url(mut self, name: &'static str, url: impl Into<String>) -> Self {
        self.settings.set_host(name, url.into(), HostAuth::Client);
        self
    }

    /// Sets the base URL of a named public host. Calls to it never carry the credentials.
    #[doc(hidden)]
    pub fn unauthenticated_host(mut self, name: &'static str, url: impl Into<String>) -> Self {
        self.settings.set_host(name, url.into(), HostAuth::Unauthenticated);
        self
    }

    /// Sets the base URL of a named host with credentials of its own. Calls to it carry these in place of the client's.
    #[doc(hidden)]
    pub fn host_credentials(mut self, name: &'static str, url: impl Into<String>, credentials: Credentials) -> Self {
        self.settings.set_host(name, url.into(), HostAuth::Own(credentials));
        self
    }

    /// Records an error for `build` to return. The first error wins.
    #[doc(hidden)]
    pub fn invalid(mut self, error: Error) -> Self {
        self.settings.invalid.get_or_insert(error);
        self
    }

    /// Sets the source of authorization; `convert` turns the vendor's credentials into OAuth credentials.
    #[doc(hidden)]
    pub fn auth<V>(mut self, auth: AuthSource<V>, convert: impl FnOnce(V) -> Credentials) -> Self {
        self.settings.authorize = auth.resolve(convert);
        self
    }

    /// Authorizes calls with these credentials. The first call fetches the token.
    #[doc(hidden)]
    pub fn credentials(mut self, credentials: impl Into<Credentials>) -> Self {
        self.settings.authorize = Authorize::Credentials(credentials.into());
        self
    }

    /// Authorizes calls with an authenticator that several clients share.
    #[doc(hidden)]
    pub fn authenticator(mut self, authenticator: Authenticator) -> Self {
        self.settings.authorize = Authorize::Authenticator(authenticator);
        self
    }

    /// Applies the options that variables can set: `KEYFOB_CA` names a file of root certificates (PEM) to trust in
    /// addition to those of the platform, for the token endpoint too.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is not a certificate.
    pub fn variables(self, vars: &dyn Variables) -> Result<Self, Error> {
        let Some(path) = env::CA.optional(vars) else { return Ok(self) };
        let pem = std::fs::read(&path).map_err(|error| {
            Error::new(ErrorKind::Rejected, format!("cannot read {path}, the file that {} names", env::CA.name()))
                .with_source(error)
        })?;
        self.root_certificate_pem(&pem)
    }

    /// Shares the tokens of the client's credentials with all processes that use the same store. Without a store,
    /// tokens are in memory only. Has no effect on a shared authenticator, which has its own store.
    #[cfg(feature = "store")]
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        let store = Arc::new(store);
        self.settings.store = Some(Box::new(move |authenticator| authenticator.store(Arc::clone(&store))));
        self
    }

    /// Sets root certificates, proxy, user agent and other transport settings, for the token endpoint too.
    pub fn transport(mut self, transport: TransportConfig) -> Self {
        self.settings.transport = transport;
        self
    }

    /// Trusts this root certificate (PEM) in addition to those of the platform, for the token endpoint too.
    ///
    /// # Errors
    ///
    /// If `pem` is not a certificate.
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.settings.transport = self.settings.transport.root_certificate_pem(pem).map_err(Error::from)?;
        Ok(self)
    }

    /// Sends calls with this HTTP client, with its own time limits and transport settings. Token requests do not use
    /// it.
    ///
    /// The client must neither follow redirects nor retry: calls follow redirects themselves and do not send credentials
    /// to another origin, and their retry policy counts all requests. Build it with
    /// [`TransportConfig::client_builder`], which disables both and always has a TLS provider. An API that requires
    /// header names in title case also needs [`TransportConfig::title_case_headers`]; one HTTP client with this setting
    /// suits all APIs.
    ///
    /// ```
    /// use keyfob_client::{ClientBuilder, Session, auth::TransportConfig};
    ///
    /// # fn example(builder: ClientBuilder<Session>) -> Result<Session, Box<dyn std::error::Error>> {
    /// let http = TransportConfig::new().client_builder()?.https_only(true).build()?;
    /// let client = builder.http_client(http).build()?;
    /// # Ok(client)
    /// # }
    /// ```
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.settings.http = Some(http);
        self
    }

    /// Sets the policy for retrying failed attempts. [`CallOptions`](crate::CallOptions) change it for one call.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// Limits the rate of the client's requests, retries included; unlimited by default. Token requests do not count.
    #[cfg(feature = "rate-limit")]
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.settings.rate_limit = Some(limit);
        self
    }

    /// Sets the time limit for connecting, in place of [`TransportConfig::connect_timeout`]; 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = Some(timeout);
        self
    }

    /// Sets the maximum time to wait for data from the service, after the request and between two chunks of the
    /// response, in place of [`TransportConfig::read_timeout`]; 60 seconds by default, [`Duration::MAX`] for no limit.
    /// Some APIs have a longer default.
    ///
    /// The time to send a large body does not count: the limit starts anew with each piece of the body that the
    /// connection takes, and does not run while the body waits for its source, such as a slow reader.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.settings.read_timeout = Some(timeout);
        self
    }

    /// Sets the read timeout of the API, which the caller's settings override.
    #[doc(hidden)]
    pub fn default_read_timeout(mut self, timeout: Duration) -> Self {
        self.settings.default_read_timeout = timeout;
        self
    }

    /// Sets the time limit of each attempt, from connecting to the last byte of the response; unlimited by default, and
    /// with [`Duration::MAX`].
    /// [`RetryPolicy::deadline`] limits the time in which attempts of a call may start.
    ///
    /// Token requests have limits of their own: 30 seconds for each request, which is not configurable, and three
    /// requests within 30 seconds for a fetch. A call without a valid token waits for the fetch before its attempt
    /// starts. To set the limits of a fetch, pass an [`Authenticator`] built with
    /// [`AuthenticatorBuilder::retry`](keyfob_auth::AuthenticatorBuilder::retry).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets the maximum size of a response that is read into memory, in bytes; 128 MiB by default. The bytes of a
    /// compressed response count after decompression. Downloads are not limited.
    pub fn max_response_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_response_bytes = bytes;
        self
    }

    /// Sets the maximum size of a decoded response in memory, in bytes; by default four times
    /// [`max_response_bytes`](Self::max_response_bytes), which is 512 MiB. With the received bytes, and while a list
    /// grows, a response then occupies at most about 1 GiB.
    ///
    /// Decoded values can be much larger than their JSON: a row without any field is `{}` in JSON, and may occupy more
    /// than a kilobyte. The size is an estimate: it includes structs, elements of lists and members of objects, but not
    /// the unused capacity of lists. The response to a call whose type the caller chooses is measured as a
    /// [`serde_json::Value`]. In listings, the limit applies to each page. A larger response is an error of kind
    /// [`Unexpected`](ErrorKind::Unexpected).
    pub fn max_decoded_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_decoded_bytes = Some(bytes);
        self
    }

    /// Adds a status, besides 401, with which the service rejects a token.
    #[doc(hidden)]
    pub fn token_rejected_status(mut self, status: StatusCode) -> Self {
        self.settings.token_rejected_statuses.push(status);
        self
    }

    /// Declares that the service requires header names in title case, such as `Authorization`, on HTTP/1.1. Applies to
    /// the token endpoint too, but not to an HTTP client or an authenticator that the caller has built.
    #[doc(hidden)]
    pub fn title_case_headers(mut self) -> Self {
        self.settings.title_case_headers = true;
        self
    }

    /// Declares that an error response of the service has its status at the top of the body, `{"status": 417}`, and may
    /// have status 200 itself. Such a response counts as one with the status in the body. Downloads are not inspected.
    #[doc(hidden)]
    pub fn status_in_body(mut self) -> Self {
        self.settings.status_in_body = true;
        self
    }

    /// Makes a response an error if one of its values does not have the type that the API's description declares; off by
    /// default.
    ///
    /// By default, a field that has such a value is absent, and a list element that cannot be read is left out. Both are
    /// reported by [`ResponseValue::mismatches`](crate::ResponseValue::mismatches) and in one warning event per
    /// response. Cursors, totals and keys of listings, and marks of deletions, must always have their types. A struct
    /// without one of its required fields cannot be read.
    pub fn strict(mut self, strict: bool) -> Self {
        self.settings.leniency = if strict { Leniency::Strict } else { Leniency::Lenient };
        self
    }

    /// Sets the source of time, such as a fake clock in tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Builds the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// If a base URL is missing or invalid, or the credentials or the transport settings cannot be used.
    pub fn build(self) -> Result<C, Error> {
        self.settings.session().map(C::from)
    }
}

impl<C> std::fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder").field("api", &self.settings.api).finish_non_exhaustive()
    }
}
