//! What a caller has to show for itself.

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderName;
use secrecy::SecretString;

use crate::authorization::Headers;
use crate::client_credentials::ClientCredentials;
use crate::endpoint::check_scheme;
use crate::error::{Error, ErrorKind};
use crate::json_login::JsonLogin;
use crate::source::TokenSource;
use crate::transport::TransportConfig;

/// What a caller has to show for itself, of whatever kind.
#[derive(Clone)]
pub struct Credentials(Kind);

#[derive(Clone)]
enum Kind {
    ClientCredentials(ClientCredentials),
    JsonLogin(JsonLogin),
    Bearer(SecretString),
    Headers(Vec<(HeaderName, SecretString)>),
    Custom(Arc<dyn TokenSource>),
}

/// Credentials, ready for use.
pub(crate) enum Prepared {
    /// Headers that never change.
    Fixed(Box<Headers>),
    /// Tokens are fetched.
    Source(Arc<dyn TokenSource>),
}

impl Credentials {
    /// Fetches tokens with the client credentials grant of OAuth 2.0.
    #[must_use]
    pub fn client_credentials(credentials: ClientCredentials) -> Self {
        Self(Kind::ClientCredentials(credentials))
    }

    /// Fetches tokens by logging in with JSON.
    #[must_use]
    pub fn json_login(login: JsonLogin) -> Self {
        Self(Kind::JsonLogin(login))
    }

    /// Uses a ready-made token until the server rejects it. No request is ever made for another.
    #[must_use]
    pub fn bearer(token: impl Into<SecretString>) -> Self {
        Self(Kind::Bearer(token.into()))
    }

    /// Sends these headers in place of a bearer token, such as a user name and an API token.
    #[must_use]
    pub fn headers(headers: impl IntoIterator<Item = (HeaderName, SecretString)>) -> Self {
        Self(Kind::Headers(headers.into_iter().collect()))
    }

    /// Fetches tokens with the caller's own code.
    #[must_use]
    pub fn custom(source: impl TokenSource) -> Self {
        Self(Kind::Custom(Arc::new(source)))
    }

    pub(crate) fn prepare(self, transport: &TransportConfig) -> Result<Prepared, Error> {
        let plain_http = transport.allows_plain_http();
        Ok(match self.0 {
            Kind::ClientCredentials(credentials) => {
                let source = credentials.into_source()?;
                check_scheme(source.url(), plain_http)?;
                Prepared::Source(Arc::new(source))
            }
            Kind::JsonLogin(login) => {
                let source = login.into_source()?;
                source.urls().try_for_each(|url| check_scheme(url, plain_http))?;
                Prepared::Source(Arc::new(source))
            }
            Kind::Bearer(token) => Prepared::Fixed(Box::new(Headers::bearer(&token).map_err(given)?)),
            Kind::Headers(pairs) if pairs.is_empty() => {
                return Err(Error::configuration("there is no header to send; give at least one"));
            }
            Kind::Headers(pairs) => Prepared::Fixed(Box::new(Headers::pairs(&pairs).map_err(given)?)),
            Kind::Custom(source) => Prepared::Source(source),
        })
    }
}

/// What the caller typed in is not a server's answer.
fn given(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Malformed => Error::configuration(format!("{error}; give it as it was issued")),
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
            Kind::Headers(_) => "Credentials::Headers",
            Kind::Custom(_) => "Credentials::Custom",
        })
    }
}
