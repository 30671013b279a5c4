//! `aliri_tokens`: client credentials. Fetches the first token when built, and refreshes on a background task.

use aliri_tokens::sources::oauth2::ClientCredentialsTokenSource;
use aliri_tokens::sources::oauth2::dto::{ClientCredentials, ClientCredentialsWithAudience};
use aliri_tokens::{ClientId, ClientSecret, TokenLifetimeConfig, TokenWatcher, backoff, jitter};

use super::Source;

#[derive(Clone)]
pub(crate) struct Aliri(TokenWatcher);

impl Aliri {
    pub(crate) async fn new(endpoint: &str) -> Result<Self, String> {
        let credentials = ClientCredentials {
            client_id: ClientId::from_static("client"),
            client_secret: ClientSecret::from_static("secret"),
        };
        let credentials = ClientCredentialsWithAudience {
            credentials: credentials.into(),
            audience: aliri::jwt::Audience::from_static("audience"),
        };
        let url = endpoint.parse().map_err(|_| "invalid endpoint URL".to_owned())?;
        let source = ClientCredentialsTokenSource::new(
            reqwest_0_12::Client::new(),
            url,
            credentials,
            TokenLifetimeConfig::default(),
        );
        let watcher =
            TokenWatcher::spawn_from_token_source(source, jitter::NullJitter, backoff::ErrorBackoffConfig::default());
        watcher.await.map(Self).map_err(|error| error.to_string())
    }
}

impl Source for Aliri {
    /// Copies the token, as in the documentation of the crate, because the borrow blocks the next refresh.
    async fn token(&self) -> Result<impl Send, String> {
        Ok(self.0.token().access_token().to_owned())
    }
}
