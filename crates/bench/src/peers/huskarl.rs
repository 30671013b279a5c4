//! `huskarl`: client credentials with its in-memory cache and the authorizer that builds request headers.

use std::sync::Arc;

use http::{Method, Uri};
use huskarl::authorizer::HttpAuthorizer;
use huskarl::cache::{GrantTokenSource, InMemoryRefreshTokenStore, InMemoryTokenCache};
use huskarl::core::EndpointUrl;
use huskarl::core::client_auth::ClientSecret;
use huskarl::core::secrets::{ProvidedSecret, SecretString};
use huskarl::grant::client_credentials::{ClientCredentialsGrant, ClientCredentialsGrantParameters};
use huskarl_reqwest::ReqwestClient;

use super::Source;

#[derive(Clone)]
pub(crate) struct Huskarl {
    authorizer: Arc<HttpAuthorizer>,
    uri: Uri,
}

impl Huskarl {
    pub(crate) fn new(endpoint: &str) -> Result<Self, String> {
        let url = EndpointUrl::try_from(endpoint).map_err(|error| error.to_string())?;
        let grant = ClientCredentialsGrant::builder()
            .client_id("client")
            .client_auth(ClientSecret::new(ProvidedSecret::new(SecretString::from("secret"))))
            .http_client(ReqwestClient::from(reqwest::Client::new()))
            .token_endpoint(url)
            .build();
        let source = GrantTokenSource::builder()
            .grant(grant)
            .grant_parameters(ClientCredentialsGrantParameters::builder().build())
            .refresh_store(InMemoryRefreshTokenStore::default())
            .build();
        let cache = InMemoryTokenCache::builder().source(source).build();
        let authorizer = HttpAuthorizer::builder().cache(cache).build();
        Ok(Self { authorizer: Arc::new(authorizer), uri: Uri::from_static("https://api.example.com/items") })
    }
}

impl Source for Huskarl {
    async fn token(&self) -> Result<impl Send, String> {
        self.authorizer.get_headers(&Method::GET, &self.uri).await.map_err(|error| error.to_string())
    }
}
