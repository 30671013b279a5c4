//! Authentication of requests by a bearer token; the scheme is case-insensitive.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::bits::api_error::ApiError;
use crate::state::SharedState;
use crate::state::tokens::{Grant, TokenError};
use crate::vendor::Vendor;

/// Requires a valid access token for the routes of a router; other paths still get 404.
pub(super) fn require_access_token<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    shared: &SharedState,
) -> Router<S> {
    router.route_layer(from_fn_with_state(shared.clone(), authenticate))
}

/// Returns whether a token may call an operation: a create requires the scope `application`.
fn permits(grant: &Grant, path: &str) -> bool {
    let may_create = || grant.scopes.iter().any(|scope| scope == "application");
    grant.kind == "access" && (!path.ends_with(".create") || may_create())
}

/// Rejects expired and unknown tokens with 401, revoked ones with 403: clients must renew the token on both.
async fn authenticate(State(shared): State<SharedState>, request: Request, next: Next) -> Response {
    let (status, message) = match shared.authorize(Vendor::Bits, request.headers()) {
        Ok(grant) if permits(&grant, request.uri().path()) => return next.run(request).await,
        Ok(_) => (StatusCode::FORBIDDEN, "The token's scope does not allow this operation"),
        Err(TokenError::Unknown) => (StatusCode::UNAUTHORIZED, "Unauthorized"),
        Err(TokenError::Expired) => (StatusCode::UNAUTHORIZED, "The access token has expired"),
        Err(TokenError::Revoked) => (StatusCode::FORBIDDEN, "The access token has been revoked"),
        Err(TokenError::ClientDisabled) => (StatusCode::FORBIDDEN, "The client is disabled"),
    };
    let (_, body) = request.into_parts();
    crate::web::drain(body).await;
    ApiError(status, message.to_owned()).into_response()
}
