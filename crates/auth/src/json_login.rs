//! Tokens by logging in with a user name and a password in JSON, as some servers do in place of OAuth 2.0.

use std::fmt;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use crate::authorization::bearer_header;
use crate::endpoint::parse;
use crate::error::Error;
use crate::http::{TokenHttp, TokenResponse};
use crate::key::CacheKey;
use crate::lifetime;
use crate::members::Members;
use crate::source::{TokenRequest, TokenSource};
use crate::token::Token;

/// A login with user name and password that answers with an access token and a refresh token.
///
/// The login is `{"username": …, "password": …}`, answered by `accessToken` and `refreshToken`. Refreshing is a POST
/// without a body, authorized by the refresh token, which the server need not replace. Lifetimes are read from the
/// tokens, where they are JWTs. A status of 404 for a login means wrong credentials.
#[derive(Clone)]
#[must_use]
pub struct JsonLogin {
    login_url: String,
    refresh_url: Option<String>,
    application_token_url: Option<String>,
    username: String,
    password: SecretString,
}

impl JsonLogin {
    /// Logs in here. What cannot work is reported when the authenticator is built.
    pub fn new(login_url: impl Into<String>, username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            login_url: login_url.into(),
            refresh_url: None,
            application_token_url: None,
            username: username.into(),
            password: password.into(),
        }
    }

    /// Renews access tokens here, with the refresh token. Without this every refresh_token is a login.
    pub fn refresh_url(mut self, url: impl Into<String>) -> Self {
        self.refresh_url = Some(url.into());
        self
    }

    /// Exchanges the refresh token here for an application token, which does not expire, and uses that one.
    pub fn application_token_url(mut self, url: impl Into<String>) -> Self {
        self.application_token_url = Some(url.into());
        self
    }

    pub(crate) fn into_source(self) -> Result<JsonLoginSource, Error> {
        let login = parse("login URL", &self.login_url)?;
        let refresh = self.refresh_url.as_deref().map(|url| parse("refresh URL", url)).transpose()?;
        let application =
            self.application_token_url.as_deref().map(|url| parse("application token URL", url)).transpose()?;
        if self.username.is_empty() {
            return Err(Error::configuration("the user name is empty; give the one to log in with"));
        }
        if self.password.expose_secret().is_empty() {
            return Err(Error::configuration("the password is empty; give the one to log in with"));
        }
        let label = login.host_str().unwrap_or_default().to_owned();
        Ok(JsonLoginSource { settings: self, login, refresh, application, label })
    }
}

impl fmt::Debug for JsonLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLogin")
            .field("application_token", &self.application_token_url.is_some())
            .finish_non_exhaustive()
    }
}

pub(crate) struct JsonLoginSource {
    settings: JsonLogin,
    login: Url,
    refresh: Option<Url>,
    application: Option<Url>,
    label: String,
}

#[derive(Serialize)]
struct Login<'a> {
    username: &'a str,
    password: &'a str,
}

/// The answers of login, refresh and application token, each a subset.
struct Answer {
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    login: Option<Value>,
}

impl JsonLoginSource {
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.login).chain(&self.refresh).chain(&self.application)
    }

    async fn obtain(&self, request: TokenRequest<'_>) -> Result<Token, Error> {
        let http = request.http();
        let refresh_token = request.refresh_token().filter(|refresh_token| !outlived(refresh_token, http));
        if let (Some(refresh_token), Some(url)) = (refresh_token, self.application.as_ref().or(self.refresh.as_ref()))
            && let Some(token) = self.renew(http, url, refresh_token).await?
        {
            return Ok(token);
        }
        let answer = self.log_in(http).await?;
        let (Some(application), Some(refresh)) = (&self.application, &answer.refresh_token) else {
            return Ok(answer);
        };
        self.renew(http, application, refresh).await?.ok_or_else(|| {
            Error::refused(
                format!("{} issued no application token; the user has to be an application user", self.label),
                None,
                None,
            )
        })
    }

    async fn log_in(&self, http: &TokenHttp) -> Result<Token, Error> {
        let login = Login { username: &self.settings.username, password: self.settings.password.expose_secret() };
        let body = json_body(&login)?;
        let mut request = post(&self.login);
        *request.body_mut() = Some(body.into());
        let answer = http.send(request).await?;
        if answer.status() == StatusCode::NOT_FOUND || answer.status() == StatusCode::UNPROCESSABLE_ENTITY {
            return Err(Self::refused(&answer));
        }
        if !answer.status().is_success() {
            return Err(answer.to_error());
        }
        let parsed = Answer::read(&answer)?;
        if parsed.login.as_ref().is_some_and(is_false) {
            return Err(Self::refused(&answer));
        }
        parsed.into_token(None).ok_or_else(|| answer.malformed())
    }

    /// A new token for a refresh token; nothing if the server no longer takes it.
    async fn renew(&self, http: &TokenHttp, url: &Url, refresh: &SecretString) -> Result<Option<Token>, Error> {
        let mut request = post(url);
        request.headers_mut().insert(AUTHORIZATION, bearer_header(refresh)?);
        let answer = http.send(request).await?;
        if answer.status().is_client_error() {
            return Ok(None);
        }
        let parsed = Answer::read(&answer)?;
        parsed.into_token(Some(refresh)).map(Some).ok_or_else(|| answer.malformed())
    }

    fn refused(answer: &TokenResponse) -> Error {
        let (code, description) = answer.reason();
        Error::refused(
            format!("{} refused the login; check user name, password and address", answer.origin()),
            code,
            description,
        )
        .with_status(answer.status())
    }
}

impl Answer {
    fn read(answer: &TokenResponse) -> Result<Self, Error> {
        let names = &["accessToken", "token", "refreshToken", "login"];
        let mut members = Members::all_of(answer.body(), names).ok_or_else(|| answer.malformed())?;
        let mut secret = |name| match members.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(SecretString::from(text))),
            Some(_) => Err(answer.malformed()),
        };
        let access_token = secret("accessToken")?;
        // What the application token is called.
        let token = secret("token")?;
        let refresh_token = secret("refreshToken")?;
        Ok(Self { access_token: access_token.or(token), refresh_token, login: members.take("login") })
    }

    fn into_token(self, refresh: Option<&SecretString>) -> Option<Token> {
        let mut token = Token::new(self.access_token?);
        // A server that issues no new refresh token means the old one to be kept.
        token.refresh_token = self.refresh_token.or_else(|| refresh.cloned());
        Some(token)
    }
}

impl TokenSource for JsonLoginSource {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        self.obtain(request).boxed()
    }

    fn key(&self) -> CacheKey {
        let kind = if self.application.is_some() { "application" } else { "access" };
        CacheKey::new([self.login.as_str(), &self.settings.username, kind], &self.settings.password)
    }

    fn label(&self) -> &str {
        &self.label
    }
}

/// Whether a refresh token says itself that its time is over.
fn outlived(refresh: &SecretString, http: &TokenHttp) -> bool {
    lifetime::has_expired(refresh.expose_secret(), http.wall())
}

/// `false`, in any of the forms that servers write it in.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.eq_ignore_ascii_case("false"),
        _ => false,
    }
}

fn json_body(login: &Login<'_>) -> Result<Bytes, Error> {
    // Every character may be escaped as six; a buffer that need not grow leaves no copy behind.
    let capacity = 64 + 6 * (login.username.len() + login.password.len());
    let mut body = Zeroizing::new(Vec::with_capacity(capacity));
    serde_json::to_writer(&mut *body, login)
        .map_err(|error| Error::configuration("the login cannot be written as JSON").with_source(error))?;
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
    fn the_login_survives_any_character_in_name_and_password() {
        let login = Login { username: "a\"b\\", password: "\u{1}ö\n" };
        let body: Value = serde_json::from_slice(&json_body(&login).expect("JSON")).expect("JSON");
        assert_eq!(body, serde_json::json!({"username": "a\"b\\", "password": "\u{1}ö\n"}));
    }
}
