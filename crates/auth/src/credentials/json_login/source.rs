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
use crate::credentials::json_login::JsonLogin;
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
    settings: JsonLogin,
    login: Url,
    refresh: Option<Url>,
    application_token: Option<Url>,
    label: String,
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
        let login = parse("login URL", &settings.login_url)?;
        let refresh = settings.refresh_url.as_deref().map(|url| parse("refresh URL", url)).transpose()?;
        let application_token =
            settings.application_token_url.as_deref().map(|url| parse("application token URL", url)).transpose()?;
        if settings.username.is_empty() {
            return Err(Error::configuration("the user name is empty; set the one to log in with"));
        }
        if settings.password.expose_secret().is_empty() {
            return Err(Error::configuration("the password is empty; set the one to log in with"));
        }
        let label = login.host_str().unwrap_or_default().to_owned();
        Ok(Self { settings, login, refresh, application_token, label })
    }

    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.login).chain(&self.refresh).chain(&self.application_token)
    }

    async fn obtain(&self, request: TokenRequest<'_>) -> Result<Token, Error> {
        let http = request.http();
        let unexpired = request.refresh_token().filter(|token| !has_expired(token, http));
        if let (Some(refresh_token), Some(url)) = (unexpired, self.application_token.as_ref().or(self.refresh.as_ref()))
            && let Some(token) = self.refresh(http, url, refresh_token).await?
        {
            return Ok(token);
        }
        let token = self.log_in(http).await?;
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

    async fn log_in(&self, http: &TokenHttp) -> Result<Token, Error> {
        let login = LoginBody { username: &self.settings.username, password: self.settings.password.expose_secret() };
        let body = json_body(&login)?;
        let mut request = post(&self.login);
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
        if response.status().is_client_error() {
            return Ok(None);
        }
        let parsed = LoginResponse::parse(&response)?;
        parsed.into_token(Some(refresh_token)).map(Some).ok_or_else(|| response.malformed())
    }
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
        CacheKey::new([self.login.as_str(), &self.settings.username, kind], &self.settings.password)
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
