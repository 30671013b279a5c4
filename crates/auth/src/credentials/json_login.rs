//! Logins with a user name and a password in JSON, for services without an OAuth token endpoint.

pub(crate) mod source;

use std::fmt;

use secrecy::SecretString;

/// User name and password for a login that returns an access token and a refresh token.
///
/// The login request is `{"username": …, "password": …}`, its response `{"accessToken": …, "refreshToken": …}`. A
/// refresh is a POST without a body, authorized by the refresh token; the server may leave the refresh token unchanged.
/// Lifetimes come from the tokens' claims if they are JWTs. A 404 response to a login means that the credentials are
/// wrong.
#[derive(Clone)]
#[must_use]
pub struct JsonLogin {
    login_url: String,
    refresh_url: Option<String>,
    application_token_url: Option<String>,
    username: String,
    password: SecretString,
}

impl JsonLogin {
    /// Creates credentials for this login endpoint.
    ///
    /// [`AuthenticatorBuilder::build`](crate::AuthenticatorBuilder::build) validates them.
    pub fn new(login_url: impl Into<String>, username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            login_url: login_url.into(),
            refresh_url: None,
            application_token_url: None,
            username: username.into(),
            password: password.into(),
        }
    }

    /// Sets the endpoint that exchanges the refresh token for a new access token. Without it, every refresh is a login.
    pub fn refresh_url(mut self, url: impl Into<String>) -> Self {
        self.refresh_url = Some(url.into());
        self
    }

    /// Sets the endpoint that exchanges the refresh token for an application token.
    ///
    /// An application token does not expire and is used in place of the access token.
    pub fn application_token_url(mut self, url: impl Into<String>) -> Self {
        self.application_token_url = Some(url.into());
        self
    }
}

impl fmt::Debug for JsonLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLogin")
            .field("application_token", &self.application_token_url.is_some())
            .finish_non_exhaustive()
    }
}
