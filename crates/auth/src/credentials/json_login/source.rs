//! Token source of a JSON login.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use crate::credentials::custom::{TokenRequest, TokenSource};
use crate::credentials::json_login::{Identity, JsonLogin};
use crate::error::Error;
use crate::token::Token;
use crate::token::cache_key::CacheKey;
use crate::token::headers::bearer_header;
use crate::token::json_members::JsonMembers;
use crate::token::lifetime;
use crate::token::response::TokenResponse;
use crate::transport::endpoint::parse;
use crate::transport::http::TokenHttp;

/// A validated JSON login.
pub(crate) struct JsonLoginSource {
    identity: ValidIdentity,
    refresh: Option<Url>,
    application_token: Option<Url>,
    label: String,
}

/// A validated [`Identity`].
enum ValidIdentity {
    User { login: Url, username: String, password: SecretString },
    RefreshToken(SecretString),
}

#[derive(Serialize)]
struct LoginBody<'a> {
    username: &'a str,
    password: &'a str,
}

/// Members of the responses to a login, a refresh and an application token request.
struct LoginResponse {
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    login: Option<Value>,
}

impl JsonLoginSource {
    pub(crate) fn new(settings: JsonLogin) -> Result<Self, Error> {
        let refresh = settings.refresh_url.as_deref().map(|url| parse("refresh URL", url)).transpose()?;
        let application_token =
            settings.application_token_url.as_deref().map(|url| parse("application token URL", url)).transpose()?;
        let identity = ValidIdentity::new(settings.identity)?;
        let host = identity.login().or(refresh.as_ref()).and_then(Url::host_str);
        let label = host.unwrap_or_default().to_owned();
        Ok(Self { identity, refresh, application_token, label })
    }

    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        self.identity.login().into_iter().chain(&self.refresh).chain(&self.application_token)
    }

    async fn obtain(&self, request: TokenRequest<'_>) -> Result<Token, Error> {
        let http = request.http();
        if let Some(url) = self.application_token.as_ref().or(self.refresh.as_ref()) {
            let latest = request.refresh_token();
            // The server may have replaced the configured token, which is tried last.
            let configured =
                self.identity.refresh_token().filter(|token| !latest.is_some_and(|one| is_same(one, token)));
            for refresh_token in latest.into_iter().chain(configured).filter(|token| !has_expired(token, http)) {
                if let Some(token) = self.refresh(http, url, refresh_token).await? {
                    return Ok(token);
                }
            }
        }
        let ValidIdentity::User { login, username, password } = &self.identity else {
            let message = format!(
                "{} accepts the refresh token no longer, or it has expired; sign in again and set the new refresh token",
                self.label
            );
            return Err(Error::refused(message, None, None));
        };
        let token = self.log_in(http, login, username, password).await?;
        let (Some(url), Some(refresh_token)) = (&self.application_token, &token.refresh_token) else {
            return Ok(token);
        };
        self.refresh(http, url, refresh_token).await?.ok_or_else(|| {
            Error::refused(
                format!("{} issued no application token; log in as an application user", self.label),
                None,
                None,
            )
        })
    }

    async fn log_in(
        &self,
        http: &TokenHttp,
        url: &Url,
        username: &str,
        password: &SecretString,
    ) -> Result<Token, Error> {
        let body = json_body(&LoginBody { username, password: password.expose_secret() })?;
        let mut request = post(url);
        *request.body_mut() = Some(body.into());
        let response = http.send(request).await?;
        if response.status() == StatusCode::NOT_FOUND || response.status() == StatusCode::UNPROCESSABLE_ENTITY {
            return Err(refused(&response));
        }
        if !response.status().is_success() {
            return Err(response.to_error());
        }
        let parsed = LoginResponse::parse(&response)?;
        if parsed.login.as_ref().is_some_and(is_false) {
            return Err(refused(&response));
        }
        parsed.into_token(None).ok_or_else(|| response.malformed())
    }

    /// Exchanges a refresh token for a new token; `None` if the server refuses the refresh token.
    async fn refresh(&self, http: &TokenHttp, url: &Url, refresh_token: &SecretString) -> Result<Option<Token>, Error> {
        let mut request = post(url);
        request.headers_mut().insert(AUTHORIZATION, bearer_header(refresh_token)?);
        let response = http.send(request).await?;
        // A rate limit says nothing about the token.
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            return Err(response.to_error());
        }
        if response.status().is_client_error() {
            return Ok(None);
        }
        let parsed = LoginResponse::parse(&response)?;
        parsed.into_token(Some(refresh_token)).map(Some).ok_or_else(|| response.malformed())
    }
}

impl ValidIdentity {
    fn new(identity: Identity) -> Result<Self, Error> {
        match identity {
            Identity::User { login_url, username, password } => {
                let login = parse("login URL", &login_url)?;
                if username.is_empty() {
                    return Err(Error::configuration("the user name is empty; set the one to log in with"));
                }
                if password.expose_secret().is_empty() {
                    return Err(Error::configuration("the password is empty; set the one to log in with"));
                }
                Ok(Self::User { login, username, password })
            }
            Identity::RefreshToken(token) => {
                if token.expose_secret().is_empty() {
                    return Err(Error::configuration("the refresh token is empty; set the one that a login returned"));
                }
                // Rejects a token that is not valid in a header before anything is sent.
                bearer_header(&token).map_err(|error| {
                    Error::configuration(format!("{error}; enter the refresh token exactly as it was issued"))
                })?;
                Ok(Self::RefreshToken(token))
            }
        }
    }

    fn login(&self) -> Option<&Url> {
        match self {
            Self::User { login, .. } => Some(login),
            Self::RefreshToken(_) => None,
        }
    }

    fn refresh_token(&self) -> Option<&SecretString> {
        match self {
            Self::User { .. } => None,
            Self::RefreshToken(token) => Some(token),
        }
    }
}

fn is_same(left: &SecretString, right: &SecretString) -> bool {
    left.expose_secret() == right.expose_secret()
}

fn refused(response: &TokenResponse) -> Error {
    let (code, description) = response.oauth_error();
    Error::refused(
        format!("{} refused the login; check user name, password and login URL", response.origin()),
        code,
        description,
    )
    .with_status(response.status())
}

impl LoginResponse {
    fn parse(response: &TokenResponse) -> Result<Self, Error> {
        let names = &["accessToken", "token", "refreshToken", "login"];
        let mut members = JsonMembers::parse(response.body(), names).ok_or_else(|| response.malformed())?;
        let mut secret = |name| match members.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(SecretString::from(text))),
            Some(_) => Err(response.malformed()),
        };
        let access_token = secret("accessToken")?;
        // An application token has this name.
        let token = secret("token")?;
        let refresh_token = secret("refreshToken")?;
        Ok(Self { access_token: access_token.or(token), refresh_token, login: members.take("login") })
    }

    /// Returns the token. `refresh_token` remains in use if the response has no new one.
    fn into_token(self, refresh_token: Option<&SecretString>) -> Option<Token> {
        let mut token = Token::new(self.access_token?);
        token.refresh_token = self.refresh_token.or_else(|| refresh_token.cloned());
        Some(token)
    }
}

impl TokenSource for JsonLoginSource {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        self.obtain(request).boxed()
    }

    fn key(&self) -> CacheKey {
        let kind = if self.application_token.is_some() { "application" } else { "access" };
        match &self.identity {
            ValidIdentity::User { login, username, password } => {
                CacheKey::new([login.as_str(), username, kind], password)
            }
            ValidIdentity::RefreshToken(token) => {
                let url = self.refresh.as_ref().map_or("", Url::as_str);
                CacheKey::new([url, "refresh token", kind], token)
            }
        }
    }

    fn label(&self) -> &str {
        &self.label
    }
}

/// Returns true for a refresh token that is an expired JWT.
fn has_expired(refresh_token: &SecretString, http: &TokenHttp) -> bool {
    lifetime::has_expired(refresh_token.expose_secret(), http.wall())
}

/// Returns true for `false` in any form that servers send: a boolean, a zero, or a string.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.eq_ignore_ascii_case("false"),
        _ => false,
    }
}

fn json_body(login: &LoginBody<'_>) -> Result<Bytes, Error> {
    // JSON escapes a character to at most 6 bytes. A buffer that does not grow leaves no copy of the password behind.
    let capacity = 64 + 6 * (login.username.len() + login.password.len());
    let mut body = Zeroizing::new(Vec::with_capacity(capacity));
    serde_json::to_writer(&mut *body, login)
        .map_err(|error| Error::configuration("the login cannot be encoded as JSON").with_source(error))?;
    Ok(Bytes::from_owner(body))
}

fn post(url: &Url) -> Request {
    let mut request = Request::new(Method::POST, url.clone());
    for name in [ACCEPT, CONTENT_TYPE] {
        request.headers_mut().insert(name, HeaderValue::from_static("application/json"));
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leaves_no_copy_of_a_password_in_a_buffer_that_was_too_small() {
        let allocations = |username: &str, password: &str| {
            allocation_counter::measure(|| drop(json_body(&LoginBody { username, password }))).count_total
        };
        // JSON escapes this character to 6 bytes.
        let long = "\u{1}".repeat(100_000);
        assert_eq!(allocations("u", &long), allocations("u", "p"));
        assert_eq!(allocations(&long, "p"), allocations("u", "p"));
    }

    #[test]
    fn user_names_and_passwords_may_contain_any_character() {
        let login = LoginBody { username: "a\"b\\", password: "\u{1}ö\n" };
        let body: Value = serde_json::from_slice(&json_body(&login).expect("JSON")).expect("JSON");
        assert_eq!(body, serde_json::json!({"username": "a\"b\\", "password": "\u{1}ö\n"}));
    }
}
