//! Career portals and access to their interfaces.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dvinci::api_error::json_response;
use crate::dvinci::auth::basic;
use crate::vendor::credentials::{DVINCI_PORTAL_PASSWORD, DVINCI_PORTAL_USERNAME};

/// Access to the feed of a portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dvinci) enum Access {
    Public,
    /// With HTTP Basic authentication.
    Protected,
    Disabled,
}

/// A portal and the settings of its interface.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) struct Portal {
    /// Path segment; empty for the default portal.
    pub(in crate::dvinci) name: &'static str,
    pub(in crate::dvinci) access: Access,
    /// `true` if the interface accepts applications.
    pub(in crate::dvinci) accepts_applications: bool,
}

const PORTALS: [Portal; 4] = [
    portal("", Access::Public, true),
    portal("karriere", Access::Public, false),
    portal("intern", Access::Protected, true),
    portal("aushang", Access::Disabled, false),
];

const fn portal(name: &'static str, access: Access, accepts_applications: bool) -> Portal {
    Portal { name, access, accepts_applications }
}

/// An error response of a portal.
pub(in crate::dvinci) enum PortalError {
    Unauthorized,
    Disabled,
    Unknown,
}

impl IntoResponse for PortalError {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::Disabled => (StatusCode::FORBIDDEN, "Interface not enabled"),
            Self::Unknown => (StatusCode::NOT_FOUND, "Not found"),
        };
        let response = json_response(status, &json!({ "errorMsg": text }));
        if status == StatusCode::UNAUTHORIZED {
            return ([(header::WWW_AUTHENTICATE, r#"Basic realm="d.vinci""#)], response).into_response();
        }
        response
    }
}

fn find(name: &str) -> Result<Portal, PortalError> {
    PORTALS.into_iter().find(|portal| portal.name == name).ok_or(PortalError::Unknown)
}

/// Returns the portal if the request may read its feed.
pub(in crate::dvinci) fn portal_for_feed(name: &str, headers: &HeaderMap) -> Result<Portal, PortalError> {
    let portal = find(name)?;
    match portal.access {
        Access::Public => Ok(portal),
        Access::Protected if has_valid_password(headers) => Ok(portal),
        Access::Protected => Err(PortalError::Unauthorized),
        Access::Disabled => Err(PortalError::Disabled),
    }
}

/// Returns the portal if the request may send an application, which always requires the password.
pub(in crate::dvinci) fn portal_for_application(name: &str, headers: &HeaderMap) -> Result<Portal, PortalError> {
    let portal = find(name)?;
    if !portal.accepts_applications {
        return Err(PortalError::Disabled);
    }
    if has_valid_password(headers) { Ok(portal) } else { Err(PortalError::Unauthorized) }
}

fn has_valid_password(headers: &HeaderMap) -> bool {
    let valid =
        |(user, password): (String, String)| user == DVINCI_PORTAL_USERNAME && password == DVINCI_PORTAL_PASSWORD;
    basic::credentials(headers).is_some_and(valid)
}
