//! Every call needs a token that is alive, of a client that is enabled, with the audience `ditioapiv3`.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::state::SharedState;
use crate::state::tokens::TokenError;
use crate::vendor::Vendor;

const AUDIENCE: &str = "ditioapiv3";

/// Guards the routes so far; paths that are not routes stay 404.
pub(super) fn put_on<S: Clone + Send + Sync + 'static>(router: Router<S>, shared: &SharedState) -> Router<S> {
    router.route_layer(from_fn_with_state(shared.clone(), guard))
}

/// Files of the reporting API's records are read with its scope alone, too.
fn fits(scope: &str, request: &Request) -> bool {
    let reads_file = request.method() == Method::GET && request.uri().path().starts_with("/api/file/");
    scope == AUDIENCE || reads_file && scope == "reportingapiv1"
}

async fn guard(State(shared): State<SharedState>, request: Request, next: Next) -> Response {
    let why = match shared.authorize(Vendor::Ditio, request.headers()) {
        Ok(grant) if grant.scopes.iter().any(|scope| fits(scope, &request)) => return next.run(request).await,
        Ok(_) => r#"Bearer error="invalid_token", error_description="The audience is invalid""#,
        Err(TokenError::Expired) => r#"Bearer error="invalid_token", error_description="The token is expired""#,
        Err(_) if request.headers().contains_key(header::AUTHORIZATION) => r#"Bearer error="invalid_token""#,
        Err(_) => "Bearer",
    };
    let (_, body) = request.into_parts();
    crate::web::drain(body).await;
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, HeaderValue::from_static(why))]).into_response()
}
