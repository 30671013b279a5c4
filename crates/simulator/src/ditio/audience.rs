//! Authorization: a request must have a valid token with the audience of the API.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::state::SharedState;
use crate::state::tokens::TokenError;
use crate::vendor::Vendor;

/// Returns true for the requests that an alternative audience may send.
type Matches = fn(&Request) -> bool;

/// The audience that an API requires.
#[derive(Clone)]
pub(super) struct Audience {
    shared: SharedState,
    name: &'static str,
    /// Status of a response to a valid token without the audience.
    missing_status: Arc<dyn Fn() -> u16 + Send + Sync>,
    /// An audience that suffices for some requests.
    alternative: Option<(&'static str, Matches)>,
}

impl Audience {
    /// Requires an audience. `missing_status` gives the status for a token without it.
    pub(super) fn new(
        shared: &SharedState,
        name: &'static str,
        missing_status: impl Fn() -> u16 + Send + Sync + 'static,
    ) -> Self {
        Self { shared: shared.clone(), name, missing_status: Arc::new(missing_status), alternative: None }
    }

    /// Accepts another audience for the requests that match.
    pub(super) fn or_audience(mut self, name: &'static str, matches: Matches) -> Self {
        self.alternative = Some((name, matches));
        self
    }

    fn accepts(&self, audience: &str, request: &Request) -> bool {
        let is_alternative = |(name, matches): (&str, Matches)| audience == name && matches(request);
        audience == self.name || self.alternative.is_some_and(is_alternative)
    }
}

/// Requires the audience for the routes added so far. Unknown paths still get 404.
pub(super) fn require<S: Clone + Send + Sync + 'static>(router: Router<S>, audience: Audience) -> Router<S> {
    router.route_layer(from_fn_with_state(audience, check))
}

async fn check(State(audience): State<Audience>, request: Request, next: Next) -> Response {
    let unauthorized = 401;
    let (status, challenge) = match audience.shared.authorize(Vendor::Ditio, request.headers()) {
        Ok(grant) if grant.scopes.iter().any(|scope| audience.accepts(scope, &request)) => {
            return next.run(request).await;
        }
        Ok(_) => (
            (audience.missing_status)(),
            r#"Bearer error="invalid_token", error_description="The audience is invalid""#,
        ),
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
    (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
}
