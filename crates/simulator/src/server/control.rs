//! The control API under `/_control`: the same knobs as the Rust handle, for other processes on this machine.

mod tokens;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::uri::Authority;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::site::Site;
use crate::fault::Fault;
use crate::state::clock::iso;
use crate::vendor::Vendor;
use crate::vendor::registry::{self, MOUNTS};
use crate::web::Query;
use crate::webhook;

/// Larger commands are refused.
const MAX_COMMAND: usize = 1024 * 1024;

/// How the clock is moved.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Seconds, a fraction is fine.
    advance: f64,
}

/// Answers one command; 404 when the control API is off, 403 to other machines and to pages of other sites.
pub(crate) async fn answer(site: &Site, peer: SocketAddr, request: Request<Body>) -> Response {
    if !site.shared.options.control {
        return StatusCode::NOT_FOUND.into_response();
    }
    if !peer.ip().to_canonical().is_loopback() || is_foreign(&request) {
        return refuse(StatusCode::FORBIDDEN, "the control API answers this machine only");
    }
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_COMMAND).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the command is too long");
    };
    let query = Query::parse(head.uri.query().unwrap_or_default().as_bytes());
    let segments: Vec<&str> = head.uri.path().trim_matches('/').split('/').skip(1).collect();
    let done = match (&head.method, segments.as_slice()) {
        (&Method::GET, ["state"]) => Ok(state(site)),
        (&Method::GET, ["log"]) => Ok(log(site, &query)),
        (&Method::POST, ["clock"]) => parse(&body).and_then(|command| clock(site, &command)),
        (&Method::POST, ["tokens"]) => parse(&body).map(|command| tokens::apply(site, &command)),
        (&Method::GET, ["faults"]) => Ok(json!({ "faults": site.shared.faults.list() })),
        (&Method::POST, ["faults"]) => {
            parse::<Fault>(&body).map(|fault| json!({ "id": site.shared.faults.add(fault) }))
        }
        (&Method::DELETE, ["faults"]) => {
            site.shared.faults.clear();
            Ok(json!({ "faults": [] }))
        }
        (&Method::DELETE, ["faults", id]) => {
            if !id.parse().is_ok_and(|id| site.shared.faults.remove(id)) {
                return refuse(StatusCode::NOT_FOUND, "no such fault");
            }
            Ok(json!({ "faults": site.shared.faults.list() }))
        }
        (&Method::POST, ["webhooks"]) => match parse(&body) {
            Ok(webhook) => webhook::deliver(&site.shared, &webhook)
                .await
                .map(|deliveries| json!({ "deliveries": deliveries }))
                .map_err(|error| error.to_string()),
            Err(why) => Err(why),
        },
        (&Method::POST, ["reset"]) => {
            site.reset();
            Ok(state(site))
        }
        (method, path) => match registry::control(path) {
            Some((handler, rest)) => handler(&site.shared, method, rest, &body),
            None => return refuse(StatusCode::NOT_FOUND, "no such command: see the simulator's README"),
        },
    };
    done.map_or_else(|why| refuse(StatusCode::BAD_REQUEST, &why), |answer| Json(answer).into_response())
}

/// A browser names the page that a request comes from; only the simulator's own may command it. A page whose name was
/// made to lead here has that name as its host, too: by name there is only `localhost`.
fn is_foreign(request: &Request<Body>) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or_else(|| request.uri().authority().map(Authority::as_str)).unwrap_or_default();
    if !host.parse::<Authority>().is_ok_and(|authority| is_here(authority.host())) {
        return true;
    }
    text(header::ORIGIN).is_some_and(|origin| origin.split_once("://").map(|(_, origin)| origin) != Some(host))
}

fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn refuse(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "message": why }))).into_response()
}

fn clock(site: &Site, command: &Advance) -> Result<Value, String> {
    let by = Duration::try_from_secs_f64(command.advance).map_err(|_| "the clock moves forward only".to_owned())?;
    site.shared.clock.advance(by);
    Ok(state(site))
}

fn log(site: &Site, query: &Query) -> Value {
    let since = query.get("since").and_then(|since| since.parse().ok()).unwrap_or(0);
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    json!({ "total": site.shared.log.total(), "requests": site.shared.log.since(since, limit) })
}

fn state(site: &Site) -> Value {
    let shared = &site.shared;
    let vendors = Vendor::ALL.into_iter().map(|vendor| {
        json!({
            "vendor": vendor,
            "tokenRequests": shared.tokens.requests(vendor),
            "liveTokens": shared.tokens.live(&shared.clock, vendor),
            "clientDisabled": shared.tokens.is_client_disabled(vendor),
        })
    });
    let apis = MOUNTS.iter().map(|mount| {
        json!({ "title": mount.title, "vendor": mount.vendor, "url": format!("{}{}", shared.url, mount.prefix) })
    });
    json!({
        "url": shared.url,
        "seed": shared.options.seed,
        "scale": shared.options.scale,
        "now": iso(shared.clock.now()),
        "advancedSeconds": shared.clock.advanced().as_secs_f64(),
        "requests": shared.log.total(),
        "apis": apis.collect::<Vec<_>>(),
        "vendors": vendors.collect::<Vec<_>>(),
        "faults": shared.faults.list(),
    })
}
