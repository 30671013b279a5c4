//! How ItemPath is logged in to.

use keyfob_client::{
    Error,
    auth::{self, JsonLogin, SecretString},
    env,
};

/// A user's name and password, or an application token.
#[derive(Clone, Debug)]
pub struct Credentials(Kind);

#[derive(Clone, Debug)]
enum Kind {
    User { username: String, password: SecretString, application: bool },
    Token(SecretString),
}

impl Credentials {
    /// A user. The access token lives for 15 minutes and is renewed with the refresh token, which lives for 30 days.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self(Kind::User { username: username.into(), password: password.into(), application: false })
    }

    /// An application user. It logs in once and uses an application token from then on, which never expires; ItemPath
    /// refuses one to other users.
    pub fn application(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self(Kind::User { username: username.into(), password: password.into(), application: true })
    }

    /// A ready-made application token.
    pub fn token(token: impl Into<SecretString>) -> Self {
        Self(Kind::Token(token.into()))
    }

    /// Reads `ITEMPATH_USERNAME` and `ITEMPATH_PASSWORD`, or else `ITEMPATH_TOKEN`.
    ///
    /// # Errors
    ///
    /// If neither is set; the error names the variable.
    pub fn from_env() -> Result<Self, Error> {
        match (env::optional("ITEMPATH_USERNAME"), env::optional("ITEMPATH_TOKEN")) {
            (None, Some(token)) => Ok(Self::token(token)),
            _ => Ok(Self::new(env::required("ITEMPATH_USERNAME")?, env::secret("ITEMPATH_PASSWORD")?)),
        }
    }

    /// The same for `keyfob-auth`.
    #[must_use]
    pub fn at(self, base_url: &str) -> auth::Credentials {
        let url = |path| format!("{}/api/users/{path}", base_url.trim_end_matches('/'));
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
