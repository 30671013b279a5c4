//! The token endpoints: login, refresh and application token.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::itempath::api_error::ApiError;
use crate::itempath::app::App;
use crate::itempath::auth::guard::{self, TokenKind};
use crate::itempath::rules::users;
use crate::itempath::store::row::{self, Row};
use crate::itempath::{body, dates};
use crate::state::tokens::{Grant, IssuedToken, TokenFormat};
use crate::vendor::Vendor;

/// Lifetime of access tokens.
const ACCESS_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Lifetime of refresh tokens.
const REFRESH_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Handles `POST /api/users/login`.
pub(in crate::itempath) async fn login(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    match log_in(&app, &headers, &body) {
        Ok(body) => Json(body).into_response(),
        Err(error) => error.into_response(),
    }
}

fn log_in(app: &App, headers: &HeaderMap, body: &Bytes) -> Result<Value, ApiError> {
    let body = body::json_object(headers, body)?;
    let missing = |name: &str| body.get(name).and_then(Value::as_str).is_none();
    let missing: Vec<(String, String)> = ["username", "password"]
        .iter()
        .filter(|name| missing(name))
        .map(|name| ((*name).to_owned(), body::REQUIRED.to_owned()))
        .collect();
    if !missing.is_empty() {
        return Err(ApiError::Invalid(missing));
    }
    let user = {
        let store = app.store();
        let found = store.table("users").find("username", &row::text(&body, "username"));
        found.filter(|user| user["~password"] == body["password"]).cloned()
    };
    // Pending and deactivated users cannot log in; no user can while the client is disabled.
    let user = user.filter(|user| users::is_active(user) && !app.shared.tokens.is_client_disabled(Vendor::ItemPath));
    let Some(user) = user else {
        return Err(ApiError::Message(StatusCode::NOT_FOUND, "Bad username or password".to_owned()));
    };
    let access = issue(app, &user, "access", Some(ACCESS_LIFETIME), true);
    let refresh = issue(app, &user, "refresh", Some(REFRESH_LIFETIME), false);
    let mut response = json!({
        "accessToken": access.token,
        "refreshToken": refresh.token,
        "username": user["username"],
        "id": user["id"],
        // A string, as in the vendor's example; other responses have a boolean.
        "isAdmin": user["isAdmin"].to_string(),
        "viewId": user["viewId"],
        "timeZone": Value::Null,
    });
    set_expiry(&mut response, "accessExpiryDate", &access);
    set_expiry(&mut response, "refreshExpiryDate", &refresh);
    Ok(response)
}

/// Handles `POST /api/users/refresh`.
pub(in crate::itempath) async fn refresh(State(app): State<App>, headers: HeaderMap) -> Response {
    let user = match guard::authenticate(&app, &headers, TokenKind::Refresh) {
        Ok(user) => user,
        Err(error) => return error.into_response(),
    };
    let access = issue(&app, &user, "access", Some(ACCESS_LIFETIME), false);
    let mut response = json!({ "accessToken": access.token });
    set_expiry(&mut response, "accessExpiryDate", &access);
    Json(response).into_response()
}

/// Handles `POST /api/users/application-token`.
pub(in crate::itempath) async fn application_token(State(app): State<App>, headers: HeaderMap) -> Response {
    match guard::authenticate(&app, &headers, TokenKind::Refresh) {
        Ok(user) if user["type"] == "application" => {
            let issued = issue(&app, &user, "application", None, false);
            Json(json!({ "token": issued.token })).into_response()
        }
        Ok(_) => {
            ApiError::Message(StatusCode::FORBIDDEN, "Application tokens are for application users only".to_owned())
                .into_response()
        }
        Err(error) => error.into_response(),
    }
}

fn issue(app: &App, user: &Row, kind: &'static str, lifetime: Option<Duration>, fresh: bool) -> IssuedToken {
    let claims = json!({
        "identity": user["id"],
        "type": if kind == "refresh" { "refresh" } else { "access" },
        "fresh": fresh,
    });
    let mut claims = claims.as_object().cloned().unwrap_or_default();
    if kind == "refresh" {
        claims.remove("fresh");
    }
    claims.insert("jti".to_owned(), app.token_id().into());
    let grant = Grant { client: row::id(user), kind, scopes: Vec::new() };
    let form = TokenFormat::Jwt { algorithm: "HS256", claims };
    app.shared.tokens.issue(&app.shared.clock, Vendor::ItemPath, grant, lifetime, form)
}

/// Sets the expiry of a token, equal to its `exp` claim, unless the settings omit it.
fn set_expiry(response: &mut Value, name: &str, issued: &IssuedToken) {
    let expires_at = issued.expires_in.as_ref().and(issued.expires_at);
    if let Some(expires_at) = expires_at {
        response[name] = dates::format_login_expiry(expires_at.naive_utc()).into();
    }
}
