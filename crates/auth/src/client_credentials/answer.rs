//! A token answer, as servers write it.

use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::lifetime;
use crate::token::{Lifetime, Token};

/// A token answer, read as generously as servers are careless.
#[derive(Deserialize, Serialize)]
pub(super) struct Answer {
    access_token: AccessToken,
    #[serde(default)]
    token_type: Option<Value>,
    /// What Bits calls it.
    #[serde(default, rename = "type")]
    kind: Option<Value>,
    #[serde(default)]
    expires_in: Option<Value>,
    #[serde(default)]
    scope: Option<Value>,
    #[serde(skip, default = "bearer")]
    bearer: BasicTokenType,
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

impl Answer {
    pub(super) fn into_token(self) -> Result<Token, Error> {
        let named = self.token_type.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty());
        if named.is_some_and(|name| !name.eq_ignore_ascii_case("bearer")) {
            return Err(Error::malformed("the token endpoint issued a token that is not a bearer token"));
        }
        let mut token = Token::new(SecretString::from(self.access_token.into_secret()))
            .lifetime(expires_in(self.expires_in.as_ref()))
            .scopes(scopes(self.scope.as_ref()));
        token.kind = named.or(self.kind.as_ref().and_then(Value::as_str)).map(str::to_owned);
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

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl TokenResponse for Answer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.bearer
    }

    fn expires_in(&self) -> Option<Duration> {
        match expires_in(self.expires_in.as_ref()) {
            Lifetime::For(duration) => Some(duration),
            Lifetime::Once => Some(Duration::ZERO),
            Lifetime::Unknown => None,
        }
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Option<(&str, Lifetime, &[&str])>) {
        let token = serde_json::from_str::<Answer>(json).ok().and_then(|answer| answer.into_token().ok());
        let token = token.map(|token| (token.value.expose_secret().to_owned(), token.lifetime, token.scopes));
        let expected = expected.map(|(value, lifetime, scopes)| {
            (value.to_owned(), lifetime, scopes.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(token, expected, "{json}");
    }

    #[test]
    fn answers_are_read_as_generously_as_servers_are_careless() {
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
        check(r#"{"access_token":"t","expires_in":0}"#, Some(("t", Lifetime::Once, &[])));
        check(r#"{"access_token":"t","token_type":"mac"}"#, None);
        check(r#"{"access_token":5}"#, None);
        check(r#"{"token":"t"}"#, None);
    }
}
