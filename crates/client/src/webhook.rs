//! Webhook receivers: verification of signatures and times, and detection of repeated deliveries.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{TimeDelta, Utc};
use keyfob_auth::{Clock, ExposeSecret, SecretString};
use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName},
};
use ring::{digest, hmac};

use crate::types::timestamp::Timestamp;

/// Default maximum age of a delivery, 7 days: longer than services usually repeat a delivery that was not accepted.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Maximum time by which the sender's clock may be ahead.
const MAX_AHEAD: Duration = Duration::from_secs(5 * 60);

/// Hash function of a signature's HMAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Digest {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    fn algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// Error of a webhook delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The signature header is missing or repeated.
    Unsigned,
    /// The signature does not match the body under any of the secrets.
    WrongSignature,
    /// The delivery does not have the documented format.
    Malformed,
    /// The signed time of the delivery is before the maximum age, or in the future.
    Stale,
}

impl Error {
    /// Returns the status for the response: 401 without a valid signature, otherwise 400.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Unsigned | Self::WrongSignature => StatusCode::UNAUTHORIZED,
            Self::Malformed | Self::Stale => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "the delivery has no signature header, or more than one",
            Self::WrongSignature => "the signature does not match the body: check the secret and the digest",
            Self::Malformed => "the delivery does not have the documented format",
            Self::Stale => {
                "the delivery is too old, or from the future: check this machine's clock and the maximum age"
            }
        })
    }
}

impl std::error::Error for Error {}

/// Verifier of signatures: the HMAC of a delivery's raw body, in base64. Also checks signed times.
///
/// Signatures are compared in constant time. Pass the body exactly as received: decoding its JSON and encoding it again
/// changes the signature. The API crates of vendors with webhooks have receivers, which also decode the delivery.
///
/// ```
/// use keyfob_client::{
///     header::{HeaderMap, HeaderName},
///     webhook::{Error, Verifier},
/// };
///
/// fn verify(headers: &HeaderMap, body: &[u8]) -> Result<(), Error> {
///     let verifier = Verifier::new("new secret").or("old secret");
///     verifier.verify_header(headers, &HeaderName::from_static("content-hmac"), body)
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Verifier {
    secrets: Vec<SecretString>,
    digest: Digest,
    max_age: Duration,
    clock: Clock,
}

impl Verifier {
    /// Creates a verifier with this secret and SHA-256.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self { secrets: vec![secret.into()], digest: Digest::default(), max_age: MAX_AGE, clock: Clock::system() }
    }

    /// Adds a secret that is also accepted, for the time of a rotation.
    pub fn or(mut self, secret: impl Into<SecretString>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Sets the hash function.
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// Sets the maximum age of a delivery whose time is signed; 7 days by default. [`Duration::MAX`] accepts any age.
    ///
    /// An old recording of a delivery is rejected by its age, a recent one by its key in a store of
    /// [recent keys](RecentKeys). Choose an age that is longer than the vendor repeats a delivery that was not accepted,
    /// and retain keys for as long.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Sets the source of time, such as a fake clock in tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Checks the time of a delivery, which must be part of the signed bytes. It may be up to 5 minutes in the future.
    /// A time without an offset counts as UTC.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] if the time is before the maximum age or too far in the future.
    pub fn verify_time(&self, at: &Timestamp) -> Result<(), Error> {
        let limit = |limit: Duration| TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX);
        let now = Timestamp::from(self.clock.wall()).to_utc_in(&Utc);
        let age = now.zip(at.to_utc_in(&Utc)).map(|(now, at)| now - at).ok_or(Error::Stale)?;
        if -limit(MAX_AHEAD) <= age && age <= limit(self.max_age) { Ok(()) } else { Err(Error::Stale) }
    }

    /// Verifies the signature in a header.
    ///
    /// # Errors
    ///
    /// [`Error::Unsigned`] if the header is missing or repeated, [`Error::WrongSignature`] if the signature does not
    /// match.
    pub fn verify_header(&self, headers: &HeaderMap, name: &HeaderName, body: &[u8]) -> Result<(), Error> {
        let mut values = headers.get_all(name).iter();
        // With two signatures, another component might verify the other signature.
        let (Some(signature), None) = (values.next(), values.next()) else { return Err(Error::Unsigned) };
        self.verify(signature.as_bytes(), body)
    }

    /// Verifies a signature in base64.
    ///
    /// # Errors
    ///
    /// [`Error::WrongSignature`] if the signature does not match.
    pub fn verify(&self, signature: &[u8], body: &[u8]) -> Result<(), Error> {
        let signature = STANDARD.decode(signature).map_err(|_| Error::WrongSignature)?;
        let mut valid = false;
        for secret in &self.secrets {
            let key = secret.expose_secret().as_bytes();
            // An empty secret is not secret: anybody could sign with it.
            valid |= !key.is_empty()
                && hmac::verify(&hmac::Key::new(self.digest.algorithm(), key), body, &signature).is_ok();
        }
        if valid { Ok(()) } else { Err(Error::WrongSignature) }
    }
}

/// Returns the key of a delivery by its signed bytes: the SHA-256 of the body, in hexadecimal.
///
/// For vendors whose event ids are not signed: whoever has recorded a delivery could send it again under another id.
#[must_use]
pub fn body_key(body: &[u8]) -> String {
    digest::digest(&digest::SHA256, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The keys of recently processed deliveries, to detect repeated deliveries: vendors deliver at least once.
///
/// The keys are in memory only. If processing a delivery twice does harm, store the keys durably, with the data.
///
/// ```
/// let mut recent = keyfob_client::webhook::RecentKeys::new(1000);
/// assert!(!recent.contains("a"));
/// // Insert the key after the delivery was processed, so that a failure is delivered again.
/// recent.insert("a");
/// assert!(recent.contains("a"));
/// ```
#[derive(Clone, Debug)]
pub struct RecentKeys {
    capacity: usize,
    keys: HashSet<String>,
    order: VecDeque<String>,
}

impl RecentKeys {
    /// Creates a set of at most `capacity` keys. In a full set, a new key replaces the oldest.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, keys: HashSet::new(), order: VecDeque::new() }
    }

    /// Returns `true` if the key was inserted and has not been replaced.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Inserts a key. A key that is already in the set does not become newer.
    pub fn insert(&mut self, key: impl Into<String>) {
        let key = key.into();
        if self.capacity == 0 || !self.keys.insert(key.clone()) {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, case 2.
    const MESSAGE: &[u8] = b"what do ya want for nothing?";

    fn from_hex(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    #[track_caller]
    fn check(digest: Digest, hex: &str) {
        let signature = STANDARD.encode(from_hex(hex));
        let verifier = Verifier::new("Jefe").digest(digest);
        assert_eq!(verifier.verify(signature.as_bytes(), MESSAGE), Ok(()));
        for other in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let verdict = Verifier::new("Jefe").digest(other).verify(signature.as_bytes(), MESSAGE);
            assert_eq!(verdict.is_ok(), other == digest, "{other:?}");
        }
    }

    #[test]
    fn signatures_are_those_of_the_standard() {
        check(Digest::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        check(
            Digest::Sha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        );
        check(
            Digest::Sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
             caeab1a34d4a6b4b636e070a38bce737",
        );
    }

    #[test]
    fn every_flipped_bit_is_detected() {
        let signature =
            STANDARD.encode(from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")).into_bytes();
        let verifier = Verifier::new("Jefe");
        for bit in 0..signature.len() * 8 {
            let mut forged = signature.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verifier.verify(&forged, MESSAGE), Err(Error::WrongSignature), "bit {bit} of the signature");
        }
        for bit in 0..MESSAGE.len() * 8 {
            let mut forged = MESSAGE.to_vec();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verifier.verify(&signature, &forged), Err(Error::WrongSignature), "bit {bit} of the body");
        }
    }

    #[test]
    fn parts_and_other_encodings_of_a_signature_are_rejected() {
        let whole = STANDARD.encode(from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
        let verifier = Verifier::new("Jefe");
        let prefix = STANDARD.encode(&STANDARD.decode(&whole).unwrap()[..16]);
        for forged in ["", "=", prefix.as_str(), whole.trim_end_matches('='), &format!("{whole} "), &whole.repeat(2)] {
            assert_eq!(verifier.verify(forged.as_bytes(), MESSAGE), Err(Error::WrongSignature), "{forged:?}");
        }
    }

    #[test]
    fn either_of_two_secrets_is_accepted_and_an_empty_secret_never() {
        let signature = STANDARD.encode(from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
        assert_eq!(Verifier::new("new").or("Jefe").verify(signature.as_bytes(), MESSAGE), Ok(()));
        assert_eq!(Verifier::new("new").verify(signature.as_bytes(), MESSAGE), Err(Error::WrongSignature));
        let unkeyed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b""), MESSAGE);
        let signature = STANDARD.encode(unkeyed);
        assert_eq!(Verifier::new("").verify(signature.as_bytes(), MESSAGE), Err(Error::WrongSignature));
    }

    #[test]
    fn a_signature_header_must_be_present_exactly_once() {
        let name = HeaderName::from_static("content-hmac");
        let good = STANDARD.encode(from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
        let verifier = Verifier::new("Jefe");
        let mut headers = HeaderMap::new();
        assert_eq!(verifier.verify_header(&headers, &name, MESSAGE), Err(Error::Unsigned));
        headers.append(&name, good.parse().unwrap());
        assert_eq!(verifier.verify_header(&headers, &name, MESSAGE), Ok(()));
        headers.append(&name, good.parse().unwrap());
        assert_eq!(verifier.verify_header(&headers, &name, MESSAGE), Err(Error::Unsigned));
    }

    #[test]
    fn a_signed_time_outside_the_window_is_rejected() {
        let (clock, fake) = Clock::fake();
        let published: Timestamp = "2026-03-01T08:00:00+01:00".parse().unwrap();
        let verifier = Verifier::new("Jefe").max_age(Duration::from_secs(3600)).clock(clock);
        let check = |verifier: &Verifier, now: &str, verdict| {
            fake.set_wall(now.parse::<chrono::DateTime<Utc>>().unwrap().into());
            assert_eq!(verifier.verify_time(&published), verdict, "{now}");
        };
        check(&verifier, "2026-03-01T06:54:59Z", Err(Error::Stale));
        check(&verifier, "2026-03-01T06:55:00Z", Ok(()));
        check(&verifier, "2026-03-01T08:00:00Z", Ok(()));
        check(&verifier, "2026-03-01T08:00:01Z", Err(Error::Stale));
        let any_age = verifier.max_age(Duration::MAX);
        check(&any_age, "9999-01-01T00:00:00Z", Ok(()));
        check(&any_age, "2026-03-01T06:54:59Z", Err(Error::Stale));
        for far in [chrono::DateTime::<Utc>::MIN_UTC, chrono::DateTime::<Utc>::MAX_UTC] {
            assert_eq!(Verifier::new("Jefe").verify_time(&far.into()), Err(Error::Stale));
        }
    }

    #[test]
    fn the_key_of_a_body_is_its_sha_256() {
        // FIPS 180-4, the example "abc".
        assert_eq!(body_key(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?}", Verifier::new("canary").or("canary")).contains("canary"));
    }

    #[test]
    fn the_oldest_key_is_forgotten_first() {
        let mut seen = RecentKeys::new(2);
        for key in ["a", "b", "b", "c"] {
            seen.insert(key);
        }
        assert_eq!(["a", "b", "c"].map(|key| seen.contains(key)), [false, true, true]);
        let mut none = RecentKeys::new(0);
        none.insert("a");
        assert!(!none.contains("a"));
    }
}
