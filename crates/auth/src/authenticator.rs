//! What callers hold: authorization now, and what to do after a 401.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::authorization::{Authorization, Generation};
use crate::builder::AuthenticatorBuilder;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::flight::{Joined, Shared};
use crate::snapshot::{Snapshot, State};
use crate::token::Lifetime;

/// So often a caller takes over a fetch whose runtime went away, before giving up.
const TAKEOVERS: usize = 5;

/// Hands out valid authorization, and keeps it valid.
///
/// Cheap to clone; all clones share one token. Nothing runs in the background while nobody asks, and dropping the
/// last clone stops a fetch in progress.
#[derive(Clone)]
pub struct Authenticator {
    shared: Arc<Shared>,
}

/// What to do with a request that was answered with 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Rejection {
    /// Send it once more, with a new [`authorization`](Authenticator::authorization).
    Replay,
    /// Hand the 401 to the caller: another token would not help.
    Final,
}

/// What is known about the token in use, except the token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenInfo {
    /// How long it lives in all; `None` if nobody said.
    pub lifetime: Option<Duration>,
    /// How long it may still be used; `None` if nobody said.
    pub remaining: Option<Duration>,
    /// The scopes that were granted, if the server listed them.
    pub scopes: Vec<String>,
    /// Its number among the tokens of this authenticator.
    pub generation: Generation,
    /// What the server calls this kind of token.
    pub token_type: Option<String>,
}

impl Authenticator {
    /// Starts building one.
    pub fn builder(credentials: impl Into<Credentials>) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(credentials.into())
    }

    pub(crate) fn from_shared(shared: Shared) -> Self {
        Self { shared: Arc::new(shared) }
    }

    /// Returns authorization that is valid now.
    ///
    /// With a valid token this completes at once: no lock, no allocation, no wait. Without one it waits for the fetch
    /// that all callers share; dropping the future neither stops nor restarts that fetch.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`], while there is no valid token. See [`Error::recovery`].
    #[inline]
    pub async fn authorization(&self) -> Result<Authorization, Error> {
        match self.warm() {
            Some(authorization) => Ok(authorization),
            None => self.cold().await,
        }
    }

    /// Reports that the server answered 401 to a request with this generation's token.
    ///
    /// Drops the token if it is still the one in use, but at most one in 30 seconds: a server that rejects a brand-new
    /// token will reject the next one too.
    pub fn reject(&self, generation: Generation) -> Rejection {
        self.shared.reject(generation)
    }

    /// What is known about the token in use; `None` while there is none.
    #[must_use]
    pub fn token_info(&self) -> Option<TokenInfo> {
        let snapshot = self.shared.snapshot.load();
        let held = snapshot.held()?;
        let now = self.shared.clock.moment();
        let lifetime = match held.lifetime {
            Lifetime::For(lifetime) => Some(lifetime),
            Lifetime::SingleUse => Some(Duration::ZERO),
            Lifetime::Unknown => None,
        };
        Some(TokenInfo {
            lifetime,
            remaining: held.remaining(&now),
            scopes: held.scopes.clone(),
            generation: held.generation,
            token_type: held.token_type.clone(),
        })
    }

    /// Returns the token itself, for showing it to its owner. Requests want [`authorization`](Self::authorization).
    ///
    /// # Errors
    ///
    /// As [`authorization`](Self::authorization); and [`Configuration`](crate::ErrorKind::Configuration) for
    /// credentials that are not a token.
    pub async fn access_token(&self) -> Result<SecretString, Error> {
        let snapshot = match self.shared.look() {
            Some(snapshot) => snapshot,
            None => Box::pin(self.valid()).await?,
        };
        snapshot
            .held()
            .and_then(|held| held.headers.token())
            .ok_or_else(|| Error::configuration("these credentials are headers of their own and hold no access token"))
    }

    #[inline]
    fn warm(&self) -> Option<Authorization> {
        self.shared.snapshot.warm(self.shared.clock.ticks())
    }

    #[cold]
    #[inline(never)]
    fn cold(&self) -> impl Future<Output = Result<Authorization, Error>> + Send + '_ {
        // The look at the wall clock, once a second, allocates nothing either.
        let ready = self.shared.look().and_then(|snapshot| snapshot.authorization());
        let wait = ready.is_none().then(|| Box::pin(self.valid()));
        async move {
            match (ready, wait) {
                (Some(authorization), _) => Ok(authorization),
                (None, Some(wait)) => wait.await.and_then(|snapshot| snapshot.authorization().ok_or_else(lost)),
                (None, None) => Err(lost()),
            }
        }
    }

    /// Waits for a valid token.
    async fn valid(&self) -> Result<Arc<Snapshot>, Error> {
        for _ in 0..TAKEOVERS {
            let waiting = match self.shared.join()? {
                Joined::Ready(snapshot) => return Ok(snapshot),
                Joined::Waiting(waiting) => waiting,
            };
            let Some(outcome) = self.shared.wait(waiting).await else {
                continue;
            };
            let snapshot = outcome?;
            let once = snapshot.held().is_some_and(|held| held.lifetime == Lifetime::SingleUse);
            // A caller that was late to hear of a short-lived token asks again.
            if once || snapshot.state(&self.shared.clock.moment()) != State::Expired {
                return Ok(snapshot);
            }
        }
        Err(lost())
    }
}

fn lost() -> Error {
    Error::unavailable("every fetch of a token was cut short or its token had expired on arrival")
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("source", &self.shared.label())
            .field("token", &self.token_info())
            .finish_non_exhaustive()
    }
}
