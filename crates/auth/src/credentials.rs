//! Credentials: client credentials, JSON logins, HTTP Basic, constant headers, and custom token sources.

mod basic;
pub(crate) mod client_credentials;
pub(crate) mod custom;
pub(crate) mod json_login;

use std::fmt;
use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, HeaderName};
use secrecy::{ExposeSecret, SecretString};

use self::client_credentials::ClientCredentials;
use self::client_credentials::source::ClientCredentialsSource;
use self::custom::TokenSource;
use self::json_login::JsonLogin;
use self::json_login::source::JsonLoginSource;
use crate::error::{Error, ErrorKind};
use crate::token::headers::Headers;
use crate::transport::TransportConfig;
use crate::transport::endpoint::check_scheme;

/// Credentials of any kind, from which an [`Authenticator`](crate::Authenticator) is built.
#[derive(Clone)]
pub struct Credentials(Kind);

#[derive(Clone)]
enum Kind {
    ClientCredentials(ClientCredentials),
    JsonLogin(JsonLogin),
    Bearer(SecretString),
    Basic { user: String, password: SecretString },
    Headers(Vec<(HeaderName, SecretString)>),
    Custom(Arc<dyn TokenSource>),
}

/// Validated credentials.
pub(crate) enum Prepared {
    /// Constant headers.
    Static(Box<Headers>),
    /// A source from which tokens are fetched.
    Source(Arc<dyn TokenSource>),
}

impl Credentials {
    /// Creates credentials that fetch tokens with the client credentials grant of OAuth 2.0 (RFC 6749, section 4.4).
    #[must_use]
    pub fn client_credentials(credentials: ClientCredentials) -> Self {
        Self(Kind::ClientCredentials(credentials))
    }

    /// Creates credentials that fetch tokens by a login with a user name and a password in JSON.
    #[must_use]
    pub fn json_login(login: JsonLogin) -> Self {
        Self(Kind::JsonLogin(login))
    }

    /// Creates credentials from an existing token, which is used until the server rejects it. No token is requested.
    #[must_use]
    pub fn bearer(token: impl Into<SecretString>) -> Self {
        Self(Kind::Bearer(token.into()))
    }

    /// Creates credentials that send a user name and a password by HTTP Basic (RFC 7617) with every call. No token is
    /// requested. The user name must not contain a colon.
    #[must_use]
    pub fn basic(user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self(Kind::Basic { user: user.into(), password: password.into() })
    }

    /// Creates credentials that send these headers instead of a bearer token, for example a user name and an API token.
    #[must_use]
    pub fn headers(headers: impl IntoIterator<Item = (HeaderName, SecretString)>) -> Self {
        Self(Kind::Headers(headers.into_iter().collect()))
    }

    /// Creates credentials that fetch tokens from a custom source.
    #[must_use]
    pub fn custom(source: impl TokenSource) -> Self {
        Self(Kind::Custom(Arc::new(source)))
    }

    pub(crate) fn prepare(self, transport: &TransportConfig) -> Result<Prepared, Error> {
        let plain_http = transport.allows_plain_http();
        Ok(match self.0 {
            Kind::ClientCredentials(credentials) => {
                let source = ClientCredentialsSource::new(credentials)?;
                check_scheme(source.url(), plain_http)?;
                Prepared::Source(Arc::new(source))
            }
            Kind::JsonLogin(login) => {
                let source = JsonLoginSource::new(login)?;
                source.urls().try_for_each(|url| check_scheme(url, plain_http))?;
                Prepared::Source(Arc::new(source))
            }
            Kind::Bearer(token) => Prepared::Static(Box::new(Headers::bearer(&token).map_err(as_configuration)?)),
            Kind::Basic { user, .. } if user.contains(':') => {
                return Err(Error::configuration("the user name contains a colon, which HTTP Basic does not support"));
            }
            Kind::Basic { user, password } => {
                // Without a copy: the text has its exact size.
                let value = std::mem::take(&mut *basic::value(&user, password.expose_secret()));
                let pair = (AUTHORIZATION, SecretString::from(value));
                Prepared::Static(Box::new(Headers::custom(&[pair]).map_err(as_configuration)?))
            }
            Kind::Headers(pairs) if pairs.is_empty() => {
                return Err(Error::configuration("the credentials have no headers; add at least one"));
            }
            Kind::Headers(pairs) => Prepared::Static(Box::new(Headers::custom(&pairs).map_err(as_configuration)?)),
            Kind::Custom(source) => Prepared::Source(source),
        })
    }
}

/// Converts an error about a malformed token to one about the caller's configuration, where the token comes from.
fn as_configuration(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Malformed => Error::configuration(format!("{error}; enter it exactly as it was issued")),
        _ => error,
    }
}

impl From<ClientCredentials> for Credentials {
    fn from(credentials: ClientCredentials) -> Self {
        Self::client_credentials(credentials)
    }
}

impl From<JsonLogin> for Credentials {
    fn from(login: JsonLogin) -> Self {
        Self::json_login(login)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::ClientCredentials(_) => "Credentials::ClientCredentials",
            Kind::JsonLogin(_) => "Credentials::JsonLogin",
            Kind::Bearer(_) => "Credentials::Bearer",
            Kind::Basic { .. } => "Credentials::Basic",
            Kind::Headers(_) => "Credentials::Headers",
            Kind::Custom(_) => "Credentials::Custom",
        })
    }
}
