//! The token of an applicant's session.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use keyfob_client::{
    auth::{ExposeSecret, SecretString},
    chrono::{DateTime, Utc},
};
use serde_json::{Map, Value};

use crate::types::ApplicationCreated;

/// Address of the hosted onboarding.
const ONBOARDING: &str = "https://nocode.bits.bi";

/// Token that opens the onboarding of one application in the applicant's browser, for 60 minutes.
///
/// No operation of this client accepts it. It cannot be renewed.
#[derive(Clone, Debug)]
pub struct SessionToken(SecretString);

/// Statements of a session token about itself. The signature is not verified: do not decide about access by them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionClaims {
    /// Id of the application that the token is limited to.
    pub application_id: Option<String>,
    /// Id of the application's workflow.
    pub workflow_id: Option<String>,
    /// URL to which the applicant's browser is sent at the end of the onboarding.
    pub redirect_url: Option<String>,
    /// Time at which the token expires.
    pub expires_at: Option<DateTime<Utc>>,
}

impl SessionToken {
    /// Returns the URL to redirect the applicant's browser to. It contains the token, so do not log it.
    ///
    /// The address of the hosted onboarding, `https://nocode.bits.bi`, is not in Bits' documentation but in a public
    /// client; [`onboarding_url_at`](Self::onboarding_url_at) takes another.
    #[must_use]
    pub fn onboarding_url(&self) -> String {
        self.onboarding_url_at(ONBOARDING)
    }

    /// Returns the URL of an onboarding at another address, without query, to redirect the applicant's browser to. It
    /// contains the token, so do not log it.
    #[must_use]
    pub fn onboarding_url_at(&self, address: &str) -> String {
        format!("{address}?token={}", self.0.expose_secret())
    }

    /// Returns the token.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    /// Returns the time at which the token expires, by its claims.
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.claims()?.expires_at
    }

    /// Decodes the claims, without verifying the signature; `None` if the token is not a JWT.
    ///
    /// A claim that is absent or has an unexpected type is `None`.
    #[must_use]
    pub fn claims(&self) -> Option<SessionClaims> {
        let mut parts = self.0.expose_secret().split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
        let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
        Some(SessionClaims {
            application_id: text("application_id"),
            workflow_id: text("workflow_id"),
            redirect_url: text("redirect_url"),
            expires_at: claims.get("exp").and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0)),
        })
    }
}

impl ApplicationCreated {
    /// Returns the token for the applicant's browser, if the response has one.
    #[must_use]
    pub fn session(&self) -> Option<SessionToken> {
        self.session_token.clone().map(|token| SessionToken(token.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> SessionToken {
        SessionToken(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)).into())
    }

    #[test]
    fn a_claim_of_another_type_is_absent_and_a_token_that_is_no_jwt_has_no_claims() {
        let claims = token(r#"{"application_id":"a","workflow_id":7,"exp":1767225600}"#).claims().unwrap();
        assert_eq!(
            (claims.application_id.as_deref(), claims.workflow_id, claims.redirect_url),
            (Some("a"), None, None)
        );
        assert_eq!(claims.expires_at, Some("2026-01-01T00:00:00Z".parse().unwrap()));
        assert_eq!(token(r#"{"exp":"soon"}"#).expires_at(), None);
        assert_eq!(token(&format!(r#"{{"exp":{}}}"#, i64::MAX)).expires_at(), None);
        for text in ["", "opaque", "a.%.c", "e30.W10.c2ln"] {
            assert_eq!(SessionToken(text.into()).claims(), None, "{text}");
        }
    }

    #[test]
    fn the_address_of_the_onboarding_can_be_changed() {
        let token = SessionToken("t".into());
        assert_eq!(token.onboarding_url(), "https://nocode.bits.bi?token=t");
        assert_eq!(token.onboarding_url_at("https://start.example/app"), "https://start.example/app?token=t");
    }
}
