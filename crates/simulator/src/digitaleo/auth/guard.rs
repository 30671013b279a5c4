//! Authentication of requests to the resource hosts: `Authorization: Bearer …`, with case-sensitive name and scheme.

use axum::extract::Request;
use axum::http::header;

use crate::digitaleo::api_error::ApiError;
use crate::state::SharedState;
use crate::state::tokens::TokenError;
use crate::vendor::Vendor;
use crate::web::AuthorizationName;

/// Rejects requests without an access token for the account's data.
pub(in crate::digitaleo) fn check(shared: &SharedState, request: &Request) -> Result<(), ApiError> {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // Unlike other servers, this one accepts neither `bearer` nor `authorization`. HTTP/2 requests have no spelling.
    let spelling = request.extensions().get::<AuthorizationName>();
    let token = token.filter(|_| spelling.is_none_or(|AuthorizationName(name)| name == "Authorization"));
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let token = token.ok_or_else(|| ApiError::unauthorized("The access token is missing"))?;
    match shared.tokens.check(&shared.clock, Vendor::Digitaleo, token) {
        Ok(grant) if grant.kind == "access" => Ok(()),
        Ok(grant) if grant.kind == "enduser" => Err(ApiError::insufficient_scope()),
        Err(TokenError::Expired) => Err(ApiError::unauthorized("The access token provided has expired")),
        Ok(_) | Err(_) => Err(ApiError::unauthorized("The access token provided is invalid")),
    }
}
