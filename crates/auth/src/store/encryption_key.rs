//! Keys that encrypt stored tokens.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{CHACHA20_POLY1305, LessSafeKey, UnboundKey};
use secrecy::zeroize::{Zeroize, Zeroizing};

use crate::error::Error;

/// 256-bit key for the encryption of stored tokens, known only to the processes that share a store.
///
/// With a key, a store writes ChaCha20-Poly1305 ciphertext, rejects all other data, and derives the names of files and
/// Redis keys from the key.
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

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn cipher(&self) -> LessSafeKey {
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

#[cfg(test)]
mod tests {
    use super::*;

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
