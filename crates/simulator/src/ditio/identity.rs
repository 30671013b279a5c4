//! Ditio identity: the token endpoint for client credentials, with the responses of an `IdentityServer`.

mod client;

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, body::Bytes};
use serde_json::{Map, Value, json};

use crate::ditio::identity::client::SCOPES;
use crate::state::SharedState;
use crate::state::tokens::{Grant, TokenFormat};
use crate::vendor::Vendor;
use crate::vendor::credentials::{DITIO_ACCESS_TOKEN, DITIO_CLIENT_ID, DITIO_COMPANY_ID};
use crate::web::{Query, Routes};

/// Lifetime of an access token.
const LIFETIME: Duration = Duration::from_secs(1800);

/// Builds the router and registers the static token.
pub(crate) fn router(shared: &SharedState) -> Router {
    let scopes = SCOPES.map(str::to_owned).to_vec();
    let grant = Grant { client: DITIO_CLIENT_ID.to_owned(), kind: "static", scopes };
    shared.tokens.register(Vendor::Ditio, DITIO_ACCESS_TOKEN, grant);
    Routes::new()
        .route("/connect/token", post(token))
        .route("/.well-known/openid-configuration", get(discovery))
        .finish(shared.clone())
}

async fn token(State(shared): State<SharedState>, headers: HeaderMap, body: Bytes) -> Response {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return error_response("invalid_request");
    }
    let form = Query::parse(&body);
    let Some(client) = client::authenticated(&headers, &form) else {
        return error_response("invalid_client");
    };
    if form.get("grant_type") != Some("client_credentials") {
        return error_response("unsupported_grant_type");
    }
    let requested: Vec<&str> = form.get("scope").unwrap_or_default().split_whitespace().collect();
    if requested.iter().any(|scope| !client.scopes.contains(scope)) {
        return error_response("invalid_scope");
    }
    // A request without `scope` gets every scope of the client.
    let granted: Vec<String> = client
        .scopes
        .iter()
        .filter(|scope| requested.is_empty() || requested.contains(scope))
        .map(ToString::to_string)
        .collect();
    let scope = granted.join(" ");
    let grant = Grant { client: client.id.to_owned(), kind: "access", scopes: granted.clone() };
    let form = TokenFormat::Jwt { algorithm: "RS256", claims: claims(&shared, client.id, &granted) };
    let issued = shared.tokens.issue(&shared.clock, Vendor::Ditio, grant, Some(LIFETIME), form);
    let mut body = json!({ "access_token": issued.token, "token_type": "Bearer", "scope": scope });
    if let Some(expires_in) = issued.expires_in {
        body["expires_in"] = expires_in;
    }
    json_response(StatusCode::OK, &body)
}

fn claims(shared: &SharedState, client_id: &str, scopes: &[String]) -> Map<String, Value> {
    let audience = if let [only] = scopes { json!(only) } else { json!(scopes) };
    let claims = json!({
        "iss": issuer(shared),
        "aud": audience,
        "client_id": client_id,
        "client_company_id": DITIO_COMPANY_ID,
        "scope": scopes,
    });
    claims.as_object().cloned().unwrap_or_default()
}

async fn discovery(State(shared): State<SharedState>) -> Response {
    let issuer = issuer(&shared);
    let document = json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/connect/token"),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": SCOPES,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    Json(document).into_response()
}

fn issuer(shared: &SharedState) -> String {
    format!("{}/ditio/identity", shared.url)
}

fn error_response(error: &str) -> Response {
    json_response(StatusCode::BAD_REQUEST, &json!({ "error": error }))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store, no-cache, max-age=0"), (header::PRAGMA, "no-cache")];
    (status, headers, Json(body)).into_response()
}
