//! One fetch: a source asked until it answers, refuses, or the time is up.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
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

/// Everything a fetch needs. It outlives the authenticator only until the fetch is stopped.
pub(crate) struct Fetcher {
    pub(crate) source: Arc<dyn TokenSource>,
    pub(crate) http: TokenHttp,
    pub(crate) clock: Clock,
    pub(crate) retry: Retry,
}

/// A token with its headers, and when it was asked for.
pub(crate) struct Fetched {
    pub(crate) token: Token,
    pub(crate) headers: Headers,
    pub(crate) asked: Moment,
}

impl Fetcher {
    pub(crate) async fn run(&self, reason: FetchReason, renewal: Option<SecretString>) -> Result<Fetched, Error> {
        let start = self.clock.now();
        let deadline = self.retry.deadline;
        let mut attempt = 1;
        loop {
            let left = deadline.saturating_sub(self.clock.now().saturating_sub(start));
            let asked = self.clock.moment();
            let answer = self.clock.timeout(left, self.attempt(reason, renewal.as_ref())).await.unwrap_or_else(|_| {
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

    async fn attempt(&self, reason: FetchReason, renewal: Option<&SecretString>) -> Result<Token, Error> {
        let request = TokenRequest { http: &self.http, reason, renewal };
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
    Ok(Fetched { token, headers, asked })
}
