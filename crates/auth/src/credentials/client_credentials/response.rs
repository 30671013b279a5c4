//! Lenient parsing of OAuth token responses.

use secrecy::SecretString;
use serde_json::Value;

use crate::error::Error;
use crate::token::Token;
use crate::token::json_members::JsonMembers;
use crate::token::lifetime::{self, Lifetime};

/// A successful token response.
///
/// Parsing accepts deviations from RFC 6749 that have been observed: an `expires_in` in quotes, scopes in an
/// array, `null` for an absent member, and text after the object.
pub(super) struct AccessTokenResponse {
    access_token: SecretString,
    token_type: Option<Value>,
    /// Sent by some servers instead of `token_type`.
    r#type: Option<Value>,
    expires_in: Option<Value>,
    scope: Option<Value>,
}

impl AccessTokenResponse {
    /// Parses a response body; `None` if it has no access token.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let names = &["access_token", "token_type", "type", "expires_in", "scope"];
        let mut members = JsonMembers::parse_prefix(body, names)?;
        let Some(Value::String(access_token)) = members.take("access_token") else { return None };
        Some(Self {
            access_token: SecretString::from(access_token),
            token_type: members.take("token_type"),
            r#type: members.take("type"),
            expires_in: members.take("expires_in"),
            scope: members.take("scope"),
        })
    }

    pub(super) fn into_token(self) -> Result<Token, Error> {
        let token_type = self.token_type.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty());
        if token_type.is_some_and(|name| !name.eq_ignore_ascii_case("bearer")) {
            return Err(Error::malformed(
                "the token endpoint issued a token of an unsupported type; only bearer tokens can be used",
            ));
        }
        let mut token = Token::new(self.access_token).lifetime(expires_in(self.expires_in.as_ref()));
        token.scopes = scopes(self.scope.as_ref());
        token.token_type = token_type.or(self.r#type.as_ref().and_then(Value::as_str)).map(str::to_owned);
        Ok(token)
    }
}

fn expires_in(value: Option<&Value>) -> Lifetime {
    value.and_then(lifetime::seconds).map_or(Lifetime::Unknown, lifetime::from_seconds)
}

fn scopes(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::ExposeSecret;

    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Option<(&str, Lifetime, &[&str])>) {
        let token = AccessTokenResponse::parse(json.as_bytes()).and_then(|response| response.into_token().ok());
        let token = token.map(|token| (token.value.expose_secret().to_owned(), token.lifetime, token.scopes));
        let expected = expected.map(|(value, lifetime, scopes)| {
            (value.to_owned(), lifetime, scopes.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(token, expected, "{json}");
    }

    #[test]
    fn responses_that_deviate_from_the_standard_are_parsed() {
        let hour = Lifetime::For(Duration::from_secs(3600));
        check(
            r#"{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"a b"}"#,
            Some(("t", hour, &["a", "b"])),
        );
        check(r#"{"access_token":"t","type":"Bearer","expires_in":"3600"}"#, Some(("t", hour, &[])));
        check(
            r#"{"access_token":"t","type":"x","token_type":"bearer","expires_in":3600.0,"scope":["a"]}"#,
            Some(("t", hour, &["a"])),
        );
        check(
            r#"{"access_token":"t","token_type":null,"expires_in":null,"scope":null}"#,
            Some(("t", Lifetime::Unknown, &[])),
        );
        check(r#"{"access_token":"t","expires_in":0}"#, Some(("t", Lifetime::SingleUse, &[])));
        let day = Lifetime::For(Duration::from_secs(86_400));
        check(r#"{"access_token":"t","expires_in":1e309}"#, Some(("t", day, &[])));
        check(r#"{"access_token":"t","expires_in":"1e309"}"#, Some(("t", day, &[])));
        check(r#"{"access_token":"t","expires_in":-1e309}"#, Some(("t", Lifetime::SingleUse, &[])));
        check(r#"{"access_token":1e309}"#, None);
        check(r#"{"access_token":"t","company":"\ud800","limit":1e999} <!-- -->"#, Some(("t", Lifetime::Unknown, &[])));
        check(r#"{"access_token":"t","access_token":"t"}"#, None);
        check(r#"{"access_token":"t","token_type":"mac"}"#, None);
        check(r#"{"access_token":5}"#, None);
        check(r#"{"token":"t"}"#, None);
    }
}
