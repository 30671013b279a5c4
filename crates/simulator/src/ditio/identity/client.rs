//! The simulated clients with their scopes, and client authentication: credentials in the body or by HTTP Basic.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::vendor::credentials as c;
use crate::web::Query;

/// Scopes of the identity server; they become the audiences of tokens.
pub(super) const SCOPES: [&str; 3] = ["ditioapiv3", "reportingapiv1", "masstransportapiv1"];

/// A client and the scopes that were granted to it.
pub(super) struct Client {
    pub(super) id: &'static str,
    secret: &'static str,
    pub(super) scopes: &'static [&'static str],
}

static CLIENTS: [Client; 3] = [
    Client { id: c::DITIO_CLIENT_ID, secret: c::DITIO_CLIENT_SECRET, scopes: &SCOPES },
    Client { id: c::DITIO_REPORTING_CLIENT_ID, secret: c::DITIO_REPORTING_CLIENT_SECRET, scopes: &["reportingapiv1"] },
    Client { id: c::DITIO_CORE_CLIENT_ID, secret: c::DITIO_CORE_CLIENT_SECRET, scopes: &["ditioapiv3"] },
];

/// Returns the client that the request has the credentials of.
pub(super) fn authenticated(headers: &HeaderMap, form: &Query) -> Option<&'static Client> {
    let from_body = || Some((form.get("client_id")?.to_owned(), form.get("client_secret")?.to_owned()));
    let (id, secret) = basic(headers).or_else(from_body)?;
    CLIENTS.iter().find(|client| id == client.id && secret == client.secret)
}

/// Returns client id and secret of an `Authorization: Basic` header, both form-encoded (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let pair = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok()).flatten()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((decode(id)?, decode(secret)?))
}

fn decode(text: &str) -> Option<String> {
    Query::parse(format!("value={text}").as_bytes()).get("value").map(str::to_owned)
}
