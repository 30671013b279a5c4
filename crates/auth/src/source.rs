//! The trait behind every kind of credentials.

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::error::Error;
use crate::http::TokenHttp;
use crate::key::CacheKey;
use crate::token::Token;

/// Obtains tokens. Implemented by users for what is not built in.
///
/// Caching, refreshing ahead, sharing one fetch among callers, retrying what may pass and remembering refusals are the
/// [`Authenticator`](crate::Authenticator)'s; a source asks its server once and reports what it said.
pub trait TokenSource: Send + Sync + 'static {
    /// Obtains one token, with one attempt.
    ///
    /// Runs on a task of its own, so that it is never cut short by a caller who gives up. An error of kind
    /// [`Unavailable`](crate::ErrorKind::Unavailable) is retried, any other is not.
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>>;

    /// Names the tokens of this source; see [`CacheKey`].
    fn key(&self) -> CacheKey;

    /// What log lines and metrics call this source. It must not hold a secret.
    #[expect(clippy::unnecessary_literal_bound, reason = "sources that know their server's name return that")]
    fn label(&self) -> &str {
        "custom"
    }
}

/// Why a token is being fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchReason {
    /// There is none yet.
    First,
    /// The present one is still valid, but not for long.
    Refresh,
    /// The last one has expired.
    Expired,
    /// The server rejected the last one before its time.
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

/// What a [`TokenSource`] is given for one fetch.
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    pub(crate) http: &'a TokenHttp,
    pub(crate) reason: FetchReason,
    pub(crate) refresh_token: Option<&'a SecretString>,
}

impl<'a> TokenRequest<'a> {
    /// The HTTP client for token requests.
    #[must_use]
    pub fn http(&self) -> &'a TokenHttp {
        self.http
    }

    /// Why the token is wanted.
    #[must_use]
    pub fn reason(&self) -> FetchReason {
        self.reason
    }

    /// What the last token's [`refresh_token`](Token::refresh_token) was.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&'a SecretString> {
        self.refresh_token
    }
}
