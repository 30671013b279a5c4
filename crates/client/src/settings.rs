//! Settings of a client, independent of the API, and the construction of a session from them.

use std::{sync::Arc, time::Duration};

use keyfob_auth::{Authenticator, AuthenticatorBuilder, Clock, Credentials, TransportConfig, is_loopback};
use reqwest::{StatusCode, Url, redirect::Policy};

use crate::{
    auth_source::Authorize,
    call::retry::{Budget, RetryPolicy},
    connection::{Access, Connection, Host},
    decode::body::{DecodeOptions, Leniency},
    error::{Error, ErrorKind},
    session::Session,
};

/// Default maximum size of a response that is read into memory, in bytes: large enough for large responses, and small
/// enough that an endless response does not exhaust the memory of a usual host.
const MAX_RESPONSE_BYTES: u64 = 128 * 1024 * 1024;

/// Default maximum size of a decoded response, as a multiple of `max_response_bytes`.
///
/// Usual rows occupy three times the memory of their JSON, and rows whose fields are nearly all absent more. With the
/// received bytes and the growth of the list, pages at the limits allocated up to 10 times, and occupied up to 8 times,
/// `max_response_bytes` (measured with time registrations of 500 bytes; empty rows: 8.5 and 6 times).
const DECODED_PER_RESPONSE_BYTE: u64 = 4;

/// Default maximum time to wait for data from the service, after the request and between two chunks of the response.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Settings of a client before it is built.
pub(crate) struct Settings {
    pub(crate) api: &'static str,
    /// Name, URL and authorization of each host.
    hosts: Vec<(&'static str, String, HostAuth)>,
    /// Named hosts of the API, if it has declared them.
    pub(crate) host_names: Option<&'static [&'static str]>,
    /// Error for `build` to return.
    pub(crate) invalid: Option<Error>,
    pub(crate) authorize: Authorize,
    pub(crate) store: Option<Share>,
    pub(crate) transport: TransportConfig,
    pub(crate) http: Option<reqwest::Client>,
    pub(crate) retry: RetryPolicy,
    #[cfg(feature = "rate-limit")]
    pub(crate) rate_limit: Option<crate::call::rate_limit::RateLimit>,
    /// `None` leaves the connect timeout to `transport`.
    pub(crate) connect_timeout: Option<Duration>,
    /// `None` leaves the read timeout to `transport`.
    pub(crate) read_timeout: Option<Duration>,
    /// Read timeout of the API, if neither the builder nor `transport` has one.
    pub(crate) default_read_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_response_bytes: u64,
    /// `None` derives the limit from `max_response_bytes`.
    pub(crate) max_decoded_bytes: Option<u64>,
    pub(crate) token_rejected_statuses: Vec<StatusCode>,
    pub(crate) status_in_body: bool,
    pub(crate) title_case_headers: bool,
    pub(crate) leniency: Leniency,
    pub(crate) clock: Clock,
}

/// Sets the token store of an authenticator.
pub(crate) type Share = Box<dyn Fn(AuthenticatorBuilder) -> AuthenticatorBuilder + Send + Sync>;

/// Authorization of the calls to a host.
pub(crate) enum HostAuth {
    /// With the client's credentials.
    Client,
    /// With these credentials.
    Own(Credentials),
    Unauthenticated,
}

impl Settings {
    pub(crate) fn new(api: &'static str) -> Self {
        Self {
            api,
            hosts: Vec::new(),
            host_names: None,
            invalid: None,
            authorize: Authorize::Anonymous,
            store: None,
            transport: TransportConfig::new(),
            http: None,
            retry: RetryPolicy::default(),
            #[cfg(feature = "rate-limit")]
            rate_limit: None,
            connect_timeout: None,
            read_timeout: None,
            default_read_timeout: READ_TIMEOUT,
            timeout: None,
            max_response_bytes: MAX_RESPONSE_BYTES,
            max_decoded_bytes: None,
            token_rejected_statuses: vec![StatusCode::UNAUTHORIZED],
            status_in_body: false,
            title_case_headers: false,
            leniency: Leniency::Lenient,
            clock: Clock::system(),
        }
    }

    /// Sets the URL of a host.
    pub(crate) fn set_host(&mut self, name: &'static str, url: String, auth: HostAuth) {
        self.hosts.retain(|(other, ..)| *other != name);
        self.hosts.push((name, url, auth));
    }

    /// Builds the session.
    pub(crate) fn session(mut self) -> Result<Session, Error> {
        if let Some(error) = self.invalid.take() {
            return Err(error);
        }
        if self.hosts.is_empty() {
            return Err(Error::new(ErrorKind::Rejected, "the client has no base URL: pass an environment with one"));
        }
        self.check_hosts()?;
        if self.title_case_headers {
            self.transport = self.transport.title_case_headers();
        }
        let allows_plain_http = self.transport.allows_plain_http();
        let authenticator = |credentials| {
            let builder = Authenticator::builder(credentials).transport(self.transport.clone());
            let builder = self.store.iter().fold(builder, |builder, share| share(builder));
            builder.clock(self.clock.clone()).build().map_err(Error::from)
        };
        let hosts = self
            .hosts
            .into_iter()
            .map(|(name, url, auth)| {
                let url = base_url("base URL", &url)?;
                let access = match auth {
                    HostAuth::Client => Access::Client,
                    HostAuth::Own(credentials) => Access::Own(authenticator(credentials)?),
                    HostAuth::Unauthenticated => Access::Unauthenticated,
                };
                if !matches!(access, Access::Unauthenticated) {
                    check_protected("base URL", &url, allows_plain_http)?;
                }
                Ok(Host { name, url, access })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let transport = self.http.is_none().then(|| self.transport.clone());
        let authenticator = match self.authorize {
            Authorize::Anonymous => None,
            Authorize::Authenticator(authenticator) => Some(authenticator),
            Authorize::Credentials(credentials) => Some(authenticator(credentials)?),
        };
        let (http, read_timeout) = if let Some(http) = self.http {
            (http, None)
        } else {
            let defaults = |builder: reqwest::ClientBuilder| match self.connect_timeout {
                Some(limit) => builder.connect_timeout(limit),
                None => builder,
            };
            let http = self.transport.client_with(Policy::none(), defaults).map_err(Error::from)?;
            let limit =
                self.read_timeout.or(self.transport.configured_read_timeout()).unwrap_or(self.default_read_timeout);
            (http, (limit != Duration::MAX).then_some(limit))
        };
        Ok(Session(Arc::new(Connection {
            api: self.api,
            http,
            authenticator,
            hosts,
            transport,
            allows_plain_http,
            retry: self.retry,
            budget: Budget::new(),
            #[cfg(feature = "rate-limit")]
            limiter: self.rate_limit.map(|limit| crate::call::rate_limit::Limiter::new(limit, &self.clock)),
            timeout: self.timeout,
            read_timeout,
            max_response_bytes: self.max_response_bytes,
            token_rejected_statuses: self.token_rejected_statuses,
            status_in_body: self.status_in_body,
            decode: DecodeOptions {
                leniency: self.leniency,
                max_bytes: self
                    .max_decoded_bytes
                    .unwrap_or_else(|| self.max_response_bytes.saturating_mul(DECODED_PER_RESPONSE_BYTE)),
            },
            clock: self.clock,
        })))
    }
}

impl Settings {
    /// Checks that all named hosts of the API have a URL, and that the API has no other.
    fn check_hosts(&self) -> Result<(), Error> {
        let Some(names) = self.host_names else { return Ok(()) };
        let configured = || self.hosts.iter().map(|(name, ..)| *name);
        let missing = names.iter().find(|name| !configured().any(|host| host == **name));
        if let Some(name) = missing {
            let message = format!("no base URL for the host `{name}` of {}: set it in the environment", self.api);
            return Err(Error::new(ErrorKind::Rejected, message));
        }
        let unknown = configured().find(|name| !name.is_empty() && !names.contains(name));
        unknown.map_or(Ok(()), |name| {
            let message = format!("{} has no host `{name}`: its hosts are {}", self.api, names.join(", "));
            Err(Error::new(ErrorKind::Rejected, message))
        })
    }
}

/// Parses a base URL, which error messages call `name`. They do not quote it, because it may contain a password.
pub(crate) fn base_url(name: &str, text: &str) -> Result<Url, Error> {
    let invalid = |message: &str| Err(Error::new(ErrorKind::Rejected, format!("the {name} {message}")));
    let Ok(url) = Url::parse(text.trim()) else {
        return invalid("is not a URL: write it with its scheme, like https://api.example.com/prefix");
    };
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        return invalid("needs a scheme, https or http: write it like https://api.example.com/prefix");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("contains a user name or password: pass credentials to the client instead");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return invalid("ends in a query or fragment: remove it");
    }
    Ok(url)
}

/// Checks that a base URL protects credentials: https, a loopback host, or plain http that the caller has allowed.
pub(crate) fn check_protected(name: &str, url: &Url, allows_plain_http: bool) -> Result<(), Error> {
    if url.scheme() == "http" && !is_loopback(url) && !allows_plain_http {
        let message = format!("the {name} is plain http, where credentials are not protected");
        let hint = "use https, or allow it with `TransportConfig::allow_plain_http`";
        return Err(Error::new(ErrorKind::Rejected, message).with_hint(hint));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use keyfob_auth::{Credentials, SecretString};
    use reqwest::header::HeaderName;

    use crate::{ClientBuilder, ErrorKind, Session};

    fn builder() -> ClientBuilder<Session> {
        ClientBuilder::new("test-api").hosts(&["feed", "apply"]).base_url("https://api.test")
    }

    #[test]
    fn a_missing_and_an_unknown_host_are_errors_that_name_it() {
        let feed = || builder().host_url("feed", "https://feed.test");
        let error = feed().build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(error.to_string().contains("no base URL for the host `apply` of test-api"), "{error}");
        let both = || feed().unauthenticated_host("apply", "https://apply.test");
        both().build().unwrap();
        let error = both().host_url("aply", "https://apply.test").build().unwrap_err();
        assert!(error.to_string().contains("no host `aply`: its hosts are feed, apply"), "{error}");
    }

    #[test]
    fn credentials_of_a_host_are_not_sent_over_plain_http() {
        let header = (HeaderName::from_static("x-key"), SecretString::from("secret"));
        let plain = builder().host_url("feed", "https://feed.test").host_credentials(
            "apply",
            "http://apply.test",
            Credentials::headers([header]),
        );
        let error = plain.build().unwrap_err();
        assert!(error.to_string().starts_with("the base URL is plain http"), "{error}");
    }

    #[test]
    fn a_recorded_error_is_returned_before_other_errors() {
        let error = builder().invalid(crate::codegen::invalid("first")).invalid(crate::codegen::invalid("second"));
        assert_eq!(error.build().unwrap_err().to_string(), "first");
    }
}
