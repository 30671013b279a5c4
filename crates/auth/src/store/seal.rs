//! What stands between a token and the medium it lies on: a checksum, or encryption.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::zeroize::{Zeroize, Zeroizing};
use sha2::{Digest, Sha256};

use super::stored::StoredToken;
use crate::error::Error;
use crate::key::CacheKey;

/// In front of everything; the last character is the form of the rest.
const PLAIN: &[u8; 8] = b"keyfob1p";
const SEALED: &[u8; 8] = b"keyfob1s";

const CHECKSUM_LEN: usize = 32;

/// 256 bits that only the processes know which share a store.
///
/// With it a store holds ChaCha20-Poly1305 ciphertext, and nothing else is believed.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<[u8; 32]>);

impl EncryptionKey {
    /// Uses these bytes. They have to come from a random generator: a password has too few possibilities.
    #[must_use]
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// Reads 32 bytes in base64, as `openssl rand -base64 32` writes them.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) for any other text.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        key.map(Self::new).ok_or_else(|| {
            Error::configuration("the encryption key is not 32 bytes in base64; make one with openssl rand -base64 32")
        })
    }

    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &*self.0).expect("the key is as long as the cipher's"))
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey").finish_non_exhaustive()
    }
}

/// Turns tokens into bytes for a medium and back.
#[derive(Clone, Debug, Default)]
pub(super) struct Seal(pub(super) Option<EncryptionKey>);

impl Seal {
    /// The bytes are bound to the key that they are stored under.
    pub(super) fn close(&self, key: &CacheKey, token: &StoredToken) -> Result<Zeroizing<Vec<u8>>, Error> {
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
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), context(key), &mut content)
            .map_err(failed)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(SEALED.len() + NONCE_LEN + content.len() + 16));
        bytes.extend_from_slice(SEALED);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&content);
        bytes.extend_from_slice(tag.as_ref());
        Ok(bytes)
    }

    /// Nothing for what was damaged, made for another key, sealed with another secret, or not sealed though it should
    /// be.
    pub(super) fn open(&self, key: &CacheKey, bytes: Zeroizing<Vec<u8>>) -> Option<StoredToken> {
        let mut bytes = bytes;
        let Some(secret) = &self.0 else {
            let (sum, content) = bytes.strip_prefix(PLAIN)?.split_at_checked(CHECKSUM_LEN)?;
            return (sum == checksum(key, content)).then(|| StoredToken::from_bytes(content).ok())?;
        };
        let nonce = bytes.strip_prefix(SEALED)?.get(..NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let sealed = bytes.get_mut(SEALED.len() + NONCE_LEN..)?;
        let content = secret.cipher().open_in_place(nonce, context(key), sealed).ok()?;
        StoredToken::from_bytes(content).ok()
    }
}

fn context(key: &CacheKey) -> Aad<[u8; 32]> {
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
    use crate::store::TokenVersion;
    use crate::token::Token;

    fn key(name: &str) -> CacheKey {
        CacheKey::new([name], &SecretString::from("secret"))
    }

    fn seals() -> [Seal; 3] {
        [None, Some(EncryptionKey::new([1; 32])), Some(EncryptionKey::new([2; 32]))].map(Seal)
    }

    #[test]
    fn what_was_closed_opens_only_with_the_same_secret_and_under_the_same_key() {
        let token = StoredToken::new(TokenVersion::after(0), &Token::new("canary"), SystemTime::now(), None, None);
        for (number, seal) in seals().iter().enumerate() {
            let bytes = seal.close(&key("a"), &token).expect("closed");
            assert_eq!(bytes.windows(6).any(|window| window == b"canary"), number == 0);
            assert!(seal.open(&key("b"), bytes.clone()).is_none());
            for (other, seal) in seals().iter().enumerate() {
                assert_eq!(seal.open(&key("a"), bytes.clone()).is_some(), number == other);
            }
        }
    }

    #[test]
    fn no_truncation_and_no_flipped_bit_is_believed() {
        let token = StoredToken::new(TokenVersion::after(0), &Token::new("t"), SystemTime::now(), None, None);
        for seal in seals() {
            let bytes = seal.close(&key("a"), &token).expect("closed");
            for length in 0..bytes.len() {
                assert!(seal.open(&key("a"), Zeroizing::new(bytes[..length].to_vec())).is_none());
                for bit in 0..8 {
                    let mut changed = bytes.clone();
                    changed[length] ^= 1 << bit;
                    assert!(seal.open(&key("a"), changed).is_none());
                }
            }
        }
    }

    #[test]
    fn a_key_is_32_bytes_in_base64_and_shows_nothing() {
        let key = EncryptionKey::from_base64(&format!("{}\n", STANDARD.encode([7; 32]))).expect("a key");
        assert_eq!(*key.0, [7; 32]);
        assert!(!format!("{key:?}").contains('7'));
        for text in ["", "password", &STANDARD.encode([7; 31])] {
            assert!(EncryptionKey::from_base64(text).is_err(), "{text}");
        }
    }
}
