//! ItemPath's credentials.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, JsonLogin, SecretString},
    env::{self, Process, Variables},
};

use crate::{
    Environment,
    variables::{PASSWORD, TOKEN, USERNAME},
};

/// Name and password of a user, or an application token.
#[derive(Clone, Debug)]
pub struct Credentials(Kind);

#[derive(Clone, Debug)]
enum Kind {
    User { username: String, password: SecretString, application: bool },
    Token(SecretString),
}

impl Credentials {
    /// Creates the credentials of a user. The access token is valid for 15 minutes and is renewed with a refresh token,
    /// which is valid for 30 days.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self(Kind::User { username: username.into(), password: password.into(), application: false })
    }

    /// Creates the credentials of an application user. The client logs in once, then uses an application token, which
    /// does not expire. ItemPath issues application tokens to application users only.
    pub fn application(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self(Kind::User { username: username.into(), password: password.into(), application: true })
    }

    /// Creates credentials from an existing application token.
    pub fn token(token: impl Into<SecretString>) -> Self {
        Self(Kind::Token(token.into()))
    }

    /// Reads `ITEMPATH_USERNAME` and `ITEMPATH_PASSWORD`, or else `ITEMPATH_TOKEN`.
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
        if env::uses_alternative(vars, TOKEN, [USERNAME, PASSWORD]) {
            return Ok(Self::token(TOKEN.required_secret(vars)?));
        }
        Ok(Self::new(USERNAME.required(vars)?, PASSWORD.required_secret(vars)?))
    }

    /// Converts to the credentials of an authenticator.
    pub(crate) fn into_auth(self, environment: &Environment) -> auth::Credentials {
        let url = |path| format!("{}/api/users/{path}", environment.base_url().trim_end_matches('/'));
        match self.0 {
            Kind::Token(token) => auth::Credentials::bearer(token),
            Kind::User { username, password, application } => {
                let login = JsonLogin::new(url("login"), username, password).refresh_url(url("refresh"));
                auth::Credentials::json_login(if application {
                    login.application_token_url(url("application-token"))
                } else {
                    login
                })
            }
        }
    }
}

impl From<Credentials> for AuthSource<Credentials> {
    fn from(credentials: Credentials) -> Self {
        Self::vendor(credentials)
    }
}
