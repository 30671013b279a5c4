//! How a token request of the oauth2 crate gets onto our client, with the secret put in where it is wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use serde_json::Value;

use super::{ClientAuthentication, ClientCredentials};
use crate::error::Error;
use crate::http::TokenHttp;

/// Puts oauth2's requests on our client, and makes of the answers what oauth2 understands.
pub(super) struct Adapter<'s> {
    pub(super) http: &'s TokenHttp,
    pub(super) settings: &'s ClientCredentials,
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
