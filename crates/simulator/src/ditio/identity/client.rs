//! Who asks for a token: credentials in the body, or by HTTP Basic.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::vendor::credentials::{DITIO_CLIENT_ID, DITIO_CLIENT_SECRET};
use crate::web::Query;

/// Whether the request names the simulated client and its secret.
pub(super) fn is_known(headers: &HeaderMap, form: &Query) -> bool {
    let in_body = || Some((form.get("client_id")?.to_owned(), form.get("client_secret")?.to_owned()));
    let given = basic(headers).or_else(in_body);
    given.is_some_and(|(id, secret)| id == DITIO_CLIENT_ID && secret == DITIO_CLIENT_SECRET)
}

/// The pair of an `Authorization: Basic` header, each half form-encoded inside.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let pair = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok()).flatten()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((decode(id)?, decode(secret)?))
}

fn decode(half: &str) -> Option<String> {
    Query::parse(format!("half={half}").as_bytes()).get("half").map(str::to_owned)
}
