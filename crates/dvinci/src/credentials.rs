//! d.vinci's credentials: an API user, with or without OAuth 2.0, and the login of a career portal.

use keyfob_client::{
    AuthSource, Error,
    auth::{self, ClientCredentials, SecretString},
    env::{self, Process, Variables},
    header::HeaderName,
};

use crate::{
    environment::Environment,
    portal::Portal,
    variables::{API_TOKEN, API_USER, CLIENT_ID, CLIENT_SECRET},
};

/// Name and API token of an API user, and a career portal. A setting of the API user in d.vinci selects OAuth 2.0 or a
/// pair of headers.
#[derive(Clone, Debug)]
pub struct Credentials {
    user: String,
    token: SecretString,
    headers: bool,
    portal: Portal,
}

impl Credentials {
    /// Creates the credentials of an API user with OAuth 2.0 enabled: the name is the client id, the API token is the
    /// client secret.
    pub fn new(user: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { user: user.into(), token: token.into(), headers: false, portal: Portal::new() }
    }

    /// Creates the credentials of an API user without OAuth 2.0: every request carries name and API token in a pair of
    /// headers.
    pub fn headers(user: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { headers: true, ..Self::new(user, token) }
    }

    /// Sets the career portal of the job feed and the apply API, in place of the default portal without a login. Portals
    /// do not accept the credentials of API users.
    #[must_use]
    pub fn portal(mut self, portal: Portal) -> Self {
        self.portal = portal;
        self
    }

    /// Reads `DVINCI_CLIENT_ID` and `DVINCI_CLIENT_SECRET`, for OAuth 2.0; or else `DVINCI_API_USER` and
    /// `DVINCI_API_TOKEN`, for the pair of headers. The portal is that of [`Portal::from_env`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Auth`](keyfob_client::ErrorKind::Auth) if neither kind of credentials is set, or only one variable of
    /// the portal's login. The message names the unset variable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(&Process)
    }

    /// Reads the credentials as [`from_env`](Self::from_env) does, from any map of variables.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(vars: &dyn Variables) -> Result<Self, Error> {
        let api_user = if env::uses_alternative(vars, API_USER, [CLIENT_ID, CLIENT_SECRET]) {
            Self::headers(API_USER.required(vars)?, API_TOKEN.required_secret(vars)?)
        } else {
            Self::new(CLIENT_ID.required(vars)?, CLIENT_SECRET.required_secret(vars)?)
        };
        Ok(api_user.portal(Portal::from_vars(vars)?))
    }

    /// Returns the credentials of the OData service, if they are not those of the REST API: the service does not accept
    /// the pair of headers.
    pub(crate) fn basic(&self) -> Option<auth::Credentials> {
        self.headers.then(|| auth::Credentials::basic(&self.user, self.token.clone()))
    }

    /// Returns the portal of the job feed and the apply API.
    pub(crate) fn career_portal(&self) -> &Portal {
        &self.portal
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
