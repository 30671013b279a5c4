//! Who calls: a bearer token, or the older pair of headers.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::call::Caller;
use super::reply::Refusal;
use crate::state::SharedState;
use crate::vendor::Vendor;
use crate::vendor::credentials::{
    DVINCI_CLIENT_ID, DVINCI_CLIENT_SECRET, DVINCI_LIMITED_CLIENT_ID, DVINCI_LIMITED_CLIENT_SECRET,
};

/// An API user by its name and its token, which are also client id and secret.
pub(super) struct ApiUser {
    pub(super) name: &'static str,
    pub(super) secret: &'static str,
    pub(super) caller: Caller,
}

/// The first and the second row of the users.
pub(super) const API_USERS: [ApiUser; 2] = [
    ApiUser { name: DVINCI_CLIENT_ID, secret: DVINCI_CLIENT_SECRET, caller: Caller { user: 1, everything: true } },
    ApiUser {
        name: DVINCI_LIMITED_CLIENT_ID,
        secret: DVINCI_LIMITED_CLIENT_SECRET,
        caller: Caller { user: 2, everything: false },
    },
];

pub(super) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(caller) = caller(app.shared(), request.headers()) {
        request.extensions_mut().insert(caller);
        return next.run(request).await;
    }
    let (_, body) = request.into_parts();
    crate::web::drain(body).await;
    Refusal::Unauthorized.into_response()
}

fn caller(shared: &SharedState, headers: &HeaderMap) -> Option<Caller> {
    if headers.contains_key(header::AUTHORIZATION) {
        let grant = shared.authorize(Vendor::Dvinci, headers).ok()?;
        return API_USERS.iter().find(|user| user.name == grant.client).map(|user| user.caller);
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let user = known(shared, text("dvinci-api-user")?, text("dvinci-api-token")?)?;
    Some(user.caller)
}

/// The API user with this name and this token, unless it was disabled.
pub(super) fn known(shared: &SharedState, name: &str, secret: &str) -> Option<&'static ApiUser> {
    static USERS: [ApiUser; 2] = API_USERS;
    let user = USERS.iter().find(|user| user.name == name && user.secret == secret)?;
    (!shared.tokens.is_client_disabled(Vendor::Dvinci)).then_some(user)
}
