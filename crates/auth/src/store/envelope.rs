//! Envelope of stored tokens: a checksum, or authenticated encryption.

use ring::aead::{Aad, NONCE_LEN, Nonce};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::store::encryption_key::EncryptionKey;
use crate::store::storage_name::StorageName;
use crate::store::stored_token::StoredToken;
use crate::token::cache_key::CacheKey;

/// Prefix of an envelope with a checksum. The digit is the version of the format.
const PLAIN: &[u8; 8] = b"keyfob1p";

/// Prefix of an encrypted envelope.
const SEALED: &[u8; 8] = b"keyfob1s";

/// Maximum length of an envelope in bytes. A token response has at most 256 KiB, and JSON may lengthen its characters
/// sixfold.
pub(super) const MAX_LEN: usize = 2 * 1024 * 1024;

const CHECKSUM_LEN: usize = 32;

/// Length of the authentication tag of ChaCha20-Poly1305.
const TAG_LEN: usize = 16;

/// Encryption keys of a store: the one that it writes with, and others that it only reads with.
#[derive(Clone, Default)]
pub(super) struct Encryption {
    current: Option<EncryptionKey>,
    others: Vec<EncryptionKey>,
}

/// Envelopes of one cache key, with a name for each encryption key.
#[derive(Clone)]
pub(super) struct Envelopes {
    /// Envelope for new tokens.
    pub(super) current: Envelope,
    /// Envelopes that are only read.
    pub(super) others: Vec<Envelope>,
}

/// Encoding of the tokens under one name, to which they are bound.
#[derive(Clone)]
pub(super) struct Envelope {
    name: StorageName,
    key: Option<EncryptionKey>,
}

impl Encryption {
    pub(super) fn set_current(&mut self, key: EncryptionKey) {
        self.current = Some(key);
    }

    pub(super) fn add(&mut self, key: EncryptionKey) {
        self.others.push(key);
    }

    /// Returns true if stored tokens are encrypted.
    pub(super) fn is_enabled(&self) -> bool {
        self.current.is_some()
    }

    /// Derives the names of a cache key. Without an encryption key, this takes a tenth of a second the first time.
    pub(super) async fn envelopes(&self, key: &CacheKey) -> Result<Envelopes, Error> {
        let keyed = |encryption: &EncryptionKey| Envelope {
            name: StorageName::keyed(key, encryption),
            key: Some(encryption.clone()),
        };
        let current = match &self.current {
            Some(encryption) => keyed(encryption),
            None => Envelope { name: StorageName::stretched(key).await?, key: None },
        };
        Ok(Envelopes { current, others: self.others.iter().map(keyed).collect() })
    }
}

impl Envelopes {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Envelope> {
        std::iter::once(&self.current).chain(&self.others)
    }

    /// Returns the name of the lock. Processes with the same keys share it, also if they write with different ones.
    pub(super) fn lock_name(&self) -> StorageName {
        self.others.iter().map(|envelope| envelope.name).fold(self.current.name, Ord::min)
    }
}

impl Envelope {
    pub(super) fn name(&self) -> StorageName {
        self.name
    }

    pub(super) fn seal(&self, token: &StoredToken) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut content = token.to_bytes();
        let Some(key) = &self.key else {
            let mut bytes = Zeroizing::new(Vec::with_capacity(PLAIN.len() + CHECKSUM_LEN + content.len()));
            bytes.extend_from_slice(PLAIN);
            bytes.extend_from_slice(&checksum(self.name, &content));
            bytes.extend_from_slice(&content);
            return Ok(bytes);
        };
        let failed = |_| Error::unavailable("the token could not be encrypted");
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(failed)?;
        let tag = key
            .cipher()
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.name.as_bytes()),
                &mut content,
            )
            .map_err(failed)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(SEALED.len() + NONCE_LEN + content.len() + TAG_LEN));
        bytes.extend_from_slice(SEALED);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&content);
        bytes.extend_from_slice(tag.as_ref());
        Ok(bytes)
    }

    /// Decodes a token.
    ///
    /// Returns `None` for data that is damaged, was stored under another name, was encrypted with another key, or is
    /// not encrypted although this envelope has a key.
    pub(super) fn open(&self, bytes: Zeroizing<Vec<u8>>) -> Option<StoredToken> {
        let mut bytes = bytes;
        let Some(key) = &self.key else {
            let (sum, content) = bytes.strip_prefix(PLAIN)?.split_at_checked(CHECKSUM_LEN)?;
            return (sum == checksum(self.name, content)).then(|| StoredToken::from_bytes(content).ok())?;
        };
        let nonce = bytes.strip_prefix(SEALED)?.get(..NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let sealed = bytes.get_mut(SEALED.len() + NONCE_LEN..)?;
        let content = key.cipher().open_in_place(nonce, Aad::from(self.name.as_bytes()), sealed).ok()?;
        StoredToken::from_bytes(content).ok()
    }
}

fn checksum(name: StorageName, content: &[u8]) -> [u8; CHECKSUM_LEN] {
    Sha256::new().chain_update(name.as_bytes()).chain_update(content).finalize().into()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use secrecy::SecretString;

    use super::*;
    use crate::token::Token;
    use crate::token::version::TokenVersion;

    /// Returns envelopes of this key without encryption and with two keys.
    async fn envelopes(name: &str) -> [Envelope; 3] {
        let key = CacheKey::new([name], &SecretString::from("secret"));
        let mut encryption = Encryption::default();
        encryption.add(EncryptionKey::new([1; 32]));
        encryption.add(EncryptionKey::new([2; 32]));
        let Envelopes { current, others } = encryption.envelopes(&key).await.expect("names");
        [vec![current], others].concat().try_into().ok().expect("three")
    }

    fn token() -> StoredToken {
        StoredToken::new(TokenVersion::after(0), &Token::new("canary"), SystemTime::now(), None, None)
    }

    #[tokio::test]
    async fn a_sealed_token_opens_only_with_the_same_encryption_key_and_cache_key() {
        let (a, b) = (envelopes("a").await, envelopes("b").await);
        for (number, envelope) in a.iter().enumerate() {
            let bytes = envelope.seal(&token()).expect("sealed");
            assert_eq!(bytes.windows(6).any(|window| window == b"canary"), number == 0);
            assert!(b.iter().all(|other| other.open(bytes.clone()).is_none()));
            for (other, envelope) in a.iter().enumerate() {
                assert_eq!(envelope.open(bytes.clone()).is_some(), number == other);
            }
        }
    }

    #[tokio::test]
    async fn a_sealed_token_is_bound_to_its_name_also_if_the_key_is_the_same() {
        for (a, b) in envelopes("a").await.into_iter().zip(envelopes("b").await) {
            let moved = Envelope { name: b.name, key: a.key.clone() };
            assert!(moved.open(a.seal(&token()).expect("sealed")).is_none());
        }
    }

    #[tokio::test]
    async fn a_truncated_or_modified_envelope_is_not_opened() {
        for envelope in envelopes("a").await {
            let bytes = envelope.seal(&token()).expect("sealed");
            for length in 0..bytes.len() {
                assert!(envelope.open(Zeroizing::new(bytes[..length].to_vec())).is_none());
                for bit in 0..8 {
                    let mut changed = bytes.clone();
                    changed[length] ^= 1 << bit;
                    assert!(envelope.open(changed).is_none());
                }
            }
        }
    }

    #[tokio::test]
    async fn an_envelope_leaves_no_copy_of_a_secret_in_a_buffer_that_was_too_small() {
        for length in [1, 100_000] {
            let token = Token::new("t".repeat(length));
            let token = StoredToken::new(TokenVersion::after(0), &token, SystemTime::now(), None, None);
            for envelope in envelopes("a").await {
                let sealed = allocation_counter::measure(|| drop(envelope.seal(&token)));
                // The content and the envelope.
                assert_eq!(sealed.count_total, 2, "a buffer grew");
            }
        }
    }

    #[tokio::test]
    async fn processes_that_write_with_different_keys_of_one_rotation_share_their_lock() {
        let key = CacheKey::new(["a"], &SecretString::from("secret"));
        let lock = async |current: u8, other: u8| {
            let mut encryption = Encryption::default();
            encryption.set_current(EncryptionKey::new([current; 32]));
            encryption.add(EncryptionKey::new([other; 32]));
            encryption.envelopes(&key).await.expect("names").lock_name()
        };
        assert_eq!(lock(1, 2).await, lock(2, 1).await);
    }
}
