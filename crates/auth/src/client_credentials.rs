//! The client credentials grant of OAuth 2.0, with what servers make of it.

mod answer;
mod exchange;
mod unread;

use std::fmt;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, RequestTokenError, Scope, StandardRevocableToken,
    TokenUrl,
};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use self::exchange::{Adapter, Failed, unusable};
use self::unread::Unread;
use crate::endpoint::{origin, parse};
use crate::error::Error;
use crate::key::CacheKey;
use crate::source::{TokenRequest, TokenSource};
use crate::token::Token;

/// How a client shows its id and secret to the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// As `client_id` and `client_secret` in the form body.
    #[default]
    Body,
    /// As HTTP Basic, each form-encoded first, as RFC 6749 wants it.
    Basic,
    /// As HTTP Basic of the two as they are, for servers that do not decode them.
    BasicRaw,
}

/// The client credentials grant: an id and a secret for a token.
#[derive(Clone)]
#[must_use]
pub struct ClientCredentials {
    token_url: String,
    client_id: String,
    client_secret: SecretString,
    authentication: ClientAuthentication,
    scopes: Vec<String>,
    audience: Option<String>,
    parameters: Vec<(String, String)>,
}

impl ClientCredentials {
    /// Asks this endpoint with this id and secret. What cannot work is reported when the authenticator is built.
    pub fn new(
        token_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self {
            token_url: token_url.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            authentication: ClientAuthentication::default(),
            scopes: Vec::new(),
            audience: None,
            parameters: Vec::new(),
        }
    }

    /// Sets how id and secret are sent; in the body by default.
    pub fn authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Asks for one more scope.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Asks for more scopes.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Sends an `audience`, as some servers want it.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sends one more form parameter. It is part of the cache key, so it should not be a secret.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    pub(crate) fn into_source(self) -> Result<ClientCredentialsSource, Error> {
        let url = parse("token URL", &self.token_url)?;
        if self.client_id.is_empty() {
            return Err(Error::configuration("the client id is empty; give the one the vendor issued"));
        }
        if self.client_secret.expose_secret().is_empty() {
            return Err(Error::configuration("the client secret is empty; give the one the vendor issued"));
        }
        let label = url.host_str().unwrap_or_default().to_owned();
        Ok(ClientCredentialsSource { settings: self, url, label })
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("authentication", &self.authentication)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

pub(crate) struct ClientCredentialsSource {
    settings: ClientCredentials,
    url: Url,
    label: String,
}

/// oauth2's client, for answers of our own reading.
type Client = oauth2::Client<
    Unread,
    Unread,
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
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    async fn request(&self, request: TokenRequest<'_>) -> Result<Token, Error> {
        let settings = &self.settings;
        let mut client: Client = oauth2::Client::new(ClientId::new(settings.client_id.clone()))
            .set_token_uri(TokenUrl::from_url(self.url.clone()));
        client = match settings.authentication {
            ClientAuthentication::Body => client.set_auth_type(AuthType::RequestBody),
            // The empty secret keeps the id out of the body. The real one is put in below, where it is wiped.
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
        let adapter = Adapter::new(request.http(), self);
        exchange.request_async(&adapter).await.map_err(|error| match error {
            RequestTokenError::Request(Failed(error)) => error,
            _ => unusable(&origin(&self.url)),
        })?;
        adapter.into_answer().ok_or_else(|| unusable(&origin(&self.url)))?.into_token()
    }
}

impl TokenSource for ClientCredentialsSource {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        self.request(request).boxed()
    }

    fn key(&self) -> CacheKey {
        let settings = &self.settings;
        let scopes = in_order(&settings.scopes);
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

/// These scopes as one text, the same one in whatever order they were asked for.
fn in_order(scopes: &[String]) -> String {
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
        assert_eq!(in_order(&scopes), expected);
    }

    #[test]
    fn scopes_are_one_text_in_whatever_order_they_come() {
        check(&[], "");
        check(&["a"], "a");
        check(&["b", "c", "a", "b"], "a b b c");
        check(&["c", "b", "b", "a"], "a b b c");
        check(&["a", ""], " a");
    }
}
