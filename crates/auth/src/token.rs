//! Tokens: value, lifetime, identity, and the headers made from them.

pub(crate) mod authorization;
pub(crate) mod cache_key;
pub(crate) mod headers;
pub(crate) mod json_members;
pub(crate) mod lifetime;
pub(crate) mod response;
pub(crate) mod version;

use std::fmt;

use secrecy::SecretString;

use self::lifetime::Lifetime;

/// An access token obtained by a [`TokenSource`](crate::TokenSource).
#[derive(Clone)]
#[expect(clippy::struct_field_names, reason = "`token_type` and `refresh_token` are the names of RFC 6749")]
pub struct Token {
    pub(crate) value: SecretString,
    pub(crate) lifetime: Lifetime,
    pub(crate) token_type: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) refresh_token: Option<SecretString>,
}

impl Token {
    /// Creates a bearer token of unknown lifetime.
    #[must_use]
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self {
            value: value.into(),
            lifetime: Lifetime::Unknown,
            token_type: None,
            scopes: Vec::new(),
            refresh_token: None,
        }
    }

    /// Sets the lifetime of the token.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets the granted scopes. They are informational and appear in [`TokenInfo`](crate::TokenInfo).
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the token type reported by the server. It is informational: the header always has the scheme `Bearer`.
    #[must_use]
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = Some(token_type.into());
        self
    }

    /// Sets the refresh token, or any other secret that the source needs for its next fetch.
    ///
    /// [`TokenRequest::refresh_token`](crate::TokenRequest::refresh_token) returns it to the source. It is retained
    /// when the server rejects the access token.
    #[must_use]
    pub fn refresh_token(mut self, refresh_token: impl Into<SecretString>) -> Self {
        self.refresh_token = Some(refresh_token.into());
        self
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("lifetime", &self.lifetime)
            .field("token_type", &self.token_type)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
