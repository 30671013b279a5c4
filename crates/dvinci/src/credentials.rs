//! The two ways in which d.vinci knows an API user.

use keyfob_client::{
    Error,
    auth::{self, ClientCredentials, SecretString},
    env,
    header::HeaderName,
};

/// An API user's name and API token. Which way it goes is a switch on the API user in d.vinci.
#[derive(Clone, Debug)]
pub struct Credentials {
    user: String,
    token: SecretString,
    headers: bool,
}

impl Credentials {
    /// An API user with OAuth 2.0 switched on: its name is the client id, its API token the client secret.
    pub fn new(user: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { user: user.into(), token: token.into(), headers: false }
    }

    /// An API user without OAuth 2.0: name and API token go as a pair of headers with every call.
    pub fn headers(user: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self { headers: true, ..Self::new(user, token) }
    }

    /// Reads `DVINCI_CLIENT_ID` and `DVINCI_CLIENT_SECRET`, for OAuth 2.0; or else `DVINCI_API_USER` and
    /// `DVINCI_API_TOKEN`, for the pair of headers.
    ///
    /// # Errors
    ///
    /// If one is not set; the error names it.
    pub fn from_env() -> Result<Self, Error> {
        if let (None, Some(user)) = (env::optional("DVINCI_CLIENT_ID"), env::optional("DVINCI_API_USER")) {
            return Ok(Self::headers(user, env::secret("DVINCI_API_TOKEN")?));
        }
        Ok(Self::new(env::required("DVINCI_CLIENT_ID")?, env::secret("DVINCI_CLIENT_SECRET")?))
    }

    /// The same for `keyfob-auth`.
    #[must_use]
    pub fn at(self, origin: &str) -> auth::Credentials {
        if self.headers {
            return auth::Credentials::headers([
                (HeaderName::from_static("dvinci-api-user"), self.user.into()),
                (HeaderName::from_static("dvinci-api-token"), self.token),
            ]);
        }
        let token_url = format!("{}/plt/oauth2/token", origin.trim_end_matches('/'));
        auth::Credentials::client_credentials(ClientCredentials::new(token_url, self.user, self.token))
    }
}
