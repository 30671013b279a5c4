//! The home page at `/`: vendors, base URLs, test credentials, and through the control API log and faults.

use std::fmt::Write as _;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::site::Site;
use crate::state::SharedState;
use crate::vendor::Vendor;
use crate::vendor::environment;
use crate::vendor::registry::{MOUNTS, other_credentials};

const PAGE: &str = include_str!("home/page.html");
/// Content security policy: the page is one file and connects to this server only.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Renders the page.
pub(crate) fn page(site: &Site, method: &Method) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let url = &site.shared.url;
    let vendors: String = Vendor::ALL.into_iter().map(|vendor| panel(&site.shared, vendor)).collect();
    let options: String = Vendor::ALL
        .into_iter()
        .map(|vendor| format!("<option value=\"{vendor}\">{}</option>", escape(vendor.title())))
        .collect();
    let page = PAGE.replacen("{{url}}", &escape(url), 1).replacen("{{vendors}}", &vendors, 1).replacen(
        "{{options}}",
        &options,
        1,
    );
    ([(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")], Html(page)).into_response()
}

/// Renders a vendor's panel: its APIs, environment variables and other credentials.
fn panel(shared: &SharedState, vendor: Vendor) -> String {
    let all = environment::variables(shared);
    let prefix = format!("{}_", vendor.name().to_uppercase());
    let variables: Vec<_> = all.iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
    let shell: String = variables.iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect();
    let apis: Vec<_> = MOUNTS.iter().filter(|mount| mount.vendor == vendor).map(|mount| mount.prefix).collect();
    let rows: String = variables.iter().map(|(name, value)| row(name, value)).collect();
    let more: String = other_credentials(vendor).iter().map(|(name, value)| row(name, value)).collect();
    let mut html = format!(
        "<section class=\"panel vendor\" data-vendor=\"{vendor}\" aria-label=\"{title}\">\
         <div class=\"head\"><h2>{title}</h2><span class=\"status needs-control\" title=\"{apis}\"></span></div>\n\
         <dl>{rows}</dl>\n",
        title = escape(vendor.title()),
        apis = escape(&apis.join(", ")),
    );
    if !more.is_empty() {
        let _ = writeln!(html, "<details><summary>Other users and ids</summary><dl>{more}</dl></details>");
    }
    let _ = writeln!(
        html,
        "<div class=\"tools\"><button class=\"copy\" data-copy=\"{}\">Copy for a shell</button>\
         <button class=\"needs-control\" data-action=\"expire\">Expire tokens</button>\
         <button class=\"needs-control\" data-action=\"revoke\">Revoke tokens</button>\
         <button class=\"needs-control client\" data-action=\"disable\">Disable client</button></div></section>",
        escape(&shell),
    );
    html
}

/// Renders a name with a value that a click copies.
fn row(name: &str, value: &str) -> String {
    let (name, value) = (escape(name), escape(value));
    format!(
        "<div class=\"entry\"><dt>{name}</dt><dd><button class=\"copy\" title=\"Copy\">{value}</button></dd></div>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
