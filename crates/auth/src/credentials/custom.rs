//! Custom token sources: the trait behind every kind of credentials.

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::error::Error;
use crate::token::Token;
use crate::token::cache_key::CacheKey;
use crate::transport::http::TokenHttp;

/// Source of access tokens. Implement it for a grant that this crate does not have.
///
/// A source sends one request and returns the result. The [`Authenticator`](crate::Authenticator) does the rest: it
/// caches the token, refreshes it before expiry, shares one fetch among all callers, retries transient failures, and
/// does not repeat refused credentials for 30 seconds.
pub trait TokenSource: Send + Sync + 'static {
    /// Obtains a token, with a single attempt.
    ///
    /// Runs on its own task, so a caller that gives up does not cancel it. An error of kind
    /// [`Unavailable`](crate::ErrorKind::Unavailable) is retried; any other is not.
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>>;

    /// Returns the key under which tokens of this source are stored.
    fn key(&self) -> CacheKey;

    /// Returns the name of this source in logs and metrics. It must not contain a secret.
    #[expect(clippy::unnecessary_literal_bound, reason = "implementations return a name stored in `self`")]
    fn label(&self) -> &str {
        "custom"
    }
}

/// Reason for a token fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchReason {
    /// No token has been fetched yet.
    First,
    /// The current token is still valid and due for a refresh.
    Refresh,
    /// The last token has expired.
    Expired,
    /// The server rejected the last token before its expiry.
    Rejected,
}

impl FetchReason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Refresh => "refresh",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
        }
    }
}

/// Arguments of [`TokenSource::fetch`].
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    pub(crate) http: &'a TokenHttp,
    pub(crate) reason: FetchReason,
    pub(crate) refresh_token: Option<&'a SecretString>,
}

impl<'a> TokenRequest<'a> {
    /// Returns the HTTP client for token requests.
    #[must_use]
    pub fn http(&self) -> &'a TokenHttp {
        self.http
    }

    /// Returns the reason for this fetch.
    #[must_use]
    pub fn reason(&self) -> FetchReason {
        self.reason
    }

    /// Returns the [refresh token](Token::refresh_token) of the last token.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&'a SecretString> {
        self.refresh_token
    }
}
