//! `middle`: client credentials. Fetches the first token when built, and refreshes on a background task.

use middle::{Authorizer as _, BasicClientCredentialAuthorizer};
use url::Url;

use super::Source;

#[derive(Clone)]
pub(crate) struct Middle(BasicClientCredentialAuthorizer);

impl Middle {
    pub(crate) async fn new(endpoint: &str) -> Result<Self, String> {
        let url = Url::parse(endpoint).map_err(|error| error.to_string())?;
        let built = BasicClientCredentialAuthorizer::basic_builder("client", "secret", url).build().await;
        built.map(Self).map_err(|error| error.to_string())
    }
}

impl Source for Middle {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.authorization_header().map_err(|error| error.to_string())
    }
}
