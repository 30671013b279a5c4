//! The career portals, and who may use their interfaces.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::reply::with_json;
use crate::vendor::credentials::{DVINCI_PORTAL_PASSWORD, DVINCI_PORTAL_USERNAME};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Public,
    /// By HTTP Basic.
    Protected,
    Off,
}

/// A portal's setting for its interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portal {
    /// In the path; empty for the default portal.
    pub(super) name: &'static str,
    pub(super) access: Access,
    /// Whether applications can be sent through the interface.
    pub(super) import: bool,
}

const PORTALS: [Portal; 4] = [
    portal("", Access::Public, true),
    portal("karriere", Access::Public, false),
    portal("intern", Access::Protected, true),
    portal("aushang", Access::Off, false),
];

const fn portal(name: &'static str, access: Access, import: bool) -> Portal {
    Portal { name, access, import }
}

/// Why a portal does not answer.
pub(super) enum Closed {
    Unauthorized,
    Off,
    Unknown,
}

impl IntoResponse for Closed {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::Off => (StatusCode::FORBIDDEN, "Interface not enabled"),
            Self::Unknown => (StatusCode::NOT_FOUND, "Not found"),
        };
        let answer = with_json(status, &json!({ "errorMsg": text }));
        if status == StatusCode::UNAUTHORIZED {
            return ([(header::WWW_AUTHENTICATE, r#"Basic realm="d.vinci""#)], answer).into_response();
        }
        answer
    }
}

fn find(name: &str) -> Result<Portal, Closed> {
    PORTALS.into_iter().find(|portal| portal.name == name).ok_or(Closed::Unknown)
}

/// The portal, if its feed may be read.
pub(super) fn readable(name: &str, headers: &HeaderMap) -> Result<Portal, Closed> {
    let portal = find(name)?;
    match portal.access {
        Access::Public => Ok(portal),
        Access::Protected if has_password(headers) => Ok(portal),
        Access::Protected => Err(Closed::Unauthorized),
        Access::Off => Err(Closed::Off),
    }
}

/// The portal, if applications may be sent to it; that always takes the password.
pub(super) fn open_for_applications(name: &str, headers: &HeaderMap) -> Result<Portal, Closed> {
    let portal = find(name)?;
    if !portal.import {
        return Err(Closed::Off);
    }
    if has_password(headers) { Ok(portal) } else { Err(Closed::Unauthorized) }
}

fn has_password(headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let encoded =
        given.and_then(|given| given.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = encoded.and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok());
    decoded.is_some_and(|pair| pair == format!("{DVINCI_PORTAL_USERNAME}:{DVINCI_PORTAL_PASSWORD}").into_bytes())
}
