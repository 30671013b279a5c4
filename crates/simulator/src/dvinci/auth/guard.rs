//! Authentication of requests by a bearer token, or by the legacy headers with user and token.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::dvinci::api_error::ApiError;
use crate::dvinci::app::App;
use crate::dvinci::auth::api_users::{self, API_USERS, Caller};
use crate::state::SharedState;
use crate::vendor::Vendor;

/// Rejects unauthenticated requests, and passes the caller to the handlers.
pub(in crate::dvinci) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(caller) = find_caller(app.shared(), request.headers()) {
        request.extensions_mut().insert(caller);
        return next.run(request).await;
    }
    let (_, body) = request.into_parts();
    crate::web::drain(body).await;
    ApiError::Unauthorized.into_response()
}

fn find_caller(shared: &SharedState, headers: &HeaderMap) -> Option<Caller> {
    if headers.contains_key(header::AUTHORIZATION) {
        let grant = shared.authorize(Vendor::Dvinci, headers).ok()?;
        return API_USERS.iter().find(|user| user.name == grant.client).map(|user| user.caller);
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let user = api_users::find(shared, text("dvinci-api-user")?, text("dvinci-api-token")?)?;
    Some(user.caller)
}
