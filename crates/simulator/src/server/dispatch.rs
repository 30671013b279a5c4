//! One request: logged, hit by a fault or not, and given to the router whose prefix it has.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::site::Site;
use super::wire::Kill;
use super::{control, home};
use crate::fault::{self, Fault, Outcome};
use crate::log::Tap;
use crate::vendor::registry::{self, Mount};

/// The connection was reset instead of an answer.
#[derive(Debug)]
pub(super) struct Reset;

impl std::fmt::Display for Reset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the simulator reset the connection on purpose")
    }
}

impl std::error::Error for Reset {}

pub(super) async fn serve(
    site: Arc<Site>,
    kill: Kill,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Reset> {
    let request = request.map(Body::new);
    let path = request.uri().path();
    if path == "/" {
        return Ok(home::page(&site, request.method()));
    }
    if path == "/_control" || path.starts_with("/_control/") {
        return Ok(control::answer(&site, peer, request).await);
    }
    if let Some((number, mount)) = registry::find(path) {
        return vendor(&site, kill, number, mount, request).await;
    }
    let (head, _) = request.into_parts();
    let entry = site.shared.log.arrived(None, &head);
    site.shared.log.answered(entry, 404, &Tap::default(), None);
    Ok(StatusCode::NOT_FOUND.into_response())
}

async fn vendor(
    site: &Site,
    kill: Kill,
    number: usize,
    mount: &Mount,
    request: Request<Body>,
) -> Result<Response<Body>, Reset> {
    let shared = &site.shared;
    let (mut head, body) = request.into_parts();
    let entry = shared.log.arrived(Some(mount.vendor), &head);
    let tap = Tap::on(&head.headers);
    let body = tap.watch(body);
    let path = head.uri.path();
    let inner = &path[mount.prefix.len()..];
    if head.method == Method::POST && mount.token_paths.iter().any(|token| token.eq_ignore_ascii_case(inner)) {
        shared.tokens.count_request(mount.vendor);
    }
    let fault = shared.faults.pick(mount.vendor, head.method.as_str(), path);
    let outcome = match &fault {
        Some(fault) => fault::before(fault).await,
        None => Outcome::Go,
    };
    let outcome = match outcome {
        Outcome::Go => {
            head.uri = without_prefix(&head.uri, mount.prefix);
            let router = TowerToHyperService::new(site.router(number));
            let Ok(response) = router.call(Request::from_parts(head, body)).await;
            match &fault {
                Some(fault) => fault::after(fault, response).await,
                None => Outcome::Answer(response),
            }
        }
        Outcome::Answer(response) => {
            crate::web::drain(body).await;
            Outcome::Answer(response)
        }
        Outcome::Reset => Outcome::Reset,
    };
    let kind = fault.as_ref().map(Fault::name);
    match outcome {
        Outcome::Answer(response) => {
            shared.log.answered(entry, response.status().as_u16(), &tap, kind);
            Ok(response)
        }
        Outcome::Go | Outcome::Reset => {
            shared.log.answered(entry, 0, &tap, kind);
            kill.pull();
            Err(Reset)
        }
    }
}

/// The URI as the vendor's own server would see it.
fn without_prefix(uri: &Uri, prefix: &str) -> Uri {
    let rest = uri.path_and_query().map_or("/", |whole| &whole.as_str()[prefix.len()..]);
    let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    rest.parse().expect("the rest of a URI that was parsed")
}
