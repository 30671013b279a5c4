//! Identity of a set of credentials, under which their tokens are shared.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Key under which interchangeable tokens are shared: a digest of issuer, client, scopes, audience and secret.
///
/// The digest is not accessible and not displayed, because a password can be guessed offline from a plain hash of it.
/// A store outside the process uses a `StorageName` (feature `store`) as file name or database key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey {
    digest: [u8; 32],
    /// Distinguishes the record of a refusal from the token of the same credentials.
    #[cfg(feature = "store")]
    refusal: bool,
}

impl CacheKey {
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
        Self {
            digest: hash.finalize().into(),
            #[cfg(feature = "store")]
            refusal: false,
        }
    }
}

#[cfg(feature = "store")]
impl CacheKey {
    /// Returns the key under which the last refusal of these credentials is shared.
    pub(crate) fn of_refusal(self) -> Self {
        Self { refusal: true, ..self }
    }

    pub(crate) fn is_of_refusal(&self) -> bool {
        self.refusal
    }

    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheKey").finish_non_exhaustive()
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
    }

    #[test]
    fn the_digest_is_not_displayed() {
        let [one, other] = ["s", "t"].map(|secret| format!("{:?}", CacheKey::new(["a"], &SecretString::from(secret))));
        assert_eq!(one, other);
    }
}
