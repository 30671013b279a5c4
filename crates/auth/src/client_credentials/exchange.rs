//! How a token request of the oauth2 crate gets onto our client, with the secret put in where it is wiped.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Request};
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use serde_json::Value;

use super::answer::Answer;
use super::{ClientAuthentication, ClientCredentials, ClientCredentialsSource};
use crate::error::Error;
use crate::http::TokenHttp;

/// Puts oauth2's requests on our client, and keeps the answers, which it does not show to oauth2.
pub(super) struct Adapter<'s> {
    http: &'s TokenHttp,
    source: &'s ClientCredentialsSource,
    answer: OnceLock<Answer>,
}

/// Carries our error through oauth2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Failed(pub(super) Error);

impl<'c> AsyncHttpClient<'c> for Adapter<'_> {
    type Error = Failed;
    type Future = BoxFuture<'c, Result<HttpResponse, Failed>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        async move { self.exchange(request).await.map_err(Failed) }.boxed()
    }
}

impl<'s> Adapter<'s> {
    pub(super) fn new(http: &'s TokenHttp, source: &'s ClientCredentialsSource) -> Self {
        Self { http, source, answer: OnceLock::new() }
    }

    /// What was answered, if anything was.
    pub(super) fn into_answer(self) -> Option<Answer> {
        self.answer.into_inner()
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let request = self.authenticate(request)?;
        let answer = self.http.send(request).await?;
        // Some servers refuse with status 200.
        let refused = !answer.status().is_success()
            || answer
                .json::<Value>()
                .is_ok_and(|body| body.get("error").is_some() && body.get("access_token").is_none());
        if refused {
            return Err(answer.to_error());
        }
        let read = Answer::read(answer.body()).ok_or_else(|| unusable(answer.origin()))?;
        // There is one request in an exchange.
        self.answer.get_or_init(|| read);
        // To oauth2 nothing at all is no answer.
        Ok(HttpResponse::new(b"null".to_vec()))
    }

    fn authenticate(&self, request: HttpRequest) -> Result<Request, Error> {
        let ClientCredentials { client_id, client_secret, authentication, .. } = &self.source.settings;
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
        let mut request = Request::new(Method::POST, self.source.url.clone());
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(Bytes::from_owner(Zeroizing::new(body)).into());
        Ok(request)
    }
}

/// The error for an answer from there without a token that can be used.
pub(super) fn unusable(origin: &str) -> Error {
    Error::malformed(format!("{origin} answered without a usable token; check the token URL"))
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
}
