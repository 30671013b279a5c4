//! The token endpoint: client credentials, in the form only.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::app::App;
use super::guard;
use super::reply::with_json;
use crate::state::tokens::{Grant, TokenFormat};
use crate::vendor::Vendor;
use crate::web::Query;

/// What the administrator typed: 30 minutes.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

pub(super) async fn token(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().to_ascii_lowercase();
    if !media.starts_with("application/x-www-form-urlencoded") {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", "The body is not a form");
    }
    let form = Query::parse(&body);
    match form.non_blank("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "Use client_credentials"),
        None => return refuse(StatusCode::BAD_REQUEST, "invalid_request", "grant_type is missing"),
    }
    let (Some(id), Some(secret)) = (form.get("client_id"), form.get("client_secret")) else {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "No client credentials");
    };
    let shared = app.shared();
    let Some(user) = guard::known(shared, id, secret) else {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "Bad client credentials");
    };
    let grant = Grant { client: user.name.to_owned(), kind: "access", scopes: Vec::new() };
    let form = TokenFormat::Opaque { length: 64 };
    let issued = shared.tokens.issue(&shared.clock, Vendor::Dvinci, grant, Some(LIFETIME), form);
    let mut answer = json!({ "access_token": issued.token, "token_type": "Bearer" });
    if let Some(expires_in) = issued.expires_in {
        answer["expires_in"] = expires_in;
    }
    uncached(with_json(StatusCode::OK, &answer))
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    uncached(with_json(status, &body))
}

fn uncached(response: Response) -> Response {
    ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], response).into_response()
}
