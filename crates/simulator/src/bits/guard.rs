//! Which bearer token may call: an access token that is alive. The scheme counts in any case.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;
use crate::state::SharedState;
use crate::state::tokens::TokenError;
use crate::vendor::Vendor;

/// Guards the routes so far; other paths stay 404.
pub(super) fn put_on<S: Clone + Send + Sync + 'static>(router: Router<S>, shared: &SharedState) -> Router<S> {
    router.route_layer(from_fn_with_state(shared.clone(), guard))
}

/// Time makes a token 401, a decision of the vendor's makes it 403: clients have to renew it on both.
async fn guard(State(shared): State<SharedState>, request: Request, next: Next) -> Response {
    let (status, message) = match shared.authorize(Vendor::Bits, request.headers()) {
        Ok(grant) if grant.kind == "access" => return next.run(request).await,
        Ok(_) => (StatusCode::FORBIDDEN, "The token's scope does not allow this operation"),
        Err(TokenError::Unknown) => (StatusCode::UNAUTHORIZED, "Unauthorized"),
        Err(TokenError::Expired) => (StatusCode::UNAUTHORIZED, "The access token has expired"),
        Err(TokenError::Revoked) => (StatusCode::FORBIDDEN, "The access token has been revoked"),
        Err(TokenError::ClientDisabled) => (StatusCode::FORBIDDEN, "The client is disabled"),
    };
    let (_, body) = request.into_parts();
    crate::web::drain(body).await;
    Refusal(status, message.to_owned()).into_response()
}
