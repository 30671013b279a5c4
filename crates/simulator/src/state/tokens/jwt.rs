//! Tokens in the format of a JWT. The signature is not verifiable: only the simulator checks its tokens.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::state::random::Random;

/// Encodes a token. `size` pads it to at least this number of characters.
pub(super) fn encode(
    algorithm: &str,
    mut claims: Map<String, Value>,
    now: DateTime<Utc>,
    lifetime: Option<Duration>,
    size: Option<usize>,
    random: &mut Random,
) -> String {
    let issued_at = now.timestamp();
    claims.insert("iat".to_owned(), json!(issued_at));
    claims.insert("nbf".to_owned(), json!(issued_at));
    if let Some(lifetime) = lifetime {
        claims.insert("exp".to_owned(), json!(issued_at + i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX >> 24)));
    }
    claims.entry("jti").or_insert_with(|| json!(random.hex(32).to_uppercase()));
    if let Some(size) = size {
        claims.insert("padding".to_owned(), json!("0".repeat(size * 3 / 4)));
    }
    let mut header = json!({ "alg": algorithm, "typ": "JWT" });
    if algorithm.starts_with("RS") {
        header["kid"] = json!(random.hex(32).to_uppercase());
    }
    let signed = format!("{}.{}", part(&header), part(&Value::Object(claims)));
    let signature = signature(&signed, if algorithm.starts_with("RS") { 8 } else { 1 });
    format!("{signed}.{signature}")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Returns a signature of `blocks` times 32 bytes, derived from the signed text.
fn signature(signed: &str, blocks: u8) -> String {
    let bytes: Vec<u8> = (0..blocks).flat_map(|block| Sha256::digest([&[block], signed.as_bytes()].concat())).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts_and_the_requested_size() {
        let mut random = Random::new(7, "test");
        let lifetime = Some(Duration::from_secs(1800));
        let token = encode("RS256", Map::new(), DateTime::UNIX_EPOCH, lifetime, Some(50_000), &mut random);
        assert!((50_000..51_000).contains(&token.len()), "{}", token.len());
        let claims = token.split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(claims["exp"], 1800);
        assert_eq!(token.split('.').count(), 3);
    }
}
