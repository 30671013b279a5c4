//! HTTP transport settings: certificates, proxy, user agent and time limits.

pub(crate) mod endpoint;
pub(crate) mod http;
pub(crate) mod http_date;
mod proxy;
mod tls;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Url, retry};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use crate::error::Error;
use crate::transport::proxy::ProxyRules;

/// `User-Agent` of token requests and API calls, unless the caller sets another.
const USER_AGENT: &str = concat!("keyfob/", env!("CARGO_PKG_VERSION"));

/// Time limit for connecting, unless the caller sets another.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

type ConfigureClient = dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync;

/// HTTP transport settings, for token requests and API calls alike.
///
/// TLS is rustls with ring and the platform's root certificates. The proxy variables of the environment (`HTTPS_PROXY`,
/// `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`) apply as in curl, except to loopback hosts, which are reached directly. The
/// HTTP client does not retry: the retry policies of token requests and API calls count every request.
#[derive(Clone)]
pub struct TransportConfig {
    roots: Vec<CertificateDer<'static>>,
    user_agent: String,
    connect_timeout: Duration,
    /// `None` leaves the read timeout to the client.
    read_timeout: Option<Duration>,
    plain_http: bool,
    title_case_headers: bool,
    /// Rules of the caller, in place of those of the environment.
    proxy: Option<ProxyRules>,
    configure: Option<Arc<ConfigureClient>>,
    /// Shared by all clients, because loading the platform's root certificates is slow.
    tls: Arc<OnceLock<ClientConfig>>,
}

impl TransportConfig {
    /// Creates the default settings: the platform's root certificates, a connect timeout of 10 seconds, and plain http
    /// for loopback hosts only.
    ///
    /// Installs ring as the process-wide crypto provider of rustls, unless a provider is installed. Without one, every
    /// `reqwest::ClientBuilder::build` in the program would panic, because this crate enables reqwest's feature
    /// `rustls-no-provider`. A program that uses another provider must install it first.
    #[must_use]
    pub fn new() -> Self {
        tls::install_crypto_provider();
        Self {
            roots: Vec::new(),
            user_agent: USER_AGENT.to_owned(),
            connect_timeout: CONNECT_TIMEOUT,
            read_timeout: None,
            plain_http: false,
            title_case_headers: false,
            proxy: None,
            configure: None,
            tls: Arc::default(),
        }
    }

    /// Trusts the certificates of a PEM text, in addition to the platform's: a private authority's, or a server's own
    /// self-signed certificate.
    ///
    /// A server that presents exactly one of these certificates is trusted for the names in it, even after its expiry.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if the text is not PEM or contains no certificate.
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.roots.extend(tls::certificates(pem)?);
        self.tls = Arc::default();
        Ok(self)
    }

    /// Sets the `User-Agent` header; `keyfob/` and the version by default.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets the time limit for connecting, including the TLS handshake; 10 seconds by default. `Duration::MAX` means no
    /// limit.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the maximum time to wait for data from a server, after the request and between two chunks of the response;
    /// by default 60 seconds for API calls, longer for some APIs. `Duration::MAX` means no limit.
    ///
    /// In API calls, the time to send a large body does not count. Token requests have in addition a limit of 30 seconds
    /// in all.
    #[must_use]
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = Some(limit);
        self
    }

    /// Sends all requests through the HTTP proxy at this URL, such as `http://user:password@proxy.example.com:3128`, also
    /// those to loopback hosts. The proxy variables of the environment then have no effect.
    ///
    /// For other kinds of proxies, pass a closure to [`configure_client`](TransportConfig::configure_client) that calls
    /// `no_proxy` and then `proxy`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if the text is not a URL with the scheme `http` or `https`.
    pub fn proxy(mut self, url: &str) -> Result<Self, Error> {
        self.proxy = Some(ProxyRules::all(url)?);
        Ok(self)
    }

    /// Allows plain http to hosts other than loopback. Secrets and tokens are then sent unencrypted.
    ///
    /// Intended for servers on a private network.
    #[must_use]
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Sends the header names of HTTP/1.1 requests in title case, such as `Authorization`; in lower case by default.
    ///
    /// Intended for servers that require the exact spelling, although names are case-insensitive (RFC 9110, section
    /// 5.1). Title case suits all other servers too, so that clients of several APIs can share one HTTP client with this
    /// setting. HTTP/2 has all names in lower case.
    #[must_use]
    pub fn title_case_headers(mut self) -> Self {
        self.title_case_headers = true;
        self
    }

    /// Changes any other setting of the HTTP client.
    ///
    /// The closure runs last, for every client that is built, and overrides all other settings, including the defaults
    /// of API clients. Repeated calls add closures, which run in order. Root certificates belong in
    /// [`root_certificate_pem`](TransportConfig::root_certificate_pem): reqwest ignores its own list, because its
    /// TLS backend is preconfigured. A proxy that the closure adds comes after those that are set already, unless it
    /// calls `no_proxy` first. A read timeout belongs in [`read_timeout`](TransportConfig::read_timeout): reqwest's own
    /// also runs while a large body is sent, and applies in addition.
    #[must_use]
    pub fn configure_client(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.configure = Some(match self.configure.take() {
            Some(earlier) => Arc::new(move |builder| configure(earlier(builder))),
            None => Arc::new(configure),
        });
        self
    }

    /// Returns a builder of an HTTP client with these settings, for use with
    /// [`AuthenticatorBuilder::http_client`](crate::AuthenticatorBuilder::http_client) or in other parts of a program.
    ///
    /// [`configure_client`](TransportConfig::configure_client) has been applied. The client does not decompress responses,
    /// and follows no redirects, because a redirected token request would carry the secret to another URL. The read
    /// timeout is reqwest's own, which also runs while a body is sent. Unlike `reqwest::Client::builder()`, the builder
    /// does not depend on a process-wide crypto provider.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if TLS cannot be configured.
    pub fn client_builder(&self) -> Result<reqwest::ClientBuilder, Error> {
        self.builder_with(Policy::none(), |builder| self.limit_reads(builder))
    }

    /// Builds an HTTP client.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for settings that reqwest or rustls rejects.
    pub fn client(&self, redirect: Policy) -> Result<reqwest::Client, Error> {
        self.client_with(redirect, |builder| self.limit_reads(builder))
    }

    /// Builds an HTTP client with further defaults, which [`configure_client`](TransportConfig::configure_client) can
    /// override. The client has no [`read_timeout`](TransportConfig::read_timeout), which the caller enforces.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for settings that reqwest or rustls rejects.
    pub fn client_with(
        &self,
        redirect: Policy,
        defaults: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<reqwest::Client, Error> {
        self.builder_with(redirect, defaults)?.build().map_err(|error| {
            Error::configuration("the HTTP client cannot be built; check the transport settings")
                .with_source(error.without_url())
        })
    }

    fn builder_with(
        &self,
        redirect: Policy,
        defaults: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, Error> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls()?)
            .user_agent(&self.user_agent)
            .connect_timeout(self.connect_timeout)
            .redirect(redirect)
            // Without a retry, reqwest need not clone each request either.
            .retry(retry::never().max_retries_per_request(0))
            // Another crate may enable these features of reqwest. Downloads could then not be resumed, and keyfob-client
            // decompresses itself.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd();
        if self.title_case_headers {
            builder = builder.http1_title_case_headers();
        }
        builder = defaults(self.proxy_rules().apply(builder));
        Ok(match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        })
    }

    /// Sets reqwest's own read timeout, which also runs while the body of a request is sent.
    pub(crate) fn limit_reads(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        match self.read_timeout {
            Some(limit) if limit != Duration::MAX => builder.read_timeout(limit),
            _ => builder,
        }
    }

    /// Returns the limit set with [`read_timeout`](TransportConfig::read_timeout).
    #[doc(hidden)]
    #[must_use]
    pub fn configured_read_timeout(&self) -> Option<Duration> {
        self.read_timeout
    }

    /// Returns host and port of the proxy for requests to this URL, without its user name and password. Returns `None`
    /// if there is none, or if [`configure_client`](TransportConfig::configure_client) may have set another one.
    #[doc(hidden)]
    #[must_use]
    pub fn proxy_for(&self, url: &Url) -> Option<String> {
        self.proxy_rules().proxy_for(url).filter(|_| self.configure.is_none())
    }

    fn proxy_rules(&self) -> ProxyRules {
        self.proxy.clone().unwrap_or_else(ProxyRules::from_env)
    }

    /// Returns true if [`allow_plain_http`](TransportConfig::allow_plain_http) is set.
    #[must_use]
    pub fn allows_plain_http(&self) -> bool {
        self.plain_http
    }

    pub(crate) fn tls(&self) -> Result<ClientConfig, Error> {
        if let Some(config) = self.tls.get() {
            return Ok(config.clone());
        }
        let config = tls::config(&self.roots)?;
        Ok(self.tls.get_or_init(|| config).clone())
    }
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TransportConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportConfig")
            .field("extra_roots", &self.roots.len())
            .field("user_agent", &self.user_agent)
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("plain_http", &self.plain_http)
            .field("title_case_headers", &self.title_case_headers)
            .finish_non_exhaustive()
    }
}
