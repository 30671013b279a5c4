//! A token as its source hands it over.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

/// How long a token may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifetime {
    /// This long, counted from the start of the request that obtained it.
    For(Duration),
    /// For the calls that are waiting for it, and no other.
    SingleUse,
    /// Nobody said: until the server rejects it.
    Unknown,
}

/// What a [`TokenSource`](crate::TokenSource) obtained.
#[derive(Clone)]
pub struct Token {
    pub(crate) value: SecretString,
    pub(crate) lifetime: Lifetime,
    pub(crate) kind: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) refresh_token: Option<SecretString>,
}

impl Token {
    /// A bearer token of unknown lifetime.
    #[must_use]
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self { value: value.into(), lifetime: Lifetime::Unknown, kind: None, scopes: Vec::new(), refresh_token: None }
    }

    /// Sets how long the token may be used.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets the scopes that were granted. They are information, nothing depends on them.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets what the server called this kind of token. It is information: the header always says `Bearer`.
    #[must_use]
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.kind = Some(token_type.into());
        self
    }

    /// Sets what the source wants to see again at its next fetch, such as a refresh token.
    ///
    /// It is handed back by [`TokenRequest::refresh_token`](crate::TokenRequest::refresh_token), and it survives the rejection of
    /// the token itself.
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
            .field("token_type", &self.kind)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
