//! Digitaleo's credentials.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, ClientCredentials, SecretString},
    env::{Process, Variables},
};

use crate::{
    Environment,
    variables::{CLIENT_ID, CLIENT_SECRET},
};

/// Id and secret of an application, from the web application under Parameters, API.
#[derive(Clone, Debug)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
}

impl Credentials {
    /// Creates the credentials of an application.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into() }
    }

    /// Reads `DIGITALEO_CLIENT_ID` and `DIGITALEO_CLIENT_SECRET`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if a variable is unset. The message names the variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the credentials as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        Ok(Self::new(CLIENT_ID.required(vars)?, CLIENT_SECRET.required_secret(vars)?))
    }

    /// Converts to OAuth 2.0 credentials.
    pub(crate) fn into_auth(self, environment: &Environment) -> auth::Credentials {
        let token_url = format!("{}/token", environment.endpoints().oauth.trim_end_matches('/'));
        auth::Credentials::client_credentials(ClientCredentials::new(token_url, self.client_id, self.client_secret))
    }
}

impl From<Credentials> for AuthSource<Credentials> {
    fn from(credentials: Credentials) -> Self {
        Self::vendor(credentials)
    }
}
