//! Envelope of stored tokens: a checksum, or authenticated encryption.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::{Zeroize, Zeroizing};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::store::stored_token::StoredToken;
use crate::token::cache_key::CacheKey;

/// Prefix of an envelope with a checksum. The digit is the version of the format.
const PLAIN: &[u8; 8] = b"keyfob1p";

/// Prefix of an encrypted envelope.
const SEALED: &[u8; 8] = b"keyfob1s";

const CHECKSUM_LEN: usize = 32;

/// 256-bit key for the encryption of stored tokens, known only to the processes that share a store.
///
/// With a key, a store writes ChaCha20-Poly1305 ciphertext and rejects all other data.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<[u8; 32]>);

impl EncryptionKey {
    /// Creates a key from 32 random bytes. Bytes derived from a password can be guessed.
    #[must_use]
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// Decodes a key of 32 bytes in base64, as printed by `openssl rand -base64 32`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for any other text.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        key.map(Self::new).ok_or_else(|| {
            Error::configuration(
                "the encryption key is not 32 bytes in base64; create one with `openssl rand -base64 32`",
            )
        })
    }

    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(
            UnboundKey::new(&CHACHA20_POLY1305, &*self.0).expect("the key has the length of the cipher's keys"),
        )
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey").finish_non_exhaustive()
    }
}

/// Encoder and decoder of stored tokens, with an optional encryption key.
#[derive(Clone, Debug, Default)]
pub(super) struct Envelope(pub(super) Option<EncryptionKey>);

impl Envelope {
    /// Encodes a token. The result is bound to the cache key under which it is stored.
    pub(super) fn seal(&self, key: &CacheKey, token: &StoredToken) -> Result<Zeroizing<Vec<u8>>, Error> {
        let content = token.to_bytes();
        let Some(secret) = &self.0 else {
            let mut bytes = Zeroizing::new(Vec::with_capacity(PLAIN.len() + CHECKSUM_LEN + content.len()));
            bytes.extend_from_slice(PLAIN);
            bytes.extend_from_slice(&checksum(key, &content));
            bytes.extend_from_slice(&content);
            return Ok(bytes);
        };
        let failed = |_| Error::unavailable("the token could not be encrypted");
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(failed)?;
        let mut content = content;
        let tag = secret
            .cipher()
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), associated_data(key), &mut content)
            .map_err(failed)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(SEALED.len() + NONCE_LEN + content.len() + 16));
        bytes.extend_from_slice(SEALED);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&content);
        bytes.extend_from_slice(tag.as_ref());
        Ok(bytes)
    }

    /// Decodes a token.
    ///
    /// Returns `None` for data that is damaged, was stored under another cache key, was encrypted with another key, or
    /// is not encrypted although this envelope has a key.
    pub(super) fn open(&self, key: &CacheKey, bytes: Zeroizing<Vec<u8>>) -> Option<StoredToken> {
        let mut bytes = bytes;
        let Some(secret) = &self.0 else {
            let (sum, content) = bytes.strip_prefix(PLAIN)?.split_at_checked(CHECKSUM_LEN)?;
            return (sum == checksum(key, content)).then(|| StoredToken::from_bytes(content).ok())?;
        };
        let nonce = bytes.strip_prefix(SEALED)?.get(..NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let sealed = bytes.get_mut(SEALED.len() + NONCE_LEN..)?;
        let content = secret.cipher().open_in_place(nonce, associated_data(key), sealed).ok()?;
        StoredToken::from_bytes(content).ok()
    }
}

fn associated_data(key: &CacheKey) -> Aad<[u8; 32]> {
    Aad::from(*key.as_bytes())
}

fn checksum(key: &CacheKey, content: &[u8]) -> [u8; CHECKSUM_LEN] {
    Sha256::new().chain_update(key.as_bytes()).chain_update(content).finalize().into()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use secrecy::SecretString;

    use super::*;
    use crate::token::Token;
    use crate::token::version::TokenVersion;

    fn key(name: &str) -> CacheKey {
        CacheKey::new([name], &SecretString::from("secret"))
    }

    fn envelopes() -> [Envelope; 3] {
        [None, Some(EncryptionKey::new([1; 32])), Some(EncryptionKey::new([2; 32]))].map(Envelope)
    }

    #[test]
    fn a_sealed_token_opens_only_with_the_same_encryption_key_and_cache_key() {
        let token = StoredToken::new(TokenVersion::after(0), &Token::new("canary"), SystemTime::now(), None, None);
        for (number, envelope) in envelopes().iter().enumerate() {
            let bytes = envelope.seal(&key("a"), &token).expect("sealed");
            assert_eq!(bytes.windows(6).any(|window| window == b"canary"), number == 0);
            assert!(envelope.open(&key("b"), bytes.clone()).is_none());
            for (other, envelope) in envelopes().iter().enumerate() {
                assert_eq!(envelope.open(&key("a"), bytes.clone()).is_some(), number == other);
            }
        }
    }

    #[test]
    fn a_truncated_or_modified_envelope_is_not_opened() {
        let token = StoredToken::new(TokenVersion::after(0), &Token::new("t"), SystemTime::now(), None, None);
        for envelope in envelopes() {
            let bytes = envelope.seal(&key("a"), &token).expect("sealed");
            for length in 0..bytes.len() {
                assert!(envelope.open(&key("a"), Zeroizing::new(bytes[..length].to_vec())).is_none());
                for bit in 0..8 {
                    let mut changed = bytes.clone();
                    changed[length] ^= 1 << bit;
                    assert!(envelope.open(&key("a"), changed).is_none());
                }
            }
        }
    }

    #[test]
    fn a_key_is_32_bytes_in_base64_and_is_not_displayed() {
        let key = EncryptionKey::from_base64(&format!("{}\n", STANDARD.encode([7; 32]))).expect("a key");
        assert_eq!(*key.0, [7; 32]);
        assert!(!format!("{key:?}").contains('7'));
        for text in ["", "password", &STANDARD.encode([7; 31])] {
            assert!(EncryptionKey::from_base64(text).is_err(), "{text}");
        }
    }
}
