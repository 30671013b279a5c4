//! The two kinds of token that Bits knows: of the customer, and of one applicant's session.

use keyfob_client::{
    Error,
    auth::{self, ClientAuthentication, ClientCredentials, ExposeSecret, SecretString},
    env,
};

use crate::types::ApplicationCreated;

/// An API client's id and secret, from the dashboard's developer page.
#[derive(Clone, Debug)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
}

impl Credentials {
    /// An API client.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into() }
    }

    /// Reads `BITS_CLIENT_ID` and `BITS_CLIENT_SECRET`.
    ///
    /// # Errors
    ///
    /// If one is not set; the error names it.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self::new(env::required("BITS_CLIENT_ID")?, env::secret("BITS_CLIENT_SECRET")?))
    }

    /// The same for `keyfob-auth`: HTTP Basic, neither part encoded, as Bits documents it.
    #[must_use]
    pub fn at(self, base_url: &str) -> auth::Credentials {
        let token_url = format!("{}/v1/oauth2/token", base_url.trim_end_matches('/'));
        auth::Credentials::client_credentials(
            ClientCredentials::new(token_url, self.client_id, self.client_secret)
                .authentication(ClientAuthentication::BasicRaw),
        )
    }
}

/// A token that opens one application's onboarding in the applicant's browser, for 60 minutes.
///
/// It is no token for this client: none of its operations takes it.
#[derive(Clone, Debug)]
pub struct SessionToken(SecretString);

impl SessionToken {
    /// The address to send the applicant's browser to. It holds the token, so it should not be logged.
    #[must_use]
    pub fn onboarding_url(&self) -> String {
        format!("https://nocode.bits.bi?token={}", self.0.expose_secret())
    }

    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl ApplicationCreated {
    /// The token for the applicant's browser, if the answer has one.
    #[must_use]
    pub fn session(&self) -> Option<SessionToken> {
        self.session_token.clone().map(|token| SessionToken(token.into()))
    }
}
