//! Dispatch of one request: log it, apply faults, call the router of its path prefix.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{DATE, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::site::Site;
use super::wire::ResetSwitch;
use super::{compression, control, home};
use crate::fault::{self, Fault, Outcome};
use crate::log::BodyRecorder;
use crate::state::clock::format_http;
use crate::vendor::hosts;
use crate::vendor::registry::{self, Mount};

/// Error that resets the connection instead of a response.
#[derive(Debug)]
pub(super) struct Reset;

impl std::fmt::Display for Reset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection reset by an injected fault")
    }
}

impl std::error::Error for Reset {}

/// Handles a request to any path. The `Date` of the response is simulated time, with which clients compare their clock.
pub(super) async fn serve(
    site: Arc<Site>,
    reset: ResetSwitch,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Reset> {
    let mut response = respond(&site, reset, peer, request).await?;
    if let Ok(date) = HeaderValue::try_from(format_http(site.shared.clock.now())) {
        response.headers_mut().entry(DATE).or_insert(date);
    }
    Ok(response)
}

async fn respond(
    site: &Arc<Site>,
    reset: ResetSwitch,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Reset> {
    let mut request = request.map(Body::new);
    let host = request_host(&request);
    if hosts::is_known(&host) {
        match hosts::local_path(&host, request.uri().path()) {
            Some(path) => *request.uri_mut() = with_path(request.uri(), path),
            None => return Ok(not_found(site, request)),
        }
    }
    let path = request.uri().path();
    if path == "/" {
        return Ok(home::page(site, request.method()));
    }
    if path == "/_control" || path.starts_with("/_control/") {
        return Ok(control::handle(site, peer, request).await);
    }
    if let Some((index, mount)) = registry::find(path) {
        return call_vendor(site, reset, index, mount, request).await;
    }
    Ok(not_found(site, request))
}

/// Returns the host name that a request is for, in lower case and without the port. A request to a proxy has it in its URI.
fn request_host(request: &Request<Body>) -> String {
    let header = || request.headers().get(HOST)?.to_str().ok()?.parse::<Authority>().ok();
    let authority = request.uri().authority().cloned().or_else(header);
    authority.map(|authority| authority.host().to_ascii_lowercase()).unwrap_or_default()
}

/// Returns the URI with another path and without its host.
fn with_path(uri: &Uri, path: String) -> Uri {
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    path.parse().expect("the parts of a valid URI are valid")
}

fn not_found(site: &Site, request: Request<Body>) -> Response<Body> {
    let (head, _) = request.into_parts();
    let entry = site.shared.log.record_request(None, &head);
    site.shared.log.record_response(entry, 404, &BodyRecorder::default(), None);
    StatusCode::NOT_FOUND.into_response()
}

/// Calls a vendor's router, with the fault that hits the request.
async fn call_vendor(
    site: &Site,
    reset: ResetSwitch,
    index: usize,
    mount: &Mount,
    request: Request<Body>,
) -> Result<Response<Body>, Reset> {
    let shared = &site.shared;
    let (mut head, body) = request.into_parts();
    let entry = shared.log.record_request(Some(mount.vendor), &head);
    let recorder = BodyRecorder::new(&head.headers);
    let body = recorder.wrap(body);
    let path = head.uri.path();
    let inner = &path[mount.prefix.len()..];
    if head.method == Method::POST && mount.token_paths.iter().any(|token| token.eq_ignore_ascii_case(inner)) {
        shared.tokens.count_request(mount.vendor);
    }
    let fault = shared.faults.pick(mount.vendor, head.method.as_str(), path);
    let outcome = match &fault {
        Some(fault) => fault::before(fault).await,
        None => Outcome::Continue,
    };
    let outcome = match outcome {
        Outcome::Continue => {
            head.uri = without_prefix(&head.uri, mount.prefix);
            let compressed = head.method != Method::HEAD && compression::accepts_gzip(&head.headers);
            let router = TowerToHyperService::new(site.router(index));
            let Ok(response) = router.call(Request::from_parts(head, body)).await;
            match &fault {
                Some(fault) => fault::after(fault, response).await,
                // Faults change the bytes of the body as clients see them.
                None if compressed => Outcome::Respond(compression::compress(response).await),
                None => Outcome::Respond(response),
            }
        }
        Outcome::Respond(response) => {
            crate::web::drain(body).await;
            Outcome::Respond(response)
        }
        Outcome::Reset => Outcome::Reset,
    };
    let kind = fault.as_ref().map(Fault::name);
    match outcome {
        Outcome::Respond(response) => {
            shared.log.record_response(entry, response.status().as_u16(), &recorder, kind);
            Ok(response)
        }
        Outcome::Continue | Outcome::Reset => {
            shared.log.record_response(entry, 0, &recorder, kind);
            reset.trigger();
            Err(Reset)
        }
    }
}

/// Returns the URI without the mount's prefix, as the vendor's own server would receive it.
fn without_prefix(uri: &Uri, prefix: &str) -> Uri {
    let rest = uri.path_and_query().map_or("/", |path| &path.as_str()[prefix.len()..]);
    let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    rest.parse().expect("a suffix of a valid URI is valid")
}
