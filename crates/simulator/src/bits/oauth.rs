//! The token endpoint for client credentials, user information, and session tokens.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::bits::Bits;
use crate::bits::api_error::ApiError;
use crate::state::tokens::{Grant, TokenFormat};
use crate::vendor::Vendor;
use crate::vendor::credentials::{BITS_CLIENT_ID, BITS_CLIENT_SECRET};
use crate::web::Query;

/// Lifetime of access tokens and of session tokens.
const LIFETIME: Duration = Duration::from_secs(3600);
const SCOPE: &str = "application";

pub(super) async fn token(State(bits): State<Bits>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, ApiError> {
    let shared = &bits.shared;
    let invalid_client = || ApiError(StatusCode::UNAUTHORIZED, "Invalid client credentials".to_owned());
    if basic_credentials(&headers).as_deref() != Some(&format!("{BITS_CLIENT_ID}:{BITS_CLIENT_SECRET}"))
        || shared.tokens.is_client_disabled(Vendor::Bits)
    {
        return Err(invalid_client());
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_form) {
        return Err(ApiError::invalid("The body has to be application/x-www-form-urlencoded"));
    }
    match Query::parse(&body).get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(ApiError::invalid("Unsupported grant_type")),
        None => return Err(ApiError::invalid("grant_type is required")),
    }
    let form = TokenFormat::Opaque { length: 64 };
    let issued = shared.tokens.issue(&shared.clock, Vendor::Bits, grant("access", SCOPE), Some(LIFETIME), form);
    // The vendor uses `type` instead of `token_type` (RFC 6749).
    let mut response = json!({ "type": "Bearer", "access_token": issued.token, "scope": SCOPE });
    if let Some(expires_in) = issued.expires_in {
        response["expires_in"] = expires_in;
    }
    Ok(Json(response))
}

pub(super) async fn user_info(State(bits): State<Bits>) -> Json<Value> {
    Json(json!({ "customerId": bits.world().customer_id }))
}

/// Issues a token that is valid for the onboarding of one application only.
pub(super) fn session_token(bits: &Bits, application_id: &str, workflow_id: &str, redirect_url: &str) -> String {
    let shared = &bits.shared;
    let mut claims = Map::new();
    for (name, value) in [
        ("application_id", application_id),
        ("redirect_url", redirect_url),
        ("scope", "application.session"),
        ("workflow_id", workflow_id),
    ] {
        claims.insert(name.to_owned(), json!(value));
    }
    let form = TokenFormat::Jwt { algorithm: "HS256", claims };
    let grant = grant("session", "application.session");
    let issued = shared.tokens.issue(&shared.clock, Vendor::Bits, grant, Some(LIFETIME), form);
    issued.token
}

fn grant(kind: &'static str, scope: &str) -> Grant {
    Grant { client: BITS_CLIENT_ID.to_owned(), kind, scopes: vec![scope.to_owned()] }
}

fn is_form(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Returns the decoded value of `Authorization: Basic`. Its parts are not percent-decoded.
fn basic_credentials(headers: &HeaderMap) -> Option<String> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok()).flatten()?;
    String::from_utf8(decoded).ok()
}
