//! d.vinci's credentials: an API user, with or without OAuth 2.0.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, ClientCredentials, SecretString},
    env::{self, Process, Variables},
    header::HeaderName,
};

use crate::{
    Environment,
    variables::{API_TOKEN, API_USER, CLIENT_ID, CLIENT_SECRET},
};

/// Name and API token of an API user. A setting of the API user in d.vinci selects OAuth 2.0 or a pair of headers.
#[derive(Clone, Debug)]
pub struct Credentials {
    user: String,
    token: SecretString,
    headers: bool,
}

impl Credentials {
    /// Creates the credentials of an API user with OAuth 2.0 enabled: the name is the client id, the API token is the
    /// client secret.
    pub fn new(user: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { user: user.into(), token: token.into(), headers: false }
    }

    /// Creates the credentials of an API user without OAuth 2.0: every request carries name and API token in a pair of
    /// headers.
    pub fn headers(user: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { headers: true, ..Self::new(user, token) }
    }

    /// Reads `DVINCI_CLIENT_ID` and `DVINCI_CLIENT_SECRET`, for OAuth 2.0; or else `DVINCI_API_USER` and
    /// `DVINCI_API_TOKEN`, for the pair of headers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if neither kind of credentials is set. The message names the
    /// first unset variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the credentials as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        if env::uses_alternative(vars, API_USER, [CLIENT_ID, CLIENT_SECRET]) {
            return Ok(Self::headers(API_USER.required(vars)?, API_TOKEN.required_secret(vars)?));
        }
        Ok(Self::new(CLIENT_ID.required(vars)?, CLIENT_SECRET.required_secret(vars)?))
    }

    /// Converts to the credentials of an authenticator.
    pub(crate) fn into_auth(self, environment: &Environment) -> auth::Credentials {
        if self.headers {
            return auth::Credentials::headers([
                (HeaderName::from_static("dvinci-api-user"), self.user.into()),
                (HeaderName::from_static("dvinci-api-token"), self.token),
            ]);
        }
        let token_url = format!("{}/plt/oauth2/token", environment.base_url().trim_end_matches('/'));
        auth::Credentials::client_credentials(ClientCredentials::new(token_url, self.user, self.token))
    }
}

impl From<Credentials> for AuthSource<Credentials> {
    fn from(credentials: Credentials) -> Self {
        Self::vendor(credentials)
    }
}
