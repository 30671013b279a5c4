//! Client authentication: credentials in the body or by HTTP Basic.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::vendor::credentials::{DITIO_CLIENT_ID, DITIO_CLIENT_SECRET};
use crate::web::Query;

/// Returns true if the request has the credentials of the simulated client.
pub(super) fn is_authenticated(headers: &HeaderMap, form: &Query) -> bool {
    let from_body = || Some((form.get("client_id")?.to_owned(), form.get("client_secret")?.to_owned()));
    let credentials = basic(headers).or_else(from_body);
    credentials.is_some_and(|(id, secret)| id == DITIO_CLIENT_ID && secret == DITIO_CLIENT_SECRET)
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
