//! The client credentials grant of OAuth 2.0.

mod adapter;
mod ignored;
mod response;
pub(crate) mod source;

use std::fmt;

use secrecy::SecretString;

/// Method by which a client authenticates to the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `client_id` and `client_secret` in the form body.
    #[default]
    Body,
    /// HTTP Basic with form-encoded id and secret (RFC 6749, section 2.3.1).
    Basic,
    /// HTTP Basic with id and secret unencoded, for servers that do not decode them.
    BasicRaw,
}

/// Client id and secret for the client credentials grant.
#[derive(Clone)]
#[must_use]
pub struct ClientCredentials {
    token_url: String,
    client_id: String,
    client_secret: SecretString,
    authentication: ClientAuthentication,
    scopes: Vec<String>,
    audience: Option<String>,
    parameters: Vec<(String, String)>,
}

impl ClientCredentials {
    /// Creates credentials for this token endpoint.
    ///
    /// [`AuthenticatorBuilder::build`](crate::AuthenticatorBuilder::build) validates them.
    pub fn new(
        token_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self {
            token_url: token_url.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            authentication: ClientAuthentication::default(),
            scopes: Vec::new(),
            audience: None,
            parameters: Vec::new(),
        }
    }

    /// Sets the authentication method; [`ClientAuthentication::Body`] by default.
    pub fn authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Adds a scope to the request.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Adds scopes to the request.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Sets the `audience` parameter, which some servers require.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Adds a form parameter to the request. It is part of the [`CacheKey`](crate::CacheKey) and must not be a secret.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("authentication", &self.authentication)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
