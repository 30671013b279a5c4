//! The client credentials grant of OAuth 2.0, with what servers make of it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenResponse, TokenUrl,
};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::{origin, parse};
use crate::error::Error;
use crate::http::TokenHttp;
use crate::key::CacheKey;
use crate::lifetime;
use crate::source::{TokenRequest, TokenSource};
use crate::token::{Lifetime, Token};

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

/// oauth2's client, for an answer of our own reading.
type Client = oauth2::Client<
    BasicErrorResponse,
    Answer,
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
        exchange = exchange.add_scopes(settings.scopes.iter().cloned().map(Scope::new));
        if let Some(audience) = &settings.audience {
            exchange = exchange.add_extra_param("audience", audience);
        }
        for (name, value) in &settings.parameters {
            exchange = exchange.add_extra_param(name, value);
        }
        let adapter = Adapter { http: request.http(), settings };
        let answer = exchange.request_async(&adapter).await.map_err(|error| match error {
            RequestTokenError::Request(Failed(error)) => error,
            // The other kinds hold pieces of the answer, which end here.
            _ => {
                Error::malformed(format!("{} answered without a usable token; check the token URL", origin(&self.url)))
            }
        })?;
        answer.into_token()
    }
}

impl TokenSource for ClientCredentialsSource {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        self.request(request).boxed()
    }

    fn key(&self) -> CacheKey {
        let settings = &self.settings;
        let mut scopes = settings.scopes.clone();
        scopes.sort_unstable();
        let mut parts = vec![self.url.to_string(), settings.client_id.clone(), scopes.join(" ")];
        parts.push(settings.audience.clone().unwrap_or_default());
        parts.extend(settings.parameters.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
        CacheKey::new(parts, &settings.client_secret)
    }

    fn label(&self) -> &str {
        &self.label
    }
}

/// Puts oauth2's requests on our client, and makes of the answers what oauth2 understands.
struct Adapter<'s> {
    http: &'s TokenHttp,
    settings: &'s ClientCredentials,
}

/// Carries our error through oauth2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(Error);

impl<'c> AsyncHttpClient<'c> for Adapter<'_> {
    type Error = Failed;
    type Future = BoxFuture<'c, Result<HttpResponse, Failed>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        async move { self.exchange(request).await.map_err(Failed) }.boxed()
    }
}

impl Adapter<'_> {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let request = self.authenticate(request)?;
        let answer = self.http.send(request).await?;
        // Some servers refuse with status 200.
        let refused = !answer.status().is_success()
            || answer
                .json::<Value>()
                .is_ok_and(|body| body.get("error").is_some() && body.get("access_token").is_none());
        if refused {
            return Err(answer.refusal());
        }
        // To oauth2 only 200 is success, and only JSON by name is JSON.
        let mut response = HttpResponse::new(answer.body().to_vec());
        *response.status_mut() = StatusCode::OK;
        Ok(response)
    }

    fn authenticate(&self, request: HttpRequest) -> Result<reqwest::Request, Error> {
        let ClientCredentials { client_id, client_secret, authentication, .. } = self.settings;
        let (mut parts, mut body) = request.into_parts();
        let secret = client_secret.expose_secret();
        match authentication {
            ClientAuthentication::Body => {
                let encoded = form_encoded(secret);
                let mut larger = Vec::with_capacity(body.len() + "&client_secret=".len() + encoded.len());
                larger.extend_from_slice(&body);
                larger.extend_from_slice(b"&client_secret=");
                larger.extend_from_slice(encoded.as_bytes());
                body = larger;
            }
            ClientAuthentication::Basic => {
                let value = basic(&form_encoded(client_id), &form_encoded(secret))?;
                parts.headers.insert(AUTHORIZATION, value);
            }
            ClientAuthentication::BasicRaw => {
                parts.headers.insert(AUTHORIZATION, basic(client_id, secret)?);
            }
        }
        let body = Bytes::from_owner(Zeroizing::new(body));
        let request = oauth2::http::Request::from_parts(parts, body);
        request.try_into().map_err(|error: reqwest::Error| {
            Error::configuration("the token request cannot be built").with_source(error.without_url())
        })
    }
}

/// `Basic …`, in a buffer that is wiped with its last owner.
fn basic(id: &str, secret: &str) -> Result<HeaderValue, Error> {
    let mut pair = Zeroizing::new(String::with_capacity(id.len() + 1 + secret.len()));
    pair.push_str(id);
    pair.push(':');
    pair.push_str(secret);
    let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    let mut header = Zeroizing::new(Vec::with_capacity("Basic ".len() + encoded.len()));
    header.extend_from_slice(b"Basic ");
    header.extend_from_slice(encoded.as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(header))
        .map_err(|_| Error::configuration("the client id and secret do not fit into a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// `application/x-www-form-urlencoded`, one value.
fn form_encoded(text: &str) -> Zeroizing<String> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    // Enough for any text, so that no smaller buffer is left behind.
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => {
                encoded.push('%');
                encoded.push(char::from(HEX[usize::from(byte >> 4)]));
                encoded.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    encoded
}

/// A token answer, read as generously as servers are careless.
#[derive(Deserialize, Serialize)]
struct Answer {
    access_token: AccessToken,
    #[serde(default)]
    token_type: Option<Value>,
    /// What Bits calls it.
    #[serde(default, rename = "type")]
    kind: Option<Value>,
    #[serde(default)]
    expires_in: Option<Value>,
    #[serde(default)]
    scope: Option<Value>,
    #[serde(skip, default = "bearer")]
    bearer: BasicTokenType,
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

impl Answer {
    fn into_token(self) -> Result<Token, Error> {
        let named = self.token_type.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty());
        if named.is_some_and(|name| !name.eq_ignore_ascii_case("bearer")) {
            return Err(Error::malformed("the token endpoint issued a token that is not a bearer token"));
        }
        let mut token = Token::new(SecretString::from(self.access_token.into_secret()))
            .lifetime(expires_in(self.expires_in.as_ref()))
            .scopes(scopes(self.scope.as_ref()));
        token.kind = named.or(self.kind.as_ref().and_then(Value::as_str)).map(str::to_owned);
        Ok(token)
    }
}

fn expires_in(value: Option<&Value>) -> Lifetime {
    value.and_then(lifetime::seconds).map_or(Lifetime::Unknown, lifetime::from_seconds)
}

fn scopes(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl TokenResponse for Answer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.bearer
    }

    fn expires_in(&self) -> Option<std::time::Duration> {
        match expires_in(self.expires_in.as_ref()) {
            Lifetime::For(duration) => Some(duration),
            Lifetime::Once => Some(std::time::Duration::ZERO),
            Lifetime::Unknown => None,
        }
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_encoding_is_that_of_the_url_crate() {
        for text in ["plain", "se cret/+", "ümlaut&=%", "*-._~!'()\u{0}\n"] {
            let expected: String = reqwest::Url::parse_with_params("http://x/", [("", text)])
                .expect("an address")
                .query()
                .expect("a query")
                .trim_start_matches('=')
                .to_owned();
            assert_eq!(form_encoded(text).as_str(), expected);
        }
    }

    #[track_caller]
    fn check(json: &str, expected: Option<(&str, Lifetime, &[&str])>) {
        let token = serde_json::from_str::<Answer>(json).ok().and_then(|answer| answer.into_token().ok());
        let token = token.map(|token| (token.value.expose_secret().to_owned(), token.lifetime, token.scopes));
        let expected = expected.map(|(value, lifetime, scopes)| {
            (value.to_owned(), lifetime, scopes.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(token, expected, "{json}");
    }

    #[test]
    fn answers_are_read_as_generously_as_servers_are_careless() {
        let hour = Lifetime::For(std::time::Duration::from_secs(3600));
        check(
            r#"{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"a b"}"#,
            Some(("t", hour, &["a", "b"])),
        );
        check(r#"{"access_token":"t","type":"Bearer","expires_in":"3600"}"#, Some(("t", hour, &[])));
        check(
            r#"{"access_token":"t","type":"x","token_type":"bearer","expires_in":3600.0,"scope":["a"]}"#,
            Some(("t", hour, &["a"])),
        );
        check(
            r#"{"access_token":"t","token_type":null,"expires_in":null,"scope":null}"#,
            Some(("t", Lifetime::Unknown, &[])),
        );
        check(r#"{"access_token":"t","expires_in":0}"#, Some(("t", Lifetime::Once, &[])));
        check(r#"{"access_token":"t","token_type":"mac"}"#, None);
        check(r#"{"access_token":5}"#, None);
        check(r#"{"token":"t"}"#, None);
    }
}
