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
use crate::vendor::credentials as c;
use crate::web::Query;

/// Lifetime of access tokens and of session tokens.
const LIFETIME: Duration = Duration::from_secs(3600);

/// A client and the scopes that were granted to it.
struct Client {
    id: &'static str,
    secret: &'static str,
    scopes: &'static [&'static str],
}

static CLIENTS: [Client; 2] = [
    Client { id: c::BITS_CLIENT_ID, secret: c::BITS_CLIENT_SECRET, scopes: &["application", "application.read"] },
    Client { id: c::BITS_READ_CLIENT_ID, secret: c::BITS_READ_CLIENT_SECRET, scopes: &["application.read"] },
];

pub(super) async fn token(State(bits): State<Bits>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, ApiError> {
    let shared = &bits.shared;
    let credentials = basic_credentials(&headers);
    let client = CLIENTS
        .iter()
        .find(|client| credentials.as_deref() == Some(&format!("{}:{}", client.id, client.secret)))
        .filter(|_| !shared.tokens.is_client_disabled(Vendor::Bits))
        .ok_or_else(|| ApiError(StatusCode::UNAUTHORIZED, "Invalid client credentials".to_owned()))?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_form) {
        return Err(ApiError::invalid("The body has to be application/x-www-form-urlencoded"));
    }
    let query = Query::parse(&body);
    match query.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(ApiError::invalid("Unsupported grant_type")),
        None => return Err(ApiError::invalid("grant_type is required")),
    }
    let scopes = granted(client, query.get("scope").unwrap_or_default())?;
    let scope = scopes.join(" ");
    let grant = grant(client.id, "access", scopes);
    let form = TokenFormat::Opaque { length: 64 };
    let issued = shared.tokens.issue(&shared.clock, Vendor::Bits, grant, Some(LIFETIME), form);
    // The vendor uses `type` instead of `token_type` (RFC 6749).
    let mut response = json!({ "type": "Bearer", "access_token": issued.token, "scope": scope });
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
    let grant = grant(c::BITS_CLIENT_ID, "session", vec!["application.session".to_owned()]);
    let issued = shared.tokens.issue(&shared.clock, Vendor::Bits, grant, Some(LIFETIME), form);
    issued.token
}

/// Returns the requested scopes; without a request, the first that was granted to the client.
fn granted(client: &Client, requested: &str) -> Result<Vec<String>, ApiError> {
    let requested: Vec<&str> = requested.split_whitespace().collect();
    if requested.iter().any(|scope| !client.scopes.contains(scope)) {
        return Err(ApiError::invalid("Invalid scope"));
    }
    let scopes = if requested.is_empty() { &client.scopes[..1] } else { &requested };
    Ok(scopes.iter().map(ToString::to_string).collect())
}

fn grant(client: &str, kind: &'static str, scopes: Vec<String>) -> Grant {
    Grant { client: client.to_owned(), kind, scopes }
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
