//! Log in, refresh, application token: JSON in, camel-case JSON out.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::guard::{self, Wanted};
use super::refusal::Refusal;
use super::rules::users;
use super::state::App;
use super::store::{self, Row};
use super::{dates, values};
use crate::state::tokens::{Grant, IssuedToken, TokenFormat};
use crate::vendor::Vendor;

const ACCESS: Duration = Duration::from_secs(15 * 60);
const REFRESH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// `POST /api/users/login`
pub(super) async fn login(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    match log_in(&app, &headers, &body) {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn log_in(app: &App, headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    let body = object(headers, body)?;
    let missing = |name: &str| body.get(name).and_then(Value::as_str).is_none();
    let missing: Vec<(String, String)> = ["username", "password"]
        .iter()
        .filter(|name| missing(name))
        .map(|name| ((*name).to_owned(), values::REQUIRED.to_owned()))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::Invalid(missing));
    }
    let user = {
        let store = app.store();
        let found = store.table("users").find("username", &store::text(&body, "username"));
        found.filter(|user| user["~password"] == body["password"]).cloned()
    };
    // A user who is pending or deactivated is as good as none, and so is everybody once the client is disabled.
    let user = user.filter(|user| users::may_call(user) && !app.shared.tokens.is_client_disabled(Vendor::ItemPath));
    let Some(user) = user else {
        return Err(Refusal::Message(StatusCode::NOT_FOUND, "Bad username or password".to_owned()));
    };
    let access = issue(app, &user, "access", Some(ACCESS), true);
    let refresh = issue(app, &user, "refresh", Some(REFRESH), false);
    let mut answer = json!({
        "accessToken": access.token,
        "refreshToken": refresh.token,
        "username": user["username"],
        "id": user["id"],
        // Text here, as in the vendor's own example; a boolean elsewhere.
        "isAdmin": user["isAdmin"].to_string(),
        "viewId": user["viewId"],
        "timeZone": Value::Null,
    });
    state_expiry(&mut answer, "accessExpiryDate", &access);
    state_expiry(&mut answer, "refreshExpiryDate", &refresh);
    Ok(answer)
}

/// `POST /api/users/refresh`
pub(super) async fn refresh(State(app): State<App>, headers: HeaderMap) -> Response {
    let user = match guard::caller(&app, &headers, Wanted::Refresh) {
        Ok(user) => user,
        Err(refusal) => return refusal.into_response(),
    };
    let access = issue(&app, &user, "access", Some(ACCESS), false);
    let mut answer = json!({ "accessToken": access.token });
    state_expiry(&mut answer, "accessExpiryDate", &access);
    Json(answer).into_response()
}

/// `POST /api/users/application-token`
pub(super) async fn application_token(State(app): State<App>, headers: HeaderMap) -> Response {
    match guard::caller(&app, &headers, Wanted::Refresh) {
        Ok(user) if user["type"] == "application" => {
            let issued = issue(&app, &user, "application", None, false);
            Json(json!({ "token": issued.token })).into_response()
        }
        Ok(_) => {
            Refusal::Message(StatusCode::FORBIDDEN, "Application tokens are for application users only".to_owned())
                .into_response()
        }
        Err(refusal) => refusal.into_response(),
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
    let grant = Grant { client: store::id(user), kind, scopes: Vec::new() };
    let form = TokenFormat::Jwt { algorithm: "HS256", claims };
    app.shared.tokens.issue(&app.shared.clock, Vendor::ItemPath, grant, lifetime, form)
}

/// Says when a token ends, as its own claims do, unless the lifetime is configured away.
fn state_expiry(answer: &mut Value, name: &str, issued: &IssuedToken) {
    let ends = issued.expires_in.as_ref().and(issued.expires_at);
    if let Some(ends) = ends {
        answer[name] = dates::login(ends.naive_utc()).into();
    }
}

/// A body that is a JSON object and says so; one that is empty says nothing.
pub(super) fn object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = if media == "application/json" { serde_json::from_slice(body).ok() } else { None };
    match body {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(Refusal::field("_schema", "Invalid input type.")),
    }
}
