//! Keyfob's authenticator, with client credentials at a token endpoint.

use keyfob_auth::{Authenticator, Authorization, ClientCredentials, SecretString};

use super::Source;

#[derive(Clone)]
pub(crate) struct Ours(Authenticator);

impl Ours {
    /// Builds an authenticator for this token endpoint.
    pub(crate) fn new(endpoint: &str) -> Result<Self, keyfob_auth::Error> {
        let credentials = ClientCredentials::new(endpoint, "client", SecretString::from("secret"));
        Authenticator::builder(credentials).build().map(Self)
    }
}

impl Source for Ours {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.authorization().await.map_err(|error| error.to_string()) as Result<Authorization, String>
    }
}
