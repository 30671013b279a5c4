//! A token as it lies in a store: with times that mean the same on every machine.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::token::{Lifetime, Token};
use crate::version::TokenVersion;

/// The clocks of two machines may differ by so much.
const SKEW: Duration = Duration::from_secs(60);

/// What does not say when it ends is kept for so long; it is renewed whenever it is replaced.
const KEEP: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl TokenVersion {
    /// Comes after this number, and differs from every other that does.
    pub(crate) fn after(number: u64) -> Self {
        Self { number: number.saturating_add(1), nonce: random() }
    }

    /// Its place in the order of fetches.
    #[must_use]
    pub fn number(self) -> u64 {
        self.number
    }

    /// What tells it from another with the same number.
    #[must_use]
    pub fn nonce(self) -> u64 {
        self.nonce
    }
}

/// A number that nobody else has.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    // The system's generator does not fail once it has started; its failure would cost one more token request.
    let _ = SystemRandom::new().fill(&mut bytes);
    u64::from_be_bytes(bytes)
}

/// A token in a [`TokenStore`](crate::TokenStore), or what is left of one that was rejected.
#[derive(Clone)]
pub struct StoredToken {
    pub(crate) version: TokenVersion,
    /// Nothing when it was rejected, or is not for others.
    value: Option<SecretString>,
    /// When its request started, by the clock of the machine that made it.
    issued: SystemTime,
    /// Nothing when nobody said.
    lifetime: Option<Duration>,
    kind: Option<String>,
    scopes: Vec<String>,
    pub(crate) refresh_token: Option<SecretString>,
    rejected: Option<SystemTime>,
}

#[derive(Serialize)]
struct Writing<'a> {
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

#[derive(Deserialize)]
struct Reading {
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
            kind: token.kind.clone(),
            scopes: token.scopes.clone(),
            refresh_token,
            rejected,
        }
    }

    /// Which token it is.
    #[must_use]
    pub fn version(&self) -> TokenVersion {
        self.version
    }

    /// What stays of it after a server rejected it: its place in the order, and what renews it.
    #[must_use]
    pub fn invalidated(&self, at: SystemTime) -> Self {
        Self { value: None, rejected: Some(at), ..self.clone() }
    }

    /// How long it is worth keeping: until its end, or for a month where it holds something without one.
    #[must_use]
    pub fn ttl(&self, now: SystemTime) -> Duration {
        match self.lifetime {
            Some(lifetime) if self.refresh_token.is_none() => {
                let age = now.duration_since(self.issued).unwrap_or_default();
                lifetime.saturating_sub(age) + SKEW
            }
            _ => KEEP,
        }
    }

    /// Writes it down, in the clear.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "numbers and texts always are JSON, and memory takes any length")]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let token = self.value.as_ref().map(ExposeSecret::expose_secret);
        let refresh_token = self.refresh_token.as_ref().map(ExposeSecret::expose_secret);
        let texts =
            self.scopes.iter().map(String::as_str).chain(token).chain(refresh_token).chain(self.kind.as_deref());
        // Every character may be escaped as six; a buffer that need not grow leaves no copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(512 + texts.map(|text| 6 * text.len() + 3).sum::<usize>()));
        let writing = Writing {
            number: self.version.number,
            nonce: self.version.nonce,
            token,
            issued_ms: millis(self.issued),
            lifetime_ms: self.lifetime.map(|lifetime| u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX)),
            token_type: self.kind.as_deref(),
            scopes: &self.scopes,
            refresh_token,
            rejected_ms: self.rejected.map(millis),
        };
        serde_json::to_writer(&mut *bytes, &writing).expect("numbers and texts are JSON");
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// [`Malformed`](crate::ErrorKind::Malformed) for anything else, without a piece of it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let broken = || Error::malformed("this is no stored token");
        let reading: Reading = serde_json::from_slice(bytes).map_err(|_| broken())?;
        Ok(Self {
            version: TokenVersion { number: reading.number, nonce: reading.nonce },
            value: reading.token.map(SecretString::from),
            issued: moment(reading.issued_ms).ok_or_else(broken)?,
            lifetime: reading.lifetime_ms.map(Duration::from_millis),
            kind: reading.token_type,
            scopes: reading.scopes,
            refresh_token: reading.refresh_token.map(SecretString::from),
            rejected: reading.rejected_ms.map(|at| moment(at).ok_or_else(broken)).transpose()?,
        })
    }

    /// How much earlier than its end others stop using it: by the difference that two clocks may have, or a tenth of a
    /// short life, which leaves time for refreshing ahead.
    pub(crate) fn margin(&self) -> Duration {
        self.lifetime.map_or(Duration::ZERO, |lifetime| SKEW.min(lifetime / 10))
    }

    /// The token and how much of its life is over, if it can be used at this time of day.
    pub(crate) fn usable(&self, now: SystemTime) -> Option<(Token, Duration)> {
        let age = match now.duration_since(self.issued) {
            Ok(age) => age,
            // Written by a clock that is ahead of ours.
            Err(ahead) if ahead.duration() <= SKEW => Duration::ZERO,
            Err(_) => return None,
        };
        if self.lifetime.is_some_and(|lifetime| age + self.margin() >= lifetime) {
            return None;
        }
        let mut token = Token::new(self.value.clone()?)
            .lifetime(self.lifetime.map_or(Lifetime::Unknown, Lifetime::For))
            .scopes(self.scopes.iter().cloned());
        token.kind.clone_from(&self.kind);
        token.refresh_token.clone_from(&self.refresh_token);
        Some((token, age))
    }

    /// How long ago its like was last rejected.
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

fn moment(millis: u64) -> Option<SystemTime> {
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
    fn what_was_written_is_read_back() {
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
    fn a_token_ages_by_the_time_of_day_and_ends_a_minute_or_a_tenth_early() {
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
    fn only_what_renews_stays_of_a_rejected_token_and_of_one_for_a_single_use() {
        let rejected = stored(Lifetime::Unknown).invalidated(at(10_001));
        assert!(rejected.usable(at(10_002)).is_none());
        assert!(rejected.refresh_token.is_some());
        assert!(stored(Lifetime::SingleUse).usable(at(10_000)).is_none());
    }

    #[test]
    fn two_tokens_with_one_number_are_told_apart() {
        assert_ne!(TokenVersion::after(1), TokenVersion::after(1));
        assert_eq!(TokenVersion::after(1).number(), 2);
    }
}
