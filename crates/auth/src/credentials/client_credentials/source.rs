//! Token source of the client credentials grant, on top of the oauth2 crate.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, RequestTokenError, Scope, StandardRevocableToken,
    TokenUrl,
};
use reqwest::Url;
use secrecy::ExposeSecret;

use crate::credentials::client_credentials::adapter::{Adapter, AdapterError, unusable};
use crate::credentials::client_credentials::ignored::IgnoredResponse;
use crate::credentials::client_credentials::{ClientAuthentication, ClientCredentials};
use crate::credentials::custom::{TokenRequest, TokenSource};
use crate::error::Error;
use crate::token::Token;
use crate::token::cache_key::CacheKey;
use crate::transport::endpoint::{origin, parse};

/// Validated client credentials.
pub(crate) struct ClientCredentialsSource {
    settings: ClientCredentials,
    url: Url,
    label: String,
}

/// oauth2's client, which does not parse responses: [`Adapter`] does.
type Client = oauth2::Client<
    IgnoredResponse,
    IgnoredResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl ClientCredentialsSource {
    pub(crate) fn new(settings: ClientCredentials) -> Result<Self, Error> {
        let url = parse("token URL", &settings.token_url)?;
        if settings.client_id.is_empty() {
            return Err(Error::configuration("the client id is empty; set the one issued by the vendor"));
        }
        if settings.client_secret.expose_secret().is_empty() {
            return Err(Error::configuration("the client secret is empty; set the one issued by the vendor"));
        }
        let label = url.host_str().unwrap_or_default().to_owned();
        Ok(Self { settings, url, label })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    async fn request(&self, request: TokenRequest<'_>) -> Result<Token, Error> {
        let settings = &self.settings;
        let mut client: Client = oauth2::Client::new(ClientId::new(settings.client_id.clone()))
            .set_token_uri(TokenUrl::from_url(self.url.clone()));
        client = match settings.authentication {
            ClientAuthentication::Body => client.set_auth_type(AuthType::RequestBody),
            // An empty secret keeps the id out of the body. The adapter adds the real one, in a zeroized buffer.
            ClientAuthentication::Basic | ClientAuthentication::BasicRaw => {
                client.set_client_secret(ClientSecret::new(String::new())).set_auth_type(AuthType::BasicAuth)
            }
        };
        let mut exchange = client.exchange_client_credentials();
        for scope in &settings.scopes {
            exchange = exchange.add_scope(Scope::new(scope.clone()));
        }
        if let Some(audience) = &settings.audience {
            exchange = exchange.add_extra_param("audience", audience.as_str());
        }
        for (name, value) in &settings.parameters {
            exchange = exchange.add_extra_param(name.as_str(), value.as_str());
        }
        let adapter = Adapter::new(request.http(), settings, &self.url);
        exchange.request_async(&adapter).await.map_err(|error| match error {
            RequestTokenError::Request(AdapterError(error)) => error,
            _ => unusable(&origin(&self.url)),
        })?;
        adapter.into_response().ok_or_else(|| unusable(&origin(&self.url)))?.into_token()
    }
}

impl TokenSource for ClientCredentialsSource {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        self.request(request).boxed()
    }

    fn key(&self) -> CacheKey {
        let settings = &self.settings;
        let scopes = sorted(&settings.scopes);
        let mut parts = vec![self.url.as_str(), &settings.client_id, &scopes];
        parts.push(settings.audience.as_deref().unwrap_or_default());
        for (name, value) in &settings.parameters {
            parts.push(name);
            parts.push(value);
        }
        CacheKey::new(parts, &settings.client_secret)
    }

    fn label(&self) -> &str {
        &self.label
    }
}

/// Joins scopes with spaces, in sorted order, so that the cache key does not depend on the order of the request.
// compile-time: inserts in order, because this would be the only instantiation of `slice::sort` and `join`.
fn sorted(scopes: &[String]) -> String {
    let mut ordered: Vec<&str> = Vec::with_capacity(scopes.len());
    for scope in scopes {
        ordered.insert(ordered.partition_point(|before| *before < scope.as_str()), scope);
    }
    let mut text = String::new();
    for scope in ordered {
        text.push_str(scope);
        text.push(' ');
    }
    text.pop();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scopes: &[&str], expected: &str) {
        let scopes: Vec<_> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        assert_eq!(sorted(&scopes), expected);
    }

    #[test]
    fn scopes_in_any_order_are_joined_to_the_same_text() {
        check(&[], "");
        check(&["a"], "a");
        check(&["b", "c", "a", "b"], "a b b c");
        check(&["c", "b", "b", "a"], "a b b c");
        check(&["a", ""], " a");
    }
}
