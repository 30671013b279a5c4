//! Identity of a set of credentials, under which their tokens are shared.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Key under which interchangeable tokens are stored.
///
/// A SHA-256 digest of issuer, client, scopes, audience and a hash of the secret. Stores use its hexadecimal form as a
/// file name or Redis key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// Returns the digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Hashes the parts, in order, together with the secret.
    #[must_use]
    pub fn new<S: AsRef<str>>(parts: impl IntoIterator<Item = S>, secret: &SecretString) -> Self {
        let mut hash = Sha256::new();
        hash.update(Sha256::digest(secret.expose_secret().as_bytes()));
        for part in parts {
            let part = part.as_ref().as_bytes();
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_the_secret_and_the_boundaries_between_parts_change_the_key() {
        let key = |parts: &[&str], secret: &str| CacheKey::new(parts, &SecretString::from(secret));
        assert_eq!(key(&["a", "b"], "s"), key(&["a", "b"], "s"));
        assert_ne!(key(&["a", "b"], "s"), key(&["a", "b"], "t"));
        assert_ne!(key(&["a", "b"], "s"), key(&["ab", ""], "s"));
        assert_ne!(key(&["a", "b"], "s"), key(&["a"], "s"));
        assert_eq!(key(&["a"], "s").to_string().len(), 64);
    }
}
