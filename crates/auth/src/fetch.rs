//! One fetch: a source asked until it answers, refuses, or the time is up.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::authorization::Headers;
use crate::clock::{Clock, Moment};
use crate::error::{Error, ErrorKind};
use crate::http::TokenHttp;
use crate::lifetime;
use crate::retry::{Retry, pause};
use crate::source::{FetchReason, TokenRequest, TokenSource};
use crate::telemetry;
use crate::token::{Lifetime, Token};
use crate::version::TokenVersion;

/// What a fetch is started with.
#[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only who shares tokens asks for all of it"))]
pub(crate) struct Wish {
    pub(crate) reason: FetchReason,
    pub(crate) refresh_token: Option<SecretString>,
    /// The last token's, also while there is none.
    pub(crate) version: Option<TokenVersion>,
    pub(crate) jitter: f64,
}

/// Who obtains tokens together with others.
pub(crate) trait Obtain: Send + Sync {
    /// Takes over somebody else's token, or fetches one for all.
    fn obtain<'a>(&'a self, fetcher: &'a Fetcher, wish: Wish) -> BoxFuture<'a, Result<Fetched, Error>>;
}

/// Everything a fetch needs. It outlives the authenticator only until the fetch is stopped.
pub(crate) struct Fetcher {
    pub(crate) source: Arc<dyn TokenSource>,
    pub(crate) http: TokenHttp,
    pub(crate) clock: Clock,
    pub(crate) retry: Retry,
    /// Nothing when tokens are shared with nobody.
    pub(crate) sharing: Option<Box<dyn Obtain>>,
}

/// A token with its headers, and when it was asked for.
pub(crate) struct Fetched {
    pub(crate) token: Token,
    pub(crate) headers: Headers,
    pub(crate) asked: Moment,
    /// So much before its end it is no longer used.
    pub(crate) margin: Duration,
    /// Which one it is in the store, where there is one.
    pub(crate) version: Option<TokenVersion>,
    /// How long ago its like was rejected by anybody.
    pub(crate) rejected_ago: Option<Duration>,
    /// Whether somebody else asked for it.
    pub(crate) shared: bool,
}

impl Fetcher {
    /// Obtains a token: from the store if another process put a better one there, else from the source.
    pub(crate) async fn obtain(&self, wish: Wish) -> Result<Fetched, Error> {
        match &self.sharing {
            Some(sharing) => sharing.obtain(self, wish).await,
            None => self.run(wish.reason, wish.refresh_token, self.clock.now()).await,
        }
    }

    /// Asks the source; `start` is when the time began to run.
    pub(crate) async fn run(
        &self,
        reason: FetchReason,
        refresh_token: Option<SecretString>,
        start: Duration,
    ) -> Result<Fetched, Error> {
        let deadline = self.retry.deadline;
        let mut attempt = 1;
        loop {
            let left = deadline.saturating_sub(self.clock.now().saturating_sub(start));
            let asked = self.clock.moment();
            let answer =
                self.clock.timeout(left, self.attempt(reason, refresh_token.as_ref())).await.unwrap_or_else(|_| {
                    let seconds = deadline.as_secs_f64();
                    Err(Error::unavailable(format!("{} issued no token within {seconds} seconds", self.source.label())))
                });
            let error = match answer.and_then(|token| ready(token, asked)) {
                Ok(fetched) => return Ok(fetched),
                Err(error) => error,
            };
            let pause = error.retry_after().unwrap_or_default().max(pause(attempt));
            let passed = self.clock.now().saturating_sub(start);
            if error.kind() != ErrorKind::Unavailable || attempt >= self.retry.attempts || passed + pause >= deadline {
                return Err(error);
            }
            telemetry::attempt_failed(self.source.label(), attempt, &error, pause);
            self.clock.sleep(pause).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, reason: FetchReason, refresh_token: Option<&SecretString>) -> Result<Token, Error> {
        let request = TokenRequest { http: &self.http, reason, refresh_token };
        // A source that panics must not leave its callers waiting.
        let fetch = AssertUnwindSafe(async { self.source.fetch(request).await });
        fetch.catch_unwind().await.unwrap_or_else(|_| Err(Error::malformed("the token source panicked")))
    }
}

/// Completes a token: its lifetime, where only the token itself tells it, and its headers.
fn ready(mut token: Token, asked: Moment) -> Result<Fetched, Error> {
    use secrecy::ExposeSecret;

    if token.lifetime == Lifetime::Unknown {
        token.lifetime = lifetime::from_jwt(token.value.expose_secret(), asked.wall);
    }
    let headers = Headers::bearer(&token.value)?;
    Ok(Fetched { token, headers, asked, margin: Duration::ZERO, version: None, rejected_ago: None, shared: false })
}
