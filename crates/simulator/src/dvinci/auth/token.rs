//! The token endpoint: client credentials as form parameters.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dvinci::api_error::json_response;
use crate::dvinci::app::App;
use crate::dvinci::auth::api_users;
use crate::state::tokens::{Grant, TokenFormat};
use crate::vendor::Vendor;
use crate::web::Query;

/// Lifetime of access tokens, as the administrator of the tenant configured it.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

pub(in crate::dvinci) async fn token(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().to_ascii_lowercase();
    if !media.starts_with("application/x-www-form-urlencoded") {
        return error_response(StatusCode::BAD_REQUEST, "invalid_request", "The body is not a form");
    }
    let form = Query::parse(&body);
    match form.non_blank("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return error_response(StatusCode::BAD_REQUEST, "unsupported_grant_type", "Use client_credentials"),
        None => return error_response(StatusCode::BAD_REQUEST, "invalid_request", "grant_type is missing"),
    }
    let (Some(id), Some(secret)) = (form.get("client_id"), form.get("client_secret")) else {
        return error_response(StatusCode::UNAUTHORIZED, "invalid_client", "No client credentials");
    };
    let shared = app.shared();
    let Some(user) = api_users::find(shared, id, secret) else {
        return error_response(StatusCode::UNAUTHORIZED, "invalid_client", "Bad client credentials");
    };
    let grant = Grant { client: user.name.to_owned(), kind: "access", scopes: Vec::new() };
    let form = TokenFormat::Opaque { length: 64 };
    let issued = shared.tokens.issue(&shared.clock, Vendor::Dvinci, grant, Some(LIFETIME), form);
    let mut response = json!({ "access_token": issued.token, "token_type": "Bearer" });
    if let Some(expires_in) = issued.expires_in {
        response["expires_in"] = expires_in;
    }
    uncached(json_response(StatusCode::OK, &response))
}

fn error_response(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    uncached(json_response(status, &body))
}

fn uncached(response: Response) -> Response {
    ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], response).into_response()
}
