//! Logins with a user name and a password in JSON, or with a refresh token, for services without an OAuth token endpoint.

pub(crate) mod source;

use std::fmt;

use secrecy::SecretString;

/// User name and password for a login that returns an access token and a refresh token, or a refresh token alone.
///
/// The login request is `{"username": …, "password": …}`, its response `{"accessToken": …, "refreshToken": …}`. A
/// refresh is a POST without a body, authorized by the refresh token; the server may leave the refresh token unchanged.
/// Lifetimes come from the tokens' claims if they are JWTs. A 404 response to a login means that the credentials are
/// wrong.
#[derive(Clone)]
#[must_use]
pub struct JsonLogin {
    identity: Identity,
    refresh_url: Option<String>,
    application_token_url: Option<String>,
}

/// Proof of the user's identity.
#[derive(Clone)]
enum Identity {
    User { login_url: String, username: String, password: SecretString },
    RefreshToken(SecretString),
}

impl JsonLogin {
    /// Creates credentials for this login endpoint.
    ///
    /// [`AuthenticatorBuilder::build`](crate::AuthenticatorBuilder::build) validates them.
    pub fn new(login_url: impl Into<String>, username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        let identity =
            Identity::User { login_url: login_url.into(), username: username.into(), password: password.into() };
        Self { identity, refresh_url: None, application_token_url: None }
    }

    /// Creates credentials from a refresh token that a login has returned, for users without a password of their own,
    /// such as those with single sign-on. `refresh_url` is the endpoint that exchanges it for access tokens.
    ///
    /// The credentials are valid for as long as the refresh token is, because no password is known for another login. If
    /// the server returns another refresh token, it is used from then on; a token store preserves it.
    pub fn with_refresh_token(refresh_url: impl Into<String>, refresh_token: impl Into<SecretString>) -> Self {
        Self {
            identity: Identity::RefreshToken(refresh_token.into()),
            refresh_url: Some(refresh_url.into()),
            application_token_url: None,
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
            .field("refresh_token", &matches!(self.identity, Identity::RefreshToken(_)))
            .field("application_token", &self.application_token_url.is_some())
            .finish_non_exhaustive()
    }
}
