//! How servers are reached: certificates, proxy, names, and what the caller wants changed.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use crate::error::Error;
use crate::tls;

type ConfigureClient = dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync;

/// How servers are reached, for token requests and API calls alike.
///
/// TLS is rustls with ring and the platform's roots. Nothing is installed process-wide. `HTTPS_PROXY` and its
/// relatives are honoured as reqwest honours them.
#[derive(Clone)]
pub struct TransportConfig {
    roots: Vec<CertificateDer<'static>>,
    user_agent: String,
    connect_timeout: Duration,
    plain_http: bool,
    proxy: Option<reqwest::Proxy>,
    configure_client: Option<Arc<ConfigureClient>>,
    /// Read once for all clients, because reading the platform's roots takes a while.
    tls: Arc<OnceLock<ClientConfig>>,
}

impl TransportConfig {
    /// The platform's roots, a connect timeout of 10 seconds, no plain http except on this machine.
    #[must_use]
    pub fn new() -> Self {
        Self {
            roots: Vec::new(),
            user_agent: concat!("keyfob/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            plain_http: false,
            proxy: None,
            configure_client: None,
            tls: Arc::default(),
        }
    }

    /// Trusts these certificates too: a private authority's, or a server's own self-signed one.
    ///
    /// A server that presents one of exactly these is trusted for the names in it, even if it has expired.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) when this is not PEM text with a certificate in it.
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.roots.extend(tls::certificates(pem)?);
        self.tls = Arc::default();
        Ok(self)
    }

    /// Sets the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets how long a connection may take to open.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sends everything through this proxy.
    #[must_use]
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Allows plain http to hosts other than this one: secrets and tokens can then be read on the way.
    ///
    /// Meant for servers on a network of one's own.
    #[must_use]
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Changes whatever else reqwest offers. It runs last, for every client, and may be given several times.
    ///
    /// Root certificates belong into [`root_certificate_pem`](TransportConfig::root_certificate_pem): reqwest ignores its
    /// own list, since TLS comes configured.
    #[must_use]
    pub fn configure_client(
        mut self,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.configure_client = Some(match self.configure_client.take() {
            Some(earlier) => Arc::new(move |builder| change(earlier(builder))),
            None => Arc::new(change),
        });
        self
    }

    /// Builds an HTTP client.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) when the settings contradict each other.
    pub fn client(&self, redirect: Policy) -> Result<reqwest::Client, Error> {
        self.finish(self.start(redirect)?)
    }

    /// Builds an HTTP client with defaults of the caller's, which [`configure_client`](TransportConfig::configure_client) can still change.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) when the settings contradict each other.
    pub fn client_with(
        &self,
        redirect: Policy,
        defaults: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<reqwest::Client, Error> {
        self.finish(defaults(self.start(redirect)?))
    }

    fn start(&self, redirect: Policy) -> Result<reqwest::ClientBuilder, Error> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls()?)
            .user_agent(&self.user_agent)
            .connect_timeout(self.connect_timeout)
            .redirect(redirect);
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        Ok(builder)
    }

    fn finish(&self, mut builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
        if let Some(configure_client) = &self.configure_client {
            builder = configure_client(builder);
        }
        builder.build().map_err(|error| {
            Error::configuration("the HTTP client cannot be built; see its settings").with_source(error.without_url())
        })
    }

    /// Whether plain http was allowed by name.
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
            .field("plain_http", &self.plain_http)
            .finish_non_exhaustive()
    }
}
