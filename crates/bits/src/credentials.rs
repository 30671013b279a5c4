//! Credentials of an API client of Bits, and the token of an applicant's session.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, ClientAuthentication, ClientCredentials, ExposeSecret, SecretString},
    env::{Process, Variables},
};

use crate::{
    Environment,
    types::ApplicationCreated,
    variables::{CLIENT_ID, CLIENT_SECRET},
};

/// Id and secret of an API client, from the dashboard's developer page.
#[derive(Clone, Debug)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
}

impl Credentials {
    /// Creates the credentials of an API client.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into() }
    }

    /// Reads `BITS_CLIENT_ID` and `BITS_CLIENT_SECRET`.
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

    /// Converts to OAuth 2.0 credentials. Bits documents HTTP Basic with id and secret unencoded.
    pub(crate) fn into_auth(self, environment: &Environment) -> auth::Credentials {
        let token_url = format!("{}/v1/oauth2/token", environment.base_url().trim_end_matches('/'));
        auth::Credentials::client_credentials(
            ClientCredentials::new(token_url, self.client_id, self.client_secret)
                .authentication(ClientAuthentication::BasicRaw),
        )
    }
}

impl From<Credentials> for AuthSource<Credentials> {
    fn from(credentials: Credentials) -> Self {
        Self::vendor(credentials)
    }
}

/// Token that opens the onboarding of one application in the applicant's browser, for 60 minutes.
///
/// No operation of this client accepts it.
#[derive(Clone, Debug)]
pub struct SessionToken(SecretString);

impl SessionToken {
    /// Returns the URL to redirect the applicant's browser to. It contains the token, so do not log it.
    #[must_use]
    pub fn onboarding_url(&self) -> String {
        format!("https://nocode.bits.bi?token={}", self.0.expose_secret())
    }

    /// Returns the token.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl ApplicationCreated {
    /// Returns the token for the applicant's browser, if the response has one.
    #[must_use]
    pub fn session(&self) -> Option<SessionToken> {
        self.session_token.clone().map(|token| SessionToken(token.into()))
    }
}
