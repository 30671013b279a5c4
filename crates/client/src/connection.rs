//! Connection settings that all calls of a client share.

use std::time::Duration;

use keyfob_auth::{Authenticator, Clock, TransportConfig};
use reqwest::{StatusCode, Url};

#[cfg(feature = "rate-limit")]
use crate::call::rate_limit::Limiter;
use crate::{
    call::retry::{Budget, RetryPolicy},
    decode::body::DecodeOptions,
    error::{Error, ErrorKind},
    request::path::Path,
};

/// Connection of a client to its API, shared by all clones of its [`Session`](crate::Session).
///
/// Aligned to 128 bytes (two cache lines, which processors prefetch together): every call changes the reference count in
/// front of the fields, and must not invalidate the cache lines that other calls read.
#[repr(align(128))]
pub(crate) struct Connection {
    pub(crate) api: &'static str,
    pub(crate) http: reqwest::Client,
    pub(crate) authenticator: Option<Authenticator>,
    pub(crate) hosts: Vec<Host>,
    /// Settings of `http`; `None` if the caller has built it.
    pub(crate) transport: Option<TransportConfig>,
    /// Credentials may be sent over plain http to hosts that are not loopback.
    pub(crate) allows_plain_http: bool,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    #[cfg(feature = "rate-limit")]
    pub(crate) limiter: Option<Limiter>,
    pub(crate) timeout: Option<Duration>,
    /// `None` if there is no limit, or if the caller has built `http`.
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) max_response_bytes: u64,
    pub(crate) token_rejected_statuses: Vec<StatusCode>,
    pub(crate) status_in_body: bool,
    pub(crate) decode: DecodeOptions,
    pub(crate) clock: Clock,
}

/// One of the API's hosts.
pub(crate) struct Host {
    /// Name in the API's description; empty for the host of `base_url`.
    pub(crate) name: &'static str,
    pub(crate) url: Url,
    pub(crate) access: Access,
}

/// Authorization of the calls to a host.
pub(crate) enum Access {
    /// With the client's authenticator.
    Client,
    /// With an authenticator of the host's own.
    Own(Authenticator),
    /// Without credentials.
    Unauthenticated,
}

impl Connection {
    /// Returns the authenticator for calls to the host of this name; `None` if they carry no credentials.
    pub(crate) fn authenticator_for(&self, host: &str) -> Option<&Authenticator> {
        match self.hosts.iter().find(|known| known.name == host).map(|known| &known.access) {
            Some(Access::Own(authenticator)) => Some(authenticator),
            Some(Access::Unauthenticated) => None,
            Some(Access::Client) | None => self.authenticator.as_ref(),
        }
    }

    /// Returns host and port of the proxy for requests to this URL, if it is known.
    pub(crate) fn proxy_for(&self, url: &Url) -> Option<String> {
        self.transport.as_ref()?.proxy_for(url)
    }

    /// Returns an empty path below the base URL of the host of this name.
    pub(crate) fn path(&self, host: &str) -> Result<Path<'_>, Error> {
        let base = self.hosts.iter().find(|known| known.name == host).map(|known| &known.url);
        base.map(Path::new).ok_or_else(|| {
            if host.is_empty() {
                return Error::new(
                    ErrorKind::Rejected,
                    "no base URL for the API's default host: set it in the environment",
                );
            }
            let message = format!("no base URL for the host `{host}`: check its name, and its URL in the environment");
            Error::new(ErrorKind::Rejected, message)
        })
    }

    /// Returns the URL of an encoded path on the host of this name.
    pub(crate) fn url(&self, host: &str, path: &str) -> Result<Url, Error> {
        let mut joined = self.path(host)?;
        joined.text("/");
        joined.text(path.trim_start_matches('/'));
        joined.url()
    }
}
