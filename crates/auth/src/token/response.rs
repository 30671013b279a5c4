//! Responses of token endpoints.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use secrecy::zeroize::Zeroizing;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// Response of a token endpoint. The body is zeroized when the response is dropped.
pub struct TokenResponse {
    origin: String,
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Zeroizing<Vec<u8>>,
}

impl TokenResponse {
    /// Creates a response from `origin`.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](crate::ErrorKind::Unavailable) for 408, 425, 429 and 5xx;
    /// [`Malformed`](crate::ErrorKind::Malformed) for 1xx and redirects.
    pub(crate) fn accept(
        origin: String,
        status: StatusCode,
        retry_after: Option<Duration>,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Self, Error> {
        if status.is_redirection() {
            return Err(Error::malformed(format!(
                "{origin} responded {status}, and redirects are not followed with a secret; use the URL that it \
                 redirects to"
            ))
            .with_status(status));
        }
        let response = Self { origin, status, retry_after, body };
        if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
            let (code, description) = response.oauth_error();
            return Err(Error::unavailable(format!("{} responded {status}", response.origin))
                .with_code(code, description)
                .with_status(status)
                .with_wait(retry_after));
        }
        if status.is_informational() {
            return Err(response.malformed());
        }
        Ok(response)
    }

    /// Returns the status: 2xx or 4xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the body, without a byte order mark.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body)
    }

    /// Deserializes the body as JSON. The content type is ignored.
    ///
    /// # Errors
    ///
    /// [`Malformed`](crate::ErrorKind::Malformed) for a body that is not JSON of this type. The error contains no part
    /// of the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(self.body()).map_err(|_| self.malformed())
    }

    /// Converts an error response to an [`Error`].
    ///
    /// The members `error` and `error_description` (RFC 6749, section 5.2) determine the kind. Without them, status
    /// 400, 401 and 403 are [`Refused`](crate::ErrorKind::Refused) and any other is
    /// [`Malformed`](crate::ErrorKind::Malformed).
    #[must_use]
    pub fn to_error(&self) -> Error {
        let (code, description) = self.oauth_error();
        let origin = &self.origin;
        let status = self.status;
        let error = match code.as_deref() {
            Some("server_error" | "temporarily_unavailable" | "slow_down") => {
                Error::unavailable(format!("{origin} cannot issue tokens at the moment"))
            }
            Some("invalid_scope" | "invalid_target") => Error::refused(
                format!("{origin} refused the scopes or the audience; request only what was granted to this client"),
                None,
                None,
            ),
            _ if code.is_some() || matches!(status.as_u16(), 400 | 401 | 403) => Error::refused(
                format!("{origin} refused the credentials; check id, secret and environment"),
                None,
                None,
            ),
            _ => Error::malformed(format!(
                "{origin} responded {status}, which is not a token response; check the token URL"
            )),
        };
        error.with_code(code, description).with_status(status).with_wait(self.retry_after)
    }

    pub(crate) fn malformed(&self) -> Error {
        let (origin, status) = (&self.origin, self.status);
        Error::malformed(format!("{origin} responded {status} without a usable token; check the token URL"))
            .with_status(status)
    }

    /// Returns scheme, host and port of the token endpoint.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns `error` and `error_description` of an OAuth error response.
    pub(crate) fn oauth_error(&self) -> (Option<String>, Option<String>) {
        let Ok(body) = serde_json::from_slice::<serde_json::Value>(self.body()) else {
            return (None, None);
        };
        let text = |name: &str| body.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        (text("error"), text("error_description"))
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("status", &self.status.as_u16()).finish_non_exhaustive()
    }
}
