//! What Digitaleo's token endpoint wants to see.

use keyfob_client::{
    Error,
    auth::{self, ClientCredentials, SecretString},
    env,
};

use crate::Hosts;

/// An application's id and secret, from the web application under Parameters, API.
#[derive(Clone, Debug)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
}

impl Credentials {
    /// An application.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into() }
    }

    /// Reads `DIGITALEO_CLIENT_ID` and `DIGITALEO_CLIENT_SECRET`.
    ///
    /// # Errors
    ///
    /// If one is not set; the error names it.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self::new(env::required("DIGITALEO_CLIENT_ID")?, env::secret("DIGITALEO_CLIENT_SECRET")?))
    }

    /// The same for `keyfob-auth`.
    #[must_use]
    pub fn at(self, hosts: &Hosts) -> auth::Credentials {
        let token_url = format!("{}/token", hosts.oauth.trim_end_matches('/'));
        auth::Credentials::client_credentials(ClientCredentials::new(token_url, self.client_id, self.client_secret))
    }
}
