//! The OData reporting service: service document, metadata document and entity sets.
//!
//! The vendor publishes neither the path nor the names of the properties; those here are the simulator's own.

mod access;
mod entity_sets;
mod error;
mod filter;
mod metadata;
mod page;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::dvinci::app::App;
use crate::vendor::hosts;
use crate::web::Query;
use error::ODataError;

/// Path of the service.
const PATH: &str = "/odata";

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for slash in ["", "/"] {
        router = router.route(&format!("{PATH}{slash}"), get(service_document));
    }
    router.route(&format!("{PATH}/{{resource}}"), get(resource))
}

async fn service_document(State(app): State<App>, headers: HeaderMap) -> Response {
    let document = || Ok(respond("application/xml", metadata::service_document(&service_url(&app, &headers))));
    with_version(access::check(&app, &headers).and_then(|_| document()))
}

async fn resource(State(app): State<App>, Path(name): Path<String>, query: Query, headers: HeaderMap) -> Response {
    with_version(access::check(&app, &headers).and_then(|caller| {
        if name == "$metadata" {
            return Ok(respond("application/xml", metadata::document()));
        }
        let set = entity_sets::find(&name).ok_or_else(|| ODataError::not_found(&name))?;
        let page = page::render(&app.store(), set, caller, &query, &service_url(&app, &headers))?;
        Ok(respond("application/json;odata.metadata=minimal", page.to_string()))
    }))
}

fn respond(media: &'static str, body: String) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, media)], body).into_response()
}

fn with_version(result: Result<Response, ODataError>) -> Response {
    let mut response = result.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().insert("odata-version", HeaderValue::from_static("4.0"));
    response
}

/// Returns the URL of the service with the host that the client has used, so that links lead back to it.
fn service_url(app: &App, headers: &HeaderMap) -> String {
    let url = &app.shared().url;
    let authority = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    match (url.split_once("://"), authority) {
        (Some((scheme, _)), Some(authority)) => {
            let is_tenant = hosts::is_known(&authority.host().to_ascii_lowercase());
            format!("{scheme}://{authority}{}{PATH}", if is_tenant { "" } else { "/dvinci" })
        }
        _ => format!("{url}/dvinci{PATH}"),
    }
}
