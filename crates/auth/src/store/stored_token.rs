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

/// Maximum time to live, 10 years, which every store can represent.
const MAX_TTL: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A token in a [`TokenStore`](crate::TokenStore).
///
/// A token that was [invalidated](StoredToken::invalidated) has no access token, but retains its refresh token. The
/// record of a refusal, which is shared like a token, has neither.
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
    /// Refusal of the credentials by the token endpoint at `issued`, which is in effect for `lifetime`.
    refusal: Option<Refusal>,
}

/// Refusal of credentials, without the text of the server.
#[derive(Clone, Serialize, Deserialize)]
struct Refusal {
    /// Error code, if it is one of OAuth 2.0.
    code: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a Refusal>,
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
    refusal: Option<Refusal>,
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
            refusal: None,
        }
    }

    /// Creates the record of a refusal, which is in effect for this period.
    pub(crate) fn of_refusal(version: TokenVersion, error: &Error, at: SystemTime, period: Duration) -> Self {
        Self {
            version,
            value: None,
            issued: at,
            lifetime: Some(period),
            token_type: None,
            scopes: Vec::new(),
            refresh_token: None,
            rejected: None,
            refusal: Some(Refusal { code: error.standard_code().map(str::to_owned) }),
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
                lifetime.saturating_sub(age).min(MAX_TTL) + MAX_SKEW
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
            refusal: self.refusal.as_ref(),
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
            refusal: stored.refusal,
        })
    }

    /// Returns the period before expiry in which other processes do not use the token: the tolerated clock difference,
    /// or a tenth of a shorter lifetime, which leaves time for a refresh.
    pub(crate) fn margin(&self) -> Duration {
        self.lifetime.map_or(Duration::ZERO, |lifetime| MAX_SKEW.min(lifetime / 10))
    }

    /// Returns the token and its age, if it can be used at this wall time.
    pub(crate) fn usable(&self, now: SystemTime) -> Option<(Token, Duration)> {
        let age = self.age(now)?;
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

    /// Returns the error of a refusal that is in effect at this wall time, with the rest of its period.
    pub(crate) fn refused(&self, now: SystemTime) -> Option<Error> {
        let Refusal { code } = self.refusal.as_ref()?;
        let left = self.lifetime?.checked_sub(self.age(now)?).filter(|left| !left.is_zero())?;
        let of_scopes = code.as_deref() == Some("invalid_scope");
        let refused = if of_scopes { "the scopes of these credentials" } else { "these credentials" };
        let message = format!(
            "the token endpoint refused {refused} a moment ago, in a process with the same token store; correct them, \
             or try again in {} s",
            left.as_secs() + 1
        );
        Some(Error::refused(message, code.clone(), None).with_retry_after(left))
    }

    /// Returns the time since the token request; `None` if it is too far in the future.
    fn age(&self, now: SystemTime) -> Option<Duration> {
        match now.duration_since(self.issued) {
            Ok(age) => Some(age),
            // The clock of the writing machine is ahead.
            Err(ahead) => (ahead.duration() <= MAX_SKEW).then_some(Duration::ZERO),
        }
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
            .field("refusal", &self.refusal.is_some())
            .finish_non_exhaustive()
    }
}

/// Returns the token with the higher version number; the first one if they are equal.
pub(super) fn newest(first: Option<StoredToken>, second: Option<StoredToken>) -> Option<StoredToken> {
    match (first, second) {
        (Some(first), Some(second)) if second.version.number() > first.version.number() => Some(second),
        (None, second) => second,
        (first, _) => first,
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
    fn a_refusal_is_in_effect_for_its_period_and_has_no_text_of_the_server() {
        let codes = ["invalid_client", "invalid_scope"].map(|code| (code, Some(code)));
        for (code, shown) in codes.into_iter().chain([("canary-code", None)]) {
            let error = Error::refused("no", code.to_owned(), "canary-text".to_owned());
            let record = StoredToken::of_refusal(TokenVersion::after(0), &error, at(10_000), Duration::from_secs(30));
            let bytes = record.to_bytes();
            assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
            let record = StoredToken::from_bytes(&bytes).expect("readable");
            assert!(record.usable(at(10_000)).is_none());
            let refused = |now| record.refused(at(now)).map(|error| error.retry_after().expect("a period"));
            for (now, left) in [(9_939, None), (9_940, Some(30)), (10_010, Some(20)), (10_029, Some(1)), (10_030, None)]
            {
                assert_eq!(refused(now), left.map(Duration::from_secs), "{now}");
            }
            let error = record.refused(at(10_000)).expect("in effect");
            assert_eq!((error.kind(), error.code()), (crate::ErrorKind::Refused, shown));
            assert_eq!(error.to_string().contains("refused the scopes"), shown == Some("invalid_scope"));
        }
        assert!(stored(Lifetime::Unknown).refused(at(10_000)).is_none());
    }

    #[test]
    fn serialization_leaves_no_copy_of_a_secret_in_a_buffer_that_was_too_small() {
        // JSON escapes these characters to 6 bytes each, and the scopes need separators.
        for secret in ["\u{1}".repeat(100_000), "t".to_owned()] {
            let mut token = Token::new(secret.clone()).scopes(vec!["s"; 1000]).token_type(secret.clone());
            token.lifetime = Lifetime::For(Duration::MAX);
            let version = TokenVersion { number: u64::MAX, nonce: u64::MAX };
            let late = at(u64::from(u32::MAX) * 1000);
            let token = StoredToken::new(version, &token, late, Some(secret.into()), Some(late));
            let allocations = allocation_counter::measure(|| drop(token.to_bytes()));
            assert_eq!(allocations.count_total, 1, "the buffer grew");
        }
    }

    #[test]
    fn extreme_values_do_not_panic() {
        let max = u64::MAX;
        for (issued, lifetime) in [(max, "null"), (0, "18446744073709551615"), (max, "18446744073709551615"), (0, "0")]
        {
            let json = format!(
                r#"{{"number":{max},"nonce":{max},"token":"t","issued_ms":{issued},"lifetime_ms":{lifetime},
                    "token_type":null,"scopes":[],"refresh_token":null,"rejected_ms":{issued},"refusal":{{"code":null}}}}"#
            );
            let Ok(token) = StoredToken::from_bytes(json.as_bytes()) else { continue };
            for now in [UNIX_EPOCH, at(10_000), SystemTime::now()] {
                let _ = (token.usable(now), token.refused(now), token.rejected_ago(now), token.invalidated(Some(now)));
                assert!(token.ttl(now) <= MAX_TTL + MAX_SKEW);
            }
            assert_eq!(TokenVersion::after(token.version.number()).number(), max);
        }
        let endless = StoredToken::new(
            TokenVersion::after(0),
            &Token::new("t").lifetime(Lifetime::For(Duration::MAX)),
            at(10_000),
            None,
            None,
        );
        assert_eq!(endless.ttl(at(10_000)), MAX_TTL + MAX_SKEW);
        assert!(endless.usable(at(10_000)).is_some());
    }

    #[test]
    fn a_rejected_and_a_single_use_token_retain_only_the_refresh_token() {
        let rejected = stored(Lifetime::Unknown).invalidated(Some(at(10_001)));
        assert!(rejected.usable(at(10_002)).is_none());
        assert!(rejected.refresh_token.is_some());
        assert!(stored(Lifetime::SingleUse).usable(at(10_000)).is_none());
    }
}
