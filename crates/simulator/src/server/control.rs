//! The control API under `/_control`: the functions of the Rust handle, for other processes on this machine.

mod description;
mod tokens;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::uri::Authority;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::site::Site;
use crate::control::{no_members, parse};
use crate::fault::Fault;
use crate::state::clock::format_iso;
use crate::vendor::Vendor;
use crate::vendor::registry::{self, MOUNTS};
use crate::web::Query;
use crate::webhook;

/// Maximum size of a command, in bytes: a world can have thousands of entries.
const MAX_COMMAND_BYTES: usize = 16 * 1024 * 1024;

/// Body of `POST /_control/clock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Seconds; may have a fraction.
    advance: f64,
}

/// Handles a command. Responds with 404 if the control API is off, and with 403 to other machines and to pages of other
/// sites.
pub(crate) async fn handle(site: &Site, peer: SocketAddr, request: Request<Body>) -> Response {
    if !site.shared.options.control {
        return StatusCode::NOT_FOUND.into_response();
    }
    if !peer.ip().to_canonical().is_loopback() || is_cross_site(&request) {
        return error(
            StatusCode::FORBIDDEN,
            "the control API accepts requests from this machine only: use the host `localhost` or an IP address",
        );
    }
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_COMMAND_BYTES).await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "the command is longer than 16 MiB");
    };
    let query = Query::parse(head.uri.query().unwrap_or_default().as_bytes());
    let segments: Vec<&str> = head.uri.path().trim_matches('/').split('/').skip(1).collect();
    if let Err(message) = check_query(&segments, &query) {
        return error(StatusCode::BAD_REQUEST, &message);
    }
    let result = match (&head.method, segments.as_slice()) {
        (&Method::GET, []) => Ok(description::describe()),
        (&Method::GET, ["state"]) => Ok(state(site)),
        (&Method::GET, ["log"]) => log(site, &query),
        (&Method::POST, ["clock"]) => parse(&body).and_then(|command| clock(site, &command)),
        (&Method::POST, ["tokens"]) => parse(&body).and_then(|command| tokens::apply(site, &command)),
        (&Method::GET, ["faults"]) => Ok(json!({ "faults": site.shared.faults.list() })),
        (&Method::POST, ["faults"]) => {
            let fault = parse(&body).and_then(Fault::from_json);
            fault.map(|fault| json!({ "id": site.shared.faults.add(fault) }))
        }
        (&Method::DELETE, ["faults"]) => no_members(&body).map(|()| {
            site.shared.faults.clear();
            json!({ "faults": [] })
        }),
        (&Method::DELETE, ["faults", id]) => {
            if !id.parse().is_ok_and(|id| site.shared.faults.remove(id)) {
                return error(StatusCode::NOT_FOUND, "no fault has this id; list the faults with GET /_control/faults");
            }
            Ok(json!({ "faults": site.shared.faults.list() }))
        }
        (&Method::POST, ["webhooks"]) => match parse(&body) {
            Ok(webhook) => webhook::deliver(&site.shared, &webhook)
                .await
                .map(|deliveries| json!({ "deliveries": deliveries }))
                .map_err(|error| error.to_string()),
            Err(message) => Err(message),
        },
        (&Method::GET, ["world"]) => Ok(site.world()),
        (&Method::POST, ["world"]) => {
            let world = std::str::from_utf8(&body).map_err(|error| error.to_string()).and_then(str::parse);
            world.map(|world| {
                site.load(world);
                state(site)
            })
        }
        (&Method::POST, ["reset"]) => no_members(&body).map(|()| {
            site.reset();
            state(site)
        }),
        (method, path) => match registry::control(path) {
            Some((handle, rest)) => handle(&site.shared, method, rest, &body),
            None => return error(StatusCode::NOT_FOUND, "unknown command: GET /_control lists the commands"),
        },
    };
    result.map_or_else(|message| error(StatusCode::BAD_REQUEST, &message), |body| Json(body).into_response())
}

/// Returns true if a request comes from a page of another site.
///
/// Browsers send the page's origin, which must be the simulator's. A page whose host name resolves to this machine (DNS
/// rebinding) sends that name as the host, so the only host name accepted is `localhost`.
fn is_cross_site(request: &Request<Body>) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or_else(|| request.uri().authority().map(Authority::as_str)).unwrap_or_default();
    if !host.parse::<Authority>().is_ok_and(|authority| is_local_host(authority.host())) {
        return true;
    }
    text(header::ORIGIN).is_some_and(|origin| origin.split_once("://").map(|(_, origin)| origin) != Some(host))
}

fn is_local_host(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

/// Refuses query parameters that the command does not take.
fn check_query(command: &[&str], query: &Query) -> Result<(), String> {
    let (known, advice): (&[&str], _) = match command {
        ["log"] => (&["since", "limit"], "the parameters are since and limit"),
        _ => (&[], "this call takes none"),
    };
    let unknown = query.iter().find(|(name, _)| !known.iter().any(|known| known.eq_ignore_ascii_case(name)));
    unknown.map_or(Ok(()), |(name, _)| Err(format!("unknown query parameter `{name}`: {advice}")))
}

fn clock(site: &Site, command: &Advance) -> Result<Value, String> {
    let by = Duration::try_from_secs_f64(command.advance)
        .map_err(|_| "`advance` must be a number of seconds, zero or more".to_owned())?;
    if !site.shared.clock.advance(by) {
        return Err("`advance` is too large: simulated time cannot pass the end of the year 9999".to_owned());
    }
    Ok(state(site))
}

fn log(site: &Site, query: &Query) -> Result<Value, String> {
    let number = |name: &str| -> Result<Option<u64>, String> {
        let Some(text) = query.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("`{name}` must be an integer, zero or more"))
    };
    let (since, limit) = (number("since")?.unwrap_or(0), number("limit")?.unwrap_or(u64::MAX));
    let requests = site.shared.log.since(since, usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(json!({ "total": site.shared.log.total(), "requests": requests }))
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
        "now": format_iso(shared.clock.now()),
        "advancedSeconds": shared.clock.advanced().as_secs_f64(),
        "requests": shared.log.total(),
        "apis": apis.collect::<Vec<_>>(),
        "vendors": vendors.collect::<Vec<_>>(),
        "faults": shared.faults.list(),
    })
}
