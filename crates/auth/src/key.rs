//! What makes two tokens interchangeable.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Names the tokens that may stand in for each other: issuer, client, scopes and audience, with the secret as a hash.
///
/// The key itself is a SHA-256 digest, so that it can be a file name without telling anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The digest itself.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Derives a key from its parts, in order, and the secret.
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
    fn every_part_and_the_secret_make_a_difference_and_so_does_where_a_part_ends() {
        let key = |parts: &[&str], secret: &str| CacheKey::new(parts, &SecretString::from(secret));
        assert_eq!(key(&["a", "b"], "s"), key(&["a", "b"], "s"));
        assert_ne!(key(&["a", "b"], "s"), key(&["a", "b"], "t"));
        assert_ne!(key(&["a", "b"], "s"), key(&["ab", ""], "s"));
        assert_ne!(key(&["a", "b"], "s"), key(&["a"], "s"));
        assert_eq!(key(&["a"], "s").to_string().len(), 64);
    }
}
