//! Authentication of requests to the resource hosts: `Authorization: Bearer …`, with a case-sensitive scheme.

use axum::http::{HeaderMap, header};

use crate::digitaleo::api_error::ApiError;
use crate::state::SharedState;
use crate::state::tokens::TokenError;
use crate::vendor::Vendor;

/// Rejects requests without an access token for the account's data.
pub(in crate::digitaleo) fn check(shared: &SharedState, headers: &HeaderMap) -> Result<(), ApiError> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // Unlike other servers, this one does not accept `bearer`.
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let token = token.ok_or_else(|| ApiError::unauthorized("The access token is missing"))?;
    match shared.tokens.check(&shared.clock, Vendor::Digitaleo, token) {
        Ok(grant) if grant.kind == "access" => Ok(()),
        Ok(grant) if grant.kind == "enduser" => Err(ApiError::insufficient_scope()),
        Err(TokenError::Expired) => Err(ApiError::unauthorized("The access token provided has expired")),
        Ok(_) | Err(_) => Err(ApiError::unauthorized("The access token provided is invalid")),
    }
}
