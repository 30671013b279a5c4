//! Token requests over HTTP: bounded, unredirected, and with nothing of the answer in an error.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use reqwest::redirect::Policy;
use reqwest::{Request, Response, StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::endpoint::{check_scheme, origin};
use crate::error::Error;
use crate::http_date::retry_after;
use crate::retry::bounded_retry_after;
use crate::transport::TransportConfig;

/// Larger answers are not token answers, though a single token may have 50,000 characters.
const LARGEST_BODY: usize = 256 * 1024;

/// One request takes no longer than this.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The HTTP client that token sources use.
#[derive(Debug)]
pub struct TokenHttp {
    transport: TransportConfig,
    client: OnceLock<reqwest::Client>,
    clock: Clock,
}

impl TokenHttp {
    pub(crate) fn new(transport: TransportConfig, client: Option<reqwest::Client>, clock: Clock) -> Self {
        let client = client.map_or_else(OnceLock::new, OnceLock::from);
        Self { transport, client, clock }
    }

    /// Sends one request and reads the whole answer: at most 256 KiB, in at most 30 seconds, without redirects, over
    /// plain http only where that was allowed.
    ///
    /// Any 2xx or 4xx is an answer, except for 408, 425 and 429.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](crate::ErrorKind::Unavailable) when there is no answer, or one that asks for patience;
    /// [`Malformed`](crate::ErrorKind::Malformed) for a redirect or an oversized answer;
    /// [`Configuration`](crate::ErrorKind::Configuration) for an address that must not be used.
    pub async fn send(&self, request: Request) -> Result<TokenResponse, Error> {
        let url = request.url().clone();
        check_scheme(&url, self.transport.allows_plain_http())?;
        let exchange = self.exchange(request, &url);
        let answer = self.clock.timeout(TIME_LIMIT, exchange).await.unwrap_or_else(|_| {
            let seconds = TIME_LIMIT.as_secs();
            Err(Error::unavailable(format!("{} did not answer within {seconds} seconds", origin(&url))))
        })?;
        answer.accept()
    }

    /// The client underneath, to build requests with.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) when it cannot be built.
    pub fn client(&self) -> Result<&reqwest::Client, Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // No idle connections: one would belong to the runtime that opened it, and outlive it.
        let client = self.transport.client_with(Policy::none(), |builder| builder.pool_max_idle_per_host(0))?;
        Ok(self.client.get_or_init(|| client))
    }

    pub(crate) fn wall(&self) -> SystemTime {
        self.clock.wall()
    }

    async fn exchange(&self, request: Request, url: &Url) -> Result<TokenResponse, Error> {
        let response = self.client()?.execute(request).await.map_err(|error| broken(error, url))?;
        if response.url().origin() != url.origin() {
            return Err(Error::malformed(format!(
                "{} redirected the token request elsewhere; give the address that it points to",
                origin(url)
            )));
        }
        let status = response.status();
        let retry_after = retry_after(response.headers(), self.clock.wall()).map(bounded_retry_after);
        let body = read(response, url).await?;
        Ok(TokenResponse { origin: origin(url), status, retry_after, body })
    }
}

/// What a token endpoint answered. The body is wiped when this is dropped.
pub struct TokenResponse {
    origin: String,
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Zeroizing<Vec<u8>>,
}

impl TokenResponse {
    /// The status: 2xx or 4xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, as it came, but for a byte order mark.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body)
    }

    /// Reads the body as JSON, whatever its content type says.
    ///
    /// # Errors
    ///
    /// [`Malformed`](crate::ErrorKind::Malformed), without anything of the body in it.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(self.body()).map_err(|_| self.malformed())
    }

    /// The error for a 4xx: a refusal where the answer says so, else a wrong address.
    ///
    /// Understands `error` and `error_description` of RFC 6749. Other answers count as a refusal with status 400, 401
    /// or 403, and as no token answer at all with any other.
    #[must_use]
    pub fn to_error(&self) -> Error {
        let (code, description) = self.reason();
        let origin = &self.origin;
        let status = self.status;
        let error = match code.as_deref() {
            Some("server_error" | "temporarily_unavailable" | "slow_down") => {
                Error::unavailable(format!("{origin} cannot issue tokens at the moment"))
            }
            Some("invalid_scope" | "invalid_target") => Error::refused(
                format!("{origin} refused the scopes or the audience; ask for what was granted"),
                None,
                None,
            ),
            _ if code.is_some() || matches!(status.as_u16(), 400 | 401 | 403) => Error::refused(
                format!("{origin} refused the credentials; check id, secret and environment"),
                None,
                None,
            ),
            _ => Error::malformed(format!("{origin} answered {status}, which is no token answer; check the token URL")),
        };
        error.with_code(code, description).with_status(status).with_wait(self.retry_after)
    }

    pub(crate) fn malformed(&self) -> Error {
        let (origin, status) = (&self.origin, self.status);
        Error::malformed(format!("{origin} answered {status} without a usable token; check the token URL"))
            .with_status(status)
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The server's error code and text, if its answer has that form.
    pub(crate) fn reason(&self) -> (Option<String>, Option<String>) {
        let Ok(answer) = serde_json::from_slice::<serde_json::Value>(self.body()) else {
            return (None, None);
        };
        let text = |name: &str| answer.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        (text("error"), text("error_description"))
    }

    fn accept(self) -> Result<Self, Error> {
        let Self { origin, status, .. } = &self;
        if status.is_redirection() {
            return Err(Error::malformed(format!(
                "{origin} answered {status}, and redirects are not followed with a secret; give the address that it \
                 points to"
            ))
            .with_status(*status));
        }
        if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
            let (code, description) = self.reason();
            return Err(Error::unavailable(format!("{origin} answered {status}"))
                .with_code(code, description)
                .with_status(*status)
                .with_wait(self.retry_after));
        }
        if status.is_informational() {
            return Err(self.malformed());
        }
        Ok(self)
    }
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse").field("status", &self.status.as_u16()).finish_non_exhaustive()
    }
}

async fn read(mut response: Response, url: &Url) -> Result<Zeroizing<Vec<u8>>, Error> {
    let too_large = || {
        let kib = LARGEST_BODY / 1024;
        Error::malformed(format!("{} answered with more than {kib} KiB; check the token URL", origin(url)))
    };
    let announced = response.content_length().unwrap_or(4096);
    let announced = usize::try_from(announced).ok().filter(|length| *length <= LARGEST_BODY).ok_or_else(too_large)?;
    let mut body = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(error, url))? {
        let length = body.len() + chunk.len();
        if length > LARGEST_BODY {
            return Err(too_large());
        }
        if length > body.capacity() {
            // Grown by hand: the buffer that a vector leaves behind would not be wiped.
            let mut larger = Zeroizing::new(Vec::with_capacity(length.max(2 * body.capacity())));
            larger.extend_from_slice(&body);
            body = larger;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error for an exchange that broke. Its source keeps reqwest's, without the address.
fn broken(error: reqwest::Error, url: &Url) -> Error {
    let origin = origin(url);
    let message = if untrusted(&error) {
        format!("the certificate of {origin} is not trusted; give its root with TransportConfig::root_certificate_pem")
    } else if error.is_builder() {
        return Error::configuration(format!("the token request to {origin} cannot be built"))
            .with_source(error.without_url());
    } else if error.is_connect() {
        format!("{origin} cannot be reached")
    } else if error.is_timeout() {
        format!("{origin} did not answer in time")
    } else {
        format!("the connection to {origin} broke before the answer was complete")
    };
    Error::unavailable(message).with_source(error.without_url())
}

fn untrusted(error: &reqwest::Error) -> bool {
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
