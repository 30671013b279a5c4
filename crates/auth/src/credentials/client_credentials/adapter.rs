//! Adapter that sends the oauth2 crate's requests with our HTTP client and adds the client secret.

use std::sync::OnceLock;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Request, Url};
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use serde_json::Value;

use crate::credentials::basic;
use crate::credentials::client_credentials::response::AccessTokenResponse;
use crate::credentials::client_credentials::{ClientAuthentication, ClientCredentials};
use crate::error::{Error, ErrorKind};
use crate::token::response::TokenResponse;
use crate::transport::http::TokenHttp;

/// HTTP client for oauth2. It retains the response and returns an empty one to oauth2.
pub(super) struct Adapter<'s> {
    http: &'s TokenHttp,
    settings: &'s ClientCredentials,
    url: &'s Url,
    response: OnceLock<AccessTokenResponse>,
}

/// Wrapper that carries [`Error`] through oauth2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct AdapterError(pub(super) Error);

impl<'c> AsyncHttpClient<'c> for Adapter<'_> {
    type Error = AdapterError;
    type Future = BoxFuture<'c, Result<HttpResponse, AdapterError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        async move { self.send(request).await.map_err(AdapterError) }.boxed()
    }
}

impl<'s> Adapter<'s> {
    pub(super) fn new(http: &'s TokenHttp, settings: &'s ClientCredentials, url: &'s Url) -> Self {
        Self { http, settings, url, response: OnceLock::new() }
    }

    /// Returns the retained response; `None` if no request succeeded.
    pub(super) fn into_response(self) -> Option<AccessTokenResponse> {
        self.response.into_inner()
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let request = self.authenticate(request)?;
        let response = self.http.send(request).await?;
        // Some servers send an error response with status 200.
        let refused = !response.status().is_success()
            || response
                .json::<Value>()
                .is_ok_and(|body| body.get("error").is_some() && body.get("access_token").is_none());
        if refused {
            return Err(self.refusal(&response));
        }
        let parsed = AccessTokenResponse::parse(response.body()).ok_or_else(|| unusable(response.origin()))?;
        // oauth2 sends one request per exchange, so the lock is still empty.
        self.response.get_or_init(|| parsed);
        // oauth2 reports an empty body as an error; `null` deserializes as an `IgnoredResponse`.
        Ok(HttpResponse::new(b"null".to_vec()))
    }

    /// Converts an error response. If scopes may be the reason, the message names them: they are no secrets.
    fn refusal(&self, response: &TokenResponse) -> Error {
        let error = response.to_error();
        let (origin, scopes) = (response.origin(), self.settings.scopes.join(" "));
        if scopes.is_empty() || error.kind() != ErrorKind::Refused {
            return error;
        }
        let message = match error.code() {
            Some("invalid_scope") => {
                format!("{origin} refused the scopes `{scopes}`; request only what was granted to this client")
            }
            None => format!(
                "{origin} refused the credentials or the scopes `{scopes}`; check id, secret, scopes and environment"
            ),
            Some(_) => return error,
        };
        error.with_message(message)
    }

    fn authenticate(&self, request: HttpRequest) -> Result<Request, Error> {
        let ClientCredentials { client_id, client_secret, authentication, .. } = self.settings;
        let (mut parts, mut body) = request.into_parts();
        let secret = client_secret.expose_secret();
        match authentication {
            ClientAuthentication::Body => {
                body = with_client_secret(&body, secret);
            }
            ClientAuthentication::Basic => {
                let value = basic_header(&form_encoded(client_id), &form_encoded(secret))?;
                parts.headers.insert(AUTHORIZATION, value);
            }
            ClientAuthentication::BasicRaw => {
                parts.headers.insert(AUTHORIZATION, basic_header(client_id, secret)?);
            }
        }
        let mut request = Request::new(Method::POST, self.url.clone());
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(Bytes::from_owner(Zeroizing::new(body)).into());
        Ok(request)
    }
}

/// Returns the error for a response without a usable token.
pub(super) fn unusable(origin: &str) -> Error {
    Error::malformed(format!("{origin} sent a response without a usable token; check the token URL"))
}

/// Returns a form with the secret, in a buffer that does not grow: growing would leave a copy of the secret behind.
fn with_client_secret(form: &[u8], secret: &str) -> Vec<u8> {
    let encoded = form_encoded(secret);
    let mut extended = Vec::with_capacity(form.len() + "&client_secret=".len() + encoded.len());
    extended.extend_from_slice(form);
    extended.extend_from_slice(b"&client_secret=");
    extended.extend_from_slice(encoded.as_bytes());
    extended
}

/// Returns the `Basic` authorization header, in a buffer that is zeroized when its last owner is dropped.
fn basic_header(id: &str, secret: &str) -> Result<HeaderValue, Error> {
    let bytes = Bytes::from_owner(basic::value(id, secret));
    let mut value = HeaderValue::from_maybe_shared(bytes).map_err(|_| {
        Error::configuration("the client id or secret is not allowed in a header; use ClientAuthentication::Body")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Encodes one value as `application/x-www-form-urlencoded`.
fn form_encoded(text: &str) -> Zeroizing<String> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    // Sufficient for any text: growing would leave a copy of the secret behind.
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
    fn encoding_leaves_no_copy_of_a_secret_in_a_buffer_that_was_too_small() {
        let allocations = |run: &dyn Fn()| allocation_counter::measure(run).count_total;
        let (short, long) = ("+".to_owned(), "+".repeat(100_000));
        for secret in [&short, &long] {
            assert_eq!(allocations(&|| drop(form_encoded(secret))), 1, "the buffer grew");
            // The encoded secret and the form.
            assert_eq!(allocations(&|| drop(with_client_secret(b"a=b", secret))), 2, "the buffer grew");
            // The pair, its encoded form, the header, and the owner of the header's bytes.
            assert_eq!(allocations(&|| drop(basic_header(&short, secret))), 4, "a buffer grew");
            assert_eq!(allocations(&|| drop(basic_header(secret, &short))), 4, "a buffer grew");
        }
    }

    #[test]
    fn form_encoding_equals_that_of_the_url_crate() {
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
