//! Signatures of webhooks: HMAC (RFC 2104) in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Sha256, Sha384, Sha512};

/// Hash function of a webhook's HMAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// Returns the signature of a message, in base64 with padding.
    pub(crate) fn sign(self, key: &[u8], message: &[u8]) -> String {
        STANDARD.encode(match self {
            Self::Sha256 => hmac::<Sha256>(64, key, message),
            Self::Sha384 => hmac::<Sha384>(128, key, message),
            Self::Sha512 => hmac::<Sha512>(128, key, message),
        })
    }
}

/// Computes an HMAC. `block` is the hash function's block size in bytes.
fn hmac<D: sha2::Digest>(block: usize, key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut padded = if key.len() > block { D::digest(key).to_vec() } else { key.to_vec() };
    padded.resize(block, 0);
    let keyed = |pad: u8| padded.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = D::new().chain_update(keyed(0x36)).chain_update(message).finalize();
    D::new().chain_update(keyed(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    // RFC 4231, cases 2 and 6.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let message = b"what do ya want for nothing?";
        assert_eq!(
            hex(&hmac::<Sha256>(64, b"Jefe", message)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let long_key = [0xaa; 131];
        let message = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(
            hex(&hmac::<Sha256>(64, &long_key, message)),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
        assert!(hex(&hmac::<Sha512>(128, &long_key, message)).starts_with("80b24263c7c1a3ebb71493c1dd7be8b4"));
        assert!(hex(&hmac::<Sha384>(128, &long_key, message)).starts_with("4ece084485813e9088d2c63a041bc5b4"));
    }
}
