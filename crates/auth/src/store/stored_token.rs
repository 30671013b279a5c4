//! Stored form of a token, with absolute times.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::token::Token;
use crate::token::lifetime::Lifetime;
use crate::token::version::TokenVersion;

/// Tolerated difference between the clocks of two machines.
const MAX_SKEW: Duration = Duration::from_secs(60);

/// Time to live of tokens without a known end: refresh tokens and tokens of unknown lifetime. It restarts whenever the
/// token is replaced.
const DEFAULT_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A token in a [`TokenStore`](crate::TokenStore).
///
/// A token that was [invalidated](StoredToken::invalidated) has no access token, but retains its refresh token.
#[derive(Clone)]
pub struct StoredToken {
    pub(crate) version: TokenVersion,
    /// Access token; `None` if it was rejected or is for a single use.
    value: Option<SecretString>,
    /// Start of the token request, by the clock of the machine that sent it.
    issued: SystemTime,
    /// `None` if the server did not state it.
    lifetime: Option<Duration>,
    token_type: Option<String>,
    scopes: Vec<String>,
    pub(crate) refresh_token: Option<SecretString>,
    /// Time of the last rejection of an unproven token of these credentials.
    rejected: Option<SystemTime>,
}

/// Stored representation, for writing.
#[derive(Serialize)]
struct StoredTokenRef<'a> {
    number: u64,
    nonce: u64,
    token: Option<&'a str>,
    issued_ms: u64,
    lifetime_ms: Option<u64>,
    token_type: Option<&'a str>,
    scopes: &'a [String],
    refresh_token: Option<&'a str>,
    rejected_ms: Option<u64>,
}

/// Stored representation, for reading.
#[derive(Deserialize)]
struct StoredTokenOwned {
    number: u64,
    nonce: u64,
    token: Option<String>,
    issued_ms: u64,
    lifetime_ms: Option<u64>,
    token_type: Option<String>,
    scopes: Vec<String>,
    refresh_token: Option<String>,
    rejected_ms: Option<u64>,
}

impl StoredToken {
    pub(crate) fn new(
        version: TokenVersion,
        token: &Token,
        issued: SystemTime,
        refresh_token: Option<SecretString>,
        rejected: Option<SystemTime>,
    ) -> Self {
        let lifetime = match token.lifetime {
            Lifetime::For(lifetime) => Some(lifetime),
            Lifetime::SingleUse | Lifetime::Unknown => None,
        };
        Self {
            version,
            value: (token.lifetime != Lifetime::SingleUse).then(|| token.value.clone()),
            issued,
            lifetime,
            token_type: token.token_type.clone(),
            scopes: token.scopes.clone(),
            refresh_token,
            rejected,
        }
    }

    /// Returns the version of the token.
    #[must_use]
    pub fn version(&self) -> TokenVersion {
        self.version
    }

    /// Returns the form of the token after its rejection by a server: without the access token, but with its version
    /// and refresh token.
    ///
    /// `unproven_at` is the time of the rejection if no request with the token had succeeded. Processes that use the
    /// store then drop no further unproven token for 30 seconds.
    #[must_use]
    pub fn invalidated(&self, unproven_at: Option<SystemTime>) -> Self {
        Self { value: None, rejected: unproven_at.or(self.rejected), ..self.clone() }
    }

    /// Returns the time for which a store must retain the token: until its expiry, or 30 days if it has a refresh token
    /// or an unknown lifetime.
    #[must_use]
    pub fn ttl(&self, now: SystemTime) -> Duration {
        match self.lifetime {
            Some(lifetime) if self.refresh_token.is_none() => {
                let age = now.duration_since(self.issued).unwrap_or_default();
                lifetime.saturating_sub(age) + MAX_SKEW
            }
            _ => DEFAULT_TTL,
        }
    }

    /// Serializes the token as JSON, without encryption.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "numbers and strings always serialize, and writing to memory does not fail"
    )]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let token = self.value.as_ref().map(ExposeSecret::expose_secret);
        let refresh_token = self.refresh_token.as_ref().map(ExposeSecret::expose_secret);
        let texts =
            self.scopes.iter().map(String::as_str).chain(token).chain(refresh_token).chain(self.token_type.as_deref());
        // JSON escapes a character to at most 6 bytes. A buffer that does not grow leaves no copy of a token behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(512 + texts.map(|text| 6 * text.len() + 3).sum::<usize>()));
        let stored = StoredTokenRef {
            number: self.version.number,
            nonce: self.version.nonce,
            token,
            issued_ms: millis(self.issued),
            lifetime_ms: self.lifetime.map(|lifetime| u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX)),
            token_type: self.token_type.as_deref(),
            scopes: &self.scopes,
            refresh_token,
            rejected_ms: self.rejected.map(millis),
        };
        serde_json::to_writer(&mut *bytes, &stored).expect("numbers and strings serialize");
        bytes
    }

    /// Deserializes the output of [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    ///
    /// [`Malformed`](crate::ErrorKind::Malformed) for any other data. The error contains no part of the data.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let invalid = || Error::malformed("the data is not a stored token");
        let stored: StoredTokenOwned = serde_json::from_slice(bytes).map_err(|_| invalid())?;
        Ok(Self {
            version: TokenVersion { number: stored.number, nonce: stored.nonce },
            value: stored.token.map(SecretString::from),
            issued: from_millis(stored.issued_ms).ok_or_else(invalid)?,
            lifetime: stored.lifetime_ms.map(Duration::from_millis),
            token_type: stored.token_type,
            scopes: stored.scopes,
            refresh_token: stored.refresh_token.map(SecretString::from),
            rejected: stored.rejected_ms.map(|at| from_millis(at).ok_or_else(invalid)).transpose()?,
        })
    }

    /// Returns the period before expiry in which other processes do not use the token: the tolerated clock difference,
    /// or a tenth of a shorter lifetime, which leaves time for a refresh.
    pub(crate) fn margin(&self) -> Duration {
        self.lifetime.map_or(Duration::ZERO, |lifetime| MAX_SKEW.min(lifetime / 10))
    }

    /// Returns the token and its age, if it can be used at this wall time.
    pub(crate) fn usable(&self, now: SystemTime) -> Option<(Token, Duration)> {
        let age = match now.duration_since(self.issued) {
            Ok(age) => age,
            // The clock of the writing machine is ahead.
            Err(ahead) if ahead.duration() <= MAX_SKEW => Duration::ZERO,
            Err(_) => return None,
        };
        if self.lifetime.is_some_and(|lifetime| age + self.margin() >= lifetime) {
            return None;
        }
        let mut token = Token::new(self.value.clone()?)
            .lifetime(self.lifetime.map_or(Lifetime::Unknown, Lifetime::For))
            .scopes(self.scopes.iter().cloned());
        token.token_type.clone_from(&self.token_type);
        token.refresh_token.clone_from(&self.refresh_token);
        Some((token, age))
    }

    /// Returns the time since an unproven token of these credentials was last rejected.
    pub(crate) fn rejected_ago(&self, now: SystemTime) -> Option<Duration> {
        self.rejected.map(|at| now.duration_since(at).unwrap_or_default())
    }

    pub(crate) fn rejected(&self) -> Option<SystemTime> {
        self.rejected
    }
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("version", &self.version)
            .field("lifetime", &self.lifetime)
            .field("rejected", &self.rejected.is_some())
            .finish_non_exhaustive()
    }
}

fn millis(at: SystemTime) -> u64 {
    u64::try_from(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

fn from_millis(millis: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn stored(lifetime: Lifetime) -> StoredToken {
        let token = Token::new("t\u{1}\"").lifetime(lifetime).scopes(["a", "b"]).token_type("Bearer");
        StoredToken::new(TokenVersion::after(6), &token, at(10_000), Some("r".into()), Some(at(9000)))
    }

    #[test]
    fn a_serialized_token_is_deserialized_unchanged() {
        for lifetime in [Lifetime::For(Duration::from_millis(1500)), Lifetime::Unknown, Lifetime::SingleUse] {
            let token = stored(lifetime);
            let read = StoredToken::from_bytes(&token.to_bytes()).expect("readable");
            assert_eq!(read.version, token.version);
            assert_eq!(read.to_bytes(), token.to_bytes());
            assert_eq!(read.rejected_ago(at(9010)), Some(Duration::from_secs(10)));
            assert_eq!(read.value.is_some(), lifetime != Lifetime::SingleUse);
        }
        assert!(StoredToken::from_bytes(b"{}").is_err());
    }

    #[track_caller]
    fn check(lifetime: u64, now: u64, age: Option<u64>) {
        let usable = stored(Lifetime::For(Duration::from_secs(lifetime))).usable(at(now));
        assert_eq!(usable.map(|(_, age)| age), age.map(Duration::from_secs), "{lifetime} at {now}");
    }

    #[test]
    fn a_token_ages_by_wall_time_and_ends_a_minute_or_a_tenth_early() {
        check(3600, 10_000, Some(0));
        check(3600, 11_000, Some(1000));
        check(3600, 13_539, Some(3539));
        check(3600, 13_540, None);
        check(80, 10_071, Some(71));
        check(80, 10_072, None);
        check(3600, 9_940, Some(0));
        check(3600, 9_939, None);
    }

    #[test]
    fn a_rejected_and_a_single_use_token_retain_only_the_refresh_token() {
        let rejected = stored(Lifetime::Unknown).invalidated(Some(at(10_001)));
        assert!(rejected.usable(at(10_002)).is_none());
        assert!(rejected.refresh_token.is_some());
        assert!(stored(Lifetime::SingleUse).usable(at(10_000)).is_none());
    }
}
