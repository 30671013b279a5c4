//! HTTP client for token requests: bounded, without redirects, and without response bodies in errors.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use reqwest::redirect::Policy;
use reqwest::{Request, Response, Url};
use secrecy::zeroize::Zeroizing;

use crate::clock::Clock;
use crate::error::Error;
use crate::retry::bounded_retry_after;
use crate::token::response::TokenResponse;
use crate::transport::TransportConfig;
use crate::transport::endpoint::{check_scheme, origin};
use crate::transport::http_date::retry_after;

/// Maximum size of a token response, in bytes. Single tokens of 50,000 characters occur.
const MAX_BODY: usize = 256 * 1024;

/// Time limit of one token request, from connecting to the last byte of the response.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// HTTP client for token requests.
#[derive(Debug)]
pub struct TokenHttp {
    transport: TransportConfig,
    client: OnceLock<reqwest::Client>,
    /// The caller has built `client`, with settings of its own.
    custom_client: bool,
    clock: Clock,
}

impl TokenHttp {
    pub(crate) fn new(transport: TransportConfig, client: Option<reqwest::Client>, clock: Clock) -> Self {
        let custom_client = client.is_some();
        let client = client.map_or_else(OnceLock::new, OnceLock::from);
        Self { transport, client, custom_client, clock }
    }

    /// Sends a request and reads the response completely.
    ///
    /// The body may have at most 256 KiB, the exchange may take at most 30 seconds, and redirects are not followed.
    /// Plain http is limited to loopback hosts, unless [`TransportConfig::allow_plain_http`] is set. Any 2xx or 4xx
    /// response is returned, except 408, 425 and 429.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](crate::ErrorKind::Unavailable) if there is no response, and for 408, 425, 429 and 5xx;
    /// [`Malformed`](crate::ErrorKind::Malformed) for a redirect or a body that is too large;
    /// [`Configuration`](crate::ErrorKind::Configuration) for plain http that is not allowed, and if the client or the
    /// request cannot be built.
    pub async fn send(&self, request: Request) -> Result<TokenResponse, Error> {
        let url = request.url().clone();
        check_scheme(&url, self.transport.allows_plain_http())?;
        let exchange = self.exchange(request, &url);
        self.clock.timeout(REQUEST_TIMEOUT, exchange).await.unwrap_or_else(|_| {
            let seconds = REQUEST_TIMEOUT.as_secs();
            Err(Error::unavailable(format!("{} did not respond within {seconds} seconds", origin(&url))))
        })
    }

    /// Returns the underlying client, with which requests are built.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if the client cannot be built.
    pub fn client(&self) -> Result<&reqwest::Client, Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // An idle connection would belong to the runtime that opened it, which the authenticator may outlive.
        let defaults = |builder| self.transport.limit_reads(builder).pool_max_idle_per_host(0);
        let client = self.transport.client_with(Policy::none(), defaults)?;
        Ok(self.client.get_or_init(|| client))
    }

    pub(crate) fn wall(&self) -> SystemTime {
        self.clock.wall()
    }

    async fn exchange(&self, request: Request, url: &Url) -> Result<TokenResponse, Error> {
        let response = self.client()?.execute(request).await.map_err(|error| self.transport_error(error, url))?;
        if response.url().origin() != url.origin() {
            return Err(Error::malformed(format!(
                "{} redirected the token request to another host; use the URL that it redirects to",
                origin(url)
            )));
        }
        let status = response.status();
        let retry_after = retry_after(response.headers(), self.clock.wall()).map(bounded_retry_after);
        let body = self.read_body(response, url).await?;
        TokenResponse::accept(origin(url), status, retry_after, body)
    }

    /// Converts a reqwest error, which becomes the source without its URL.
    fn transport_error(&self, error: reqwest::Error, url: &Url) -> Error {
        let proxy = if error.is_connect() && !self.custom_client { self.transport.proxy_for(url) } else { None };
        transport_error(error, &origin(url), proxy.as_deref())
    }

    async fn read_body(&self, mut response: Response, url: &Url) -> Result<Zeroizing<Vec<u8>>, Error> {
        let too_large = || {
            let kib = MAX_BODY / 1024;
            Error::malformed(format!("{} sent a response of more than {kib} KiB; check the token URL", origin(url)))
        };
        let announced = response.content_length();
        let capacity = usize::try_from(announced.unwrap_or(4096)).ok().filter(|length| *length <= MAX_BODY);
        let mut body = Zeroizing::new(Vec::with_capacity(capacity.ok_or_else(too_large)?));
        while let Some(chunk) = response.chunk().await.map_err(|error| self.transport_error(error, url))? {
            let length = body.len() + chunk.len();
            if length > MAX_BODY {
                return Err(too_large());
            }
            if length > body.capacity() {
                // `Vec` would free its old buffer without zeroizing it.
                let mut larger = Zeroizing::new(Vec::with_capacity(length.max(2 * body.capacity())));
                larger.extend_from_slice(&body);
                body = larger;
            }
            body.extend_from_slice(&chunk);
        }
        // An HTTP/2 stream that the server resets with `NO_ERROR` ends without an error.
        if announced.is_some_and(|announced| body.len() as u64 != announced) {
            return Err(incomplete(&origin(url)));
        }
        Ok(body)
    }
}

fn transport_error(error: reqwest::Error, origin: &str, proxy: Option<&str>) -> Error {
    if error.is_builder() {
        return Error::configuration(format!("the token request to {origin} cannot be built"))
            .with_source(error.without_url());
    }
    let unavailable = if is_untrusted_certificate(&error) {
        Error::unavailable(format!("the certificate of {origin} is not trusted"))
            .with_hint("add its root with TransportConfig::root_certificate_pem")
    } else if error.is_connect() {
        Error::unavailable(match proxy {
            Some(proxy) => format!("cannot connect to {origin} through the proxy {proxy}"),
            None => format!("cannot connect to {origin}"),
        })
    } else if error.is_timeout() {
        Error::unavailable(format!("{origin} did not respond in time"))
    } else {
        incomplete(origin)
    };
    unavailable.with_source(error.without_url())
}

fn incomplete(origin: &str) -> Error {
    Error::unavailable(format!("the connection to {origin} broke before the response was complete"))
}

fn is_untrusted_certificate(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = match inner {
            Some(inner) => inner.downcast_ref::<rustls::Error>(),
            None => error.downcast_ref::<rustls::Error>(),
        };
        if let Some(rustls::Error::InvalidCertificate(_)) = tls {
            return true;
        }
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
