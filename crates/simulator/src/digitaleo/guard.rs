//! Who may call the resource hosts: `Authorization: Bearer …`, spelled exactly so.

use axum::http::{HeaderMap, header};

use super::failure::Failure;
use crate::state::SharedState;
use crate::state::tokens::TokenError;
use crate::vendor::Vendor;

/// Refuses requests without a token that is good for the account's data.
pub(super) fn check(shared: &SharedState, headers: &HeaderMap) -> Result<(), Failure> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // Unlike other servers: `bearer` is not `Bearer` here.
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let token = token.ok_or_else(|| Failure::unauthorized("The access token is missing"))?;
    match shared.tokens.check(&shared.clock, Vendor::Digitaleo, token) {
        Ok(grant) if grant.kind == "access" => Ok(()),
        Ok(grant) if grant.kind == "enduser" => Err(Failure::insufficient_scope()),
        Err(TokenError::Expired) => Err(Failure::unauthorized("The access token provided has expired")),
        Ok(_) | Err(_) => Err(Failure::unauthorized("The access token provided is invalid")),
    }
}
