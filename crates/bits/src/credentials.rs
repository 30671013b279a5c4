//! Credentials of an API client of Bits.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, ClientAuthentication, ClientCredentials, SecretString},
    codegen,
    env::{Process, Variables},
};

use crate::{
    Environment, Scope,
    variables::{CLIENT_ID, CLIENT_SECRET, SCOPE},
};

/// Id and secret of an API client, from the dashboard's developer page.
#[derive(Clone, Debug)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
    scope: Option<Scope>,
}

impl Credentials {
    /// Creates the credentials of an API client.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into(), scope: None }
    }

    /// Requests tokens of this scope alone. By default no scope is requested, and Bits grants [`Scope::Application`].
    ///
    /// Bits documents the scopes, but not that a token request may name one.
    #[must_use]
    pub fn with_scope(self, scope: Scope) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Reads `BITS_CLIENT_ID` and `BITS_CLIENT_SECRET`; and `BITS_SCOPE`, which is optional: `application` or
    /// `application.read`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if a required variable is unset, and
    /// [`ErrorKind::Rejected`](keyfob_client::ErrorKind::Rejected) for another scope. The message names the variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the credentials as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        let credentials = Self::new(CLIENT_ID.required(vars)?, CLIENT_SECRET.required_secret(vars)?);
        let Some(name) = SCOPE.optional(vars) else { return Ok(credentials) };
        let scope = Scope::named(&name).ok_or_else(|| {
            codegen::invalid(format!("{} is no scope: set `application` or `application.read`", SCOPE.name()))
        })?;
        Ok(credentials.with_scope(scope))
    }

    /// Converts to OAuth 2.0 credentials. Bits documents HTTP Basic with id and secret unencoded.
    pub(crate) fn into_auth(self, environment: &Environment) -> auth::Credentials {
        let token_url = format!("{}/v1/oauth2/token", environment.base_url().trim_end_matches('/'));
        auth::Credentials::client_credentials(
            ClientCredentials::new(token_url, self.client_id, self.client_secret)
                .authentication(ClientAuthentication::BasicRaw)
                .scopes(self.scope.map(Scope::as_str)),
        )
    }
}

impl From<Credentials> for AuthSource<Credentials> {
    fn from(credentials: Credentials) -> Self {
        Self::vendor(credentials)
    }
}
