//! ItemPath's credentials.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, JsonLogin, SecretString},
    env::{self, Process, Variables},
};

use crate::{
    Environment,
    variables::{APPLICATION_PASSWORD, APPLICATION_USERNAME, CREDENTIALS, PASSWORD, REFRESH_TOKEN, TOKEN, USERNAME},
};

/// Name and password of a user or an application user, a refresh token, or an application token.
#[derive(Clone, Debug)]
pub struct Credentials(Kind);

#[derive(Clone, Debug)]
enum Kind {
    User { username: String, password: SecretString, application: bool },
    RefreshToken(SecretString),
    Token(SecretString),
}

impl Credentials {
    /// Creates the credentials of a user. The access token is valid for 15 minutes and is renewed with a refresh token,
    /// which is valid for 30 days.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self(Kind::User { username: username.into(), password: password.into(), application: false })
    }

    /// Creates the credentials of an application user. The client logs in once, then uses an application token, which
    /// does not expire. ItemPath issues application tokens to application users only, and its vendor recommends them for
    /// on-premise and closed networks only.
    pub fn application(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self(Kind::User { username: username.into(), password: password.into(), application: true })
    }

    /// Creates credentials from the refresh token of a login, for a person without a password, such as one with single
    /// sign-on. It is valid for 30 days, in which the client requests access tokens with it.
    ///
    /// Afterwards, calls fail with [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) until a new refresh token is set.
    pub fn refresh_token(refresh_token: impl Into<SecretString>) -> Self {
        Self(Kind::RefreshToken(refresh_token.into()))
    }

    /// Creates credentials from an existing application token.
    pub fn token(token: impl Into<SecretString>) -> Self {
        Self(Kind::Token(token.into()))
    }

    /// Reads the first complete kind of credentials: `ITEMPATH_USERNAME` and `ITEMPATH_PASSWORD` of a user,
    /// `ITEMPATH_APPLICATION_USERNAME` and `ITEMPATH_APPLICATION_PASSWORD` of an application user,
    /// `ITEMPATH_REFRESH_TOKEN`, or `ITEMPATH_TOKEN`, an application token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if no kind is complete. The message names an unset variable of
    /// the kind that is partly set, or else of the first kind.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the credentials as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        let is_begun = |kind: &&[env::Variable]| kind.iter().any(|variable| variable.optional(vars).is_some());
        let index = env::choose(vars, CREDENTIALS).or_else(|| CREDENTIALS.iter().position(is_begun));
        match CREDENTIALS[index.unwrap_or_default()] {
            [APPLICATION_USERNAME, ..] => {
                Ok(Self::application(APPLICATION_USERNAME.required(vars)?, APPLICATION_PASSWORD.required_secret(vars)?))
            }
            [REFRESH_TOKEN] => REFRESH_TOKEN.required_secret(vars).map(Self::refresh_token),
            [TOKEN] => TOKEN.required_secret(vars).map(Self::token),
            _ => Ok(Self::new(USERNAME.required(vars)?, PASSWORD.required_secret(vars)?)),
        }
    }

    /// Converts to the credentials of an authenticator.
    pub(crate) fn into_auth(self, environment: &Environment) -> auth::Credentials {
        let url = |path| format!("{}/api/users/{path}", environment.base_url().trim_end_matches('/'));
        match self.0 {
            Kind::Token(token) => auth::Credentials::bearer(token),
            Kind::RefreshToken(token) => {
                auth::Credentials::json_login(JsonLogin::with_refresh_token(url("refresh"), token))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &str) {
        let vars: Vec<_> = names.iter().map(|name| (format!("ITEMPATH_{name}"), "canary")).collect();
        let found = match Credentials::from_vars(&vars) {
            Ok(Credentials(Kind::User { application: false, .. })) => "user".to_owned(),
            Ok(Credentials(Kind::User { application: true, .. })) => "application user".to_owned(),
            Ok(Credentials(Kind::RefreshToken(_))) => "refresh token".to_owned(),
            Ok(Credentials(Kind::Token(_))) => "token".to_owned(),
            Err(error) => error.to_string().split(':').next().unwrap_or_default().to_owned(),
        };
        assert_eq!(found, expected, "{names:?}");
    }

    #[test]
    fn the_variables_choose_the_kind_of_credentials() {
        check(&["USERNAME", "PASSWORD"], "user");
        check(&["APPLICATION_USERNAME", "APPLICATION_PASSWORD"], "application user");
        check(&["REFRESH_TOKEN"], "refresh token");
        check(&["TOKEN"], "token");
        check(&["TOKEN", "REFRESH_TOKEN"], "refresh token");
        check(&["TOKEN", "APPLICATION_USERNAME", "APPLICATION_PASSWORD", "USERNAME"], "application user");
        check(&["USERNAME", "PASSWORD", "APPLICATION_USERNAME", "APPLICATION_PASSWORD", "TOKEN"], "user");
        check(&[], "ITEMPATH_USERNAME is not set");
        check(&["PASSWORD"], "ITEMPATH_USERNAME is not set");
        check(&["APPLICATION_USERNAME"], "ITEMPATH_APPLICATION_PASSWORD is not set");
    }
}
