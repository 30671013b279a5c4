//! Every call needs a token that is alive, of a client that is enabled, with the audience of the API.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::state::SharedState;
use crate::state::tokens::TokenError;
use crate::vendor::Vendor;

/// Which audience, and what a token without it gets.
#[derive(Clone)]
pub(super) struct Audience {
    shared: SharedState,
    name: &'static str,
    missing: Arc<dyn Fn() -> u16 + Send + Sync>,
}

impl Audience {
    pub(super) fn new(
        shared: &SharedState,
        name: &'static str,
        missing: impl Fn() -> u16 + Send + Sync + 'static,
    ) -> Self {
        Self { shared: shared.clone(), name, missing: Arc::new(missing) }
    }
}

/// Guards the routes so far; paths that are not routes stay 404.
pub(super) fn guard<S: Clone + Send + Sync + 'static>(router: Router<S>, audience: Audience) -> Router<S> {
    router.route_layer(from_fn_with_state(audience, check))
}

async fn check(State(audience): State<Audience>, request: Request, next: Next) -> Response {
    let unauthorized = 401;
    let (status, why) = match audience.shared.authorize(Vendor::Ditio, request.headers()) {
        Ok(grant) if grant.scopes.iter().any(|scope| scope == audience.name) => return next.run(request).await,
        Ok(_) => ((audience.missing)(), r#"Bearer error="invalid_token", error_description="The audience is invalid""#),
        Err(TokenError::Expired) => {
            (unauthorized, r#"Bearer error="invalid_token", error_description="The token is expired""#)
        }
        Err(_) if request.headers().contains_key(header::AUTHORIZATION) => {
            (unauthorized, r#"Bearer error="invalid_token""#)
        }
        Err(_) => (unauthorized, "Bearer"),
    };
    let (_, body) = request.into_parts();
    crate::web::drain(body).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
    (status, [(header::WWW_AUTHENTICATE, why)]).into_response()
}
