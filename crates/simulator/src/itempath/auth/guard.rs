//! Authentication of requests by a bearer token and by the state of its user; error messages as of a Flask service.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::itempath::api::call_log;
use crate::itempath::api_error::ApiError;
use crate::itempath::app::App;
use crate::itempath::context::Context;
use crate::itempath::rules::users;
use crate::itempath::store::row::Row;
use crate::itempath::warehouse::processing;
use crate::state::tokens::{TokenError, bearer_token};
use crate::vendor::Vendor;

/// Kind of token that an operation requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::itempath) enum TokenKind {
    /// An access or application token.
    Access,
    Refresh,
}

/// Maximum size of a request body, in bytes.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Authenticates a request, processes the orders due by now, and logs the call.
pub(in crate::itempath) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let user = match authenticate(&app, &head.headers, TokenKind::Access) {
        Ok(user) => user,
        Err(error) => {
            crate::web::drain(body).await;
            return error.into_response();
        }
    };
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        return ApiError::Message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large".to_owned()).into_response();
    };
    processing::process_due_orders(&mut Context::new(&mut app.store(), app.now(), &user));
    let call = call_log::Call::start(&head, &body, &user);
    head.extensions.insert(Caller(user));
    let response = next.run(Request::from_parts(head, Body::from(body))).await;
    call.finish(&app, response).await
}

/// The authenticated user of a request.
#[derive(Clone, Debug)]
pub(in crate::itempath) struct Caller(pub(in crate::itempath) Row);

/// Returns the user of a valid token of the required kind.
pub(in crate::itempath) fn authenticate(app: &App, headers: &HeaderMap, required: TokenKind) -> Result<Row, ApiError> {
    let reject = |status, message: &str| Err(ApiError::Message(status, message.to_owned()));
    if !headers.contains_key(header::AUTHORIZATION) {
        return reject(StatusCode::UNAUTHORIZED, "Missing Authorization Header");
    }
    if bearer_token(headers).is_none() {
        return reject(StatusCode::UNAUTHORIZED, "Bad Authorization header. Expected value 'Bearer <JWT>'");
    }
    let grant = match app.shared.authorize(Vendor::ItemPath, headers) {
        Ok(grant) => grant,
        Err(error) => return reject(StatusCode::UNAUTHORIZED, error_message(error)),
    };
    match (grant.kind == "refresh", required) {
        (true, TokenKind::Access) => return reject(StatusCode::UNPROCESSABLE_ENTITY, "Only access tokens are allowed"),
        (false, TokenKind::Refresh) => {
            return reject(StatusCode::UNPROCESSABLE_ENTITY, "Only refresh tokens are allowed");
        }
        _ => {}
    }
    let user = app.store().row("users", &grant.client).cloned();
    match user.filter(users::is_active) {
        // An application token is valid only while its user is an application user.
        Some(user) if grant.kind != "application" || user["type"] == "application" => Ok(user),
        _ => {
            let message = format!("Error loading the user {}", grant.client);
            reject(StatusCode::UNAUTHORIZED, &message)
        }
    }
}

fn error_message(error: TokenError) -> &'static str {
    match error {
        TokenError::Unknown => "Signature verification failed",
        TokenError::Expired => "Token has expired",
        TokenError::Revoked => "Token has been revoked",
        TokenError::ClientDisabled => "User is deactivated",
    }
}
