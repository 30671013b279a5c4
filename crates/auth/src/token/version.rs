//! Identity of a token in a store.

#[cfg(feature = "store")]
use ring::rand::{SecureRandom, SystemRandom};

/// Identity of a token in a [`TokenStore`](crate::TokenStore): a sequence number and a random nonce.
///
/// Two processes that fetch at the same time may choose the same number; the nonce distinguishes their tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "store"), expect(unreachable_pub, reason = "public with the `store` feature"))]
pub struct TokenVersion {
    pub(crate) number: u64,
    pub(crate) nonce: u64,
}

#[cfg(feature = "store")]
impl TokenVersion {
    /// Creates a version that follows this number, with a random nonce.
    pub(crate) fn after(number: u64) -> Self {
        Self { number: number.saturating_add(1), nonce: random() }
    }

    /// Returns the sequence number: a later fetch has a higher one.
    #[must_use]
    pub fn number(self) -> u64 {
        self.number
    }

    /// Returns the nonce, which distinguishes versions that have the same number.
    #[must_use]
    pub fn nonce(self) -> u64 {
        self.nonce
    }
}

/// Returns a random number from the system's cryptographic generator.
#[cfg(feature = "store")]
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    // The generator does not fail once it is initialized. A failure would cost one additional token request.
    let _ = SystemRandom::new().fill(&mut bytes);
    u64::from_be_bytes(bytes)
}

#[cfg(all(test, feature = "store"))]
mod tests {
    use super::*;

    #[test]
    fn two_versions_with_the_same_number_differ() {
        assert_ne!(TokenVersion::after(1), TokenVersion::after(1));
        assert_eq!(TokenVersion::after(1).number(), 2);
    }
}
