//! Who calls: the token's kind and life, and the user's state, with the answers of a Flask service.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::engine::Work;
use super::refusal::Refusal;
use super::rules::users;
use super::state::App;
use super::store::Row;
use super::{calls, history};
use crate::state::tokens::{TokenError, bearer_token};
use crate::vendor::Vendor;

/// The kind of token that a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// An access or application token.
    Access,
    Refresh,
}

/// Bodies above this are refused.
const MOST: usize = 16 * 1024 * 1024;

/// Lets a call through, lets the warehouse catch up with the clock, and notes the call.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let user = match caller(&app, &head.headers, Wanted::Access) {
        Ok(user) => user,
        Err(refusal) => {
            crate::web::drain(body).await;
            return refusal.into_response();
        }
    };
    let Ok(body) = axum::body::to_bytes(body, MOST).await else {
        return Refusal::Message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large".to_owned()).into_response();
    };
    history::settle(&mut Work::new(&mut app.store(), app.now(), &user));
    let call = calls::Call::begin(&head, &body, &user);
    head.extensions.insert(Caller(user));
    let response = next.run(Request::from_parts(head, Body::from(body))).await;
    call.end(&app, response).await
}

/// The user behind a call.
#[derive(Clone, Debug)]
pub(super) struct Caller(pub(super) Row);

pub(super) fn caller(app: &App, headers: &HeaderMap, wanted: Wanted) -> Result<Row, Refusal> {
    let deny = |status, message: &str| Err(Refusal::Message(status, message.to_owned()));
    if !headers.contains_key(header::AUTHORIZATION) {
        return deny(StatusCode::UNAUTHORIZED, "Missing Authorization Header");
    }
    if bearer_token(headers).is_none() {
        return deny(StatusCode::UNAUTHORIZED, "Bad Authorization header. Expected value 'Bearer <JWT>'");
    }
    let grant = match app.shared.authorize(Vendor::ItemPath, headers) {
        Ok(grant) => grant,
        Err(denied) => return deny(StatusCode::UNAUTHORIZED, reason(denied)),
    };
    match (grant.kind == "refresh", wanted) {
        (true, Wanted::Access) => return deny(StatusCode::UNPROCESSABLE_ENTITY, "Only access tokens are allowed"),
        (false, Wanted::Refresh) => return deny(StatusCode::UNPROCESSABLE_ENTITY, "Only refresh tokens are allowed"),
        _ => {}
    }
    let user = app.store().row("users", &grant.client).cloned();
    match user.filter(users::may_call) {
        // Whoever is no application user any more has no application token either.
        Some(user) if grant.kind != "application" || user["type"] == "application" => Ok(user),
        _ => {
            let message = format!("Error loading the user {}", grant.client);
            deny(StatusCode::UNAUTHORIZED, &message)
        }
    }
}

fn reason(denied: TokenError) -> &'static str {
    match denied {
        TokenError::Unknown => "Signature verification failed",
        TokenError::Expired => "Token has expired",
        TokenError::Revoked => "Token has been revoked",
        TokenError::ClientDisabled => "User is deactivated",
    }
}
