//! Token lifetimes: `expires_in` values and JWT claims.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::token::json_members::JsonMembers;

/// Maximum lifetime accepted from a server. A server has been observed to send `expires_in` in milliseconds.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Period for which a token may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifetime {
    /// This long, counted from the start of the token request.
    For(Duration),
    /// Only by the callers that were waiting for this fetch.
    SingleUse,
    /// Not stated by the server: the token is used until a request with it is rejected.
    Unknown,
}

/// Parses a number of seconds sent as an integer, a float or a numeric string.
pub(crate) fn seconds(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (!seconds.is_nan()).then_some(seconds)
}

/// Converts an `expires_in` value in seconds to a lifetime: at most [`MAX_LIFETIME`], single use for zero or less.
pub(crate) fn from_seconds(seconds: f64) -> Lifetime {
    if seconds <= 0.0 {
        return Lifetime::SingleUse;
    }
    Lifetime::For(Duration::try_from_secs_f64(seconds).unwrap_or(MAX_LIFETIME).min(MAX_LIFETIME))
}

/// Returns the lifetime left to a JWT at `now`, from its `exp` and `iat` claims; unknown for any other token.
///
/// With an `iat` claim, a fast local clock cannot make a new token appear expired.
pub(crate) fn from_jwt(token: &str, now: SystemTime) -> Lifetime {
    let Some(mut claims) = claims(token) else {
        return Lifetime::Unknown;
    };
    let mut claim = |name| claims.take(name).as_ref().and_then(seconds);
    let Some(expires) = claim("exp") else {
        return Lifetime::Unknown;
    };
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let issued = claim("iat").filter(|issued| *issued < expires);
    match issued {
        // A fast local clock is more likely than an issuer that sends expired tokens.
        Some(issued) if expires <= now => from_seconds(expires - issued),
        Some(issued) => from_seconds((expires - now).min(expires - issued)),
        None => from_seconds(expires - now),
    }
}

/// Returns true for a JWT whose `exp` claim has passed.
pub(crate) fn has_expired(token: &str, now: SystemTime) -> bool {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let expires = claims(token).and_then(|mut claims| claims.take("exp")).as_ref().and_then(seconds);
    expires.is_some_and(|expires| expires <= now)
}

/// Decodes the claims of a JWT without verifying its signature: they schedule refreshes and grant nothing.
fn claims(token: &str) -> Option<JsonMembers> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    JsonMembers::parse(&payload, &["exp", "iat"])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(expires_in: &Value, expected: impl Into<Option<Lifetime>>) {
        assert_eq!(seconds(expires_in).map(from_seconds), expected.into(), "{expires_in}");
    }

    fn secs(seconds: u64) -> Lifetime {
        Lifetime::For(Duration::from_secs(seconds))
    }

    #[test]
    fn expires_in_is_parsed_from_integers_floats_and_strings() {
        check(&json!(3600), secs(3600));
        check(&json!(3600.0), secs(3600));
        check(&json!(0.5), Lifetime::For(Duration::from_millis(500)));
        check(&json!("3600"), secs(3600));
        check(&json!(" 3600.0 "), secs(3600));
        check(&json!(0), Lifetime::SingleUse);
        check(&json!("-1"), Lifetime::SingleUse);
        check(&json!(1_800_000), secs(86_400));
        check(&json!("inf"), secs(86_400));
        check(&json!(u64::MAX), secs(86_400));
        check(&json!("NaN"), None);
        check(&json!("soon"), None);
        check(&json!(null), None);
        check(&json!([3600]), None);
        check(&json!(true), None);
    }

    fn jwt(claims: &Value) -> String {
        raw_jwt(&claims.to_string())
    }

    fn raw_jwt(claims: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn a_jwt_has_the_lifetime_of_its_claims_and_any_other_token_has_none() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let life = |claims: Value| from_jwt(&jwt(&claims), now);
        assert_eq!(life(json!({"exp": 1_000_900})), secs(900));
        assert_eq!(life(json!({"iat": 999_900, "exp": 1_000_800})), secs(800));
        assert_eq!(life(json!({"iat": 1_000_100, "exp": 1_001_000})), secs(900), "the local clock is behind");
        assert_eq!(life(json!({"iat": 990_000, "exp": 990_900})), secs(900), "the local clock is ahead");
        assert_eq!(life(json!({"exp": 999_999})), Lifetime::SingleUse);
        assert_eq!(life(json!({"sub": "x"})), Lifetime::Unknown);
        assert_eq!(from_jwt(&raw_jwt(r#"{"exp":1e309,"iat":1000000}"#), now), secs(86_400));
        assert_eq!(from_jwt("opaque", now), Lifetime::Unknown);
        assert_eq!(from_jwt("a.%%%.c", now), Lifetime::Unknown);
    }

    proptest! {
        #[test]
        fn a_lifetime_is_positive_and_at_most_a_day(number in any::<f64>()) {
            match from_seconds(number) {
                Lifetime::For(life) => prop_assert!(life <= MAX_LIFETIME && number > 0.0),
                Lifetime::SingleUse => prop_assert!(number <= 0.0),
                Lifetime::Unknown => prop_assert!(false),
            }
        }

        #[test]
        fn a_number_and_its_string_form_are_equal(number in any::<i32>()) {
            prop_assert_eq!(seconds(&json!(number)), seconds(&json!(number.to_string())));
            prop_assert_eq!(seconds(&json!(number)), Some(f64::from(number)));
        }

        #[test]
        fn decoding_the_claims_of_any_token_does_not_panic(token in ".{0,200}") {
            let _ = from_jwt(&token, UNIX_EPOCH);
        }
    }
}
