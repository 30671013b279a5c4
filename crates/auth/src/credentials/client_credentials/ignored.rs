//! Placeholder for the response types that oauth2 requires.

use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, ErrorResponse, RefreshToken, Scope, TokenResponse};
use serde::{Deserialize, Deserializer, Serialize};

/// Response that oauth2 does not parse.
///
/// [`AccessTokenResponse`](super::response::AccessTokenResponse) parses it instead: more leniently, and into zeroized
/// memory.
#[derive(Debug, Serialize)]
pub(super) struct IgnoredResponse {
    access_token: AccessToken,
    token_type: BasicTokenType,
}

impl<'de> Deserialize<'de> for IgnoredResponse {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self { access_token: AccessToken::new(String::new()), token_type: BasicTokenType::Bearer })
    }
}

impl TokenResponse for IgnoredResponse {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl fmt::Display for IgnoredResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ignored response")
    }
}

impl ErrorResponse for IgnoredResponse {}
