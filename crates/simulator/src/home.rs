//! The page at `/` for people: vendors, base URLs, test credentials, and by the control API the log and the faults.

use std::fmt::Write as _;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use crate::credentials as c;
use crate::environment;
use crate::mounts::MOUNTS;
use crate::site::Site;
use crate::vendor::Vendor;

const PAGE: &str = include_str!("home/page.html");
/// Everything is in the one file, and it talks to nobody but this server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn page(site: &Site, method: &Method) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let url = &site.shared.url;
    let vendors: String = Vendor::ALL.into_iter().map(|vendor| panel(url, vendor)).collect();
    let options: String = Vendor::ALL
        .into_iter()
        .map(|vendor| format!("<option value=\"{vendor}\">{}</option>", escape(title(vendor))))
        .collect();
    let page = PAGE.replacen("{{url}}", &escape(url), 1).replacen("{{vendors}}", &vendors, 1).replacen(
        "{{options}}",
        &options,
        1,
    );
    ([(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")], Html(page)).into_response()
}

/// One vendor: its APIs, the variables that point a client at them, and what else there is to try.
fn panel(url: &str, vendor: Vendor) -> String {
    let variables = environment::variables(url);
    let prefix = format!("{}_", vendor.name().to_uppercase());
    let own: Vec<_> = variables.iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
    let shell: String = own.iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect();
    let apis: Vec<_> = MOUNTS.iter().filter(|mount| mount.vendor == vendor).map(|mount| mount.prefix).collect();
    let rows: String = own.iter().map(|(name, value)| row(name, value)).collect();
    let more: String = others(vendor).iter().map(|(name, value)| row(name, value)).collect();
    let mut html = format!(
        "<section class=\"panel vendor\" data-vendor=\"{vendor}\" aria-label=\"{title}\">\
         <div class=\"head\"><h2>{title}</h2><span class=\"status needs-control\" title=\"{apis}\"></span></div>\n\
         <dl>{rows}</dl>\n",
        title = escape(title(vendor)),
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

fn row(name: &str, value: &str) -> String {
    let (name, value) = (escape(name), escape(value));
    format!(
        "<div class=\"entry\"><dt>{name}</dt><dd><button class=\"copy\" title=\"Copy\">{value}</button></dd></div>\n"
    )
}

fn title(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Ditio => "Ditio",
        Vendor::Bits => "Bits",
        Vendor::ItemPath => "ItemPath",
        Vendor::Dvinci => "d.vinci",
        Vendor::Digitaleo => "Digitaleo",
    }
}

/// Test credentials and fixed ids that have no variable.
fn others(vendor: Vendor) -> &'static [(&'static str, &'static str)] {
    match vendor {
        Vendor::Ditio => &[],
        Vendor::Bits => &[("workflow", c::BITS_WORKFLOW_ID)],
        Vendor::ItemPath => &[
            ("application user", c::ITEMPATH_APPLICATION_USERNAME),
            ("its password", c::ITEMPATH_APPLICATION_PASSWORD),
        ],
        Vendor::Dvinci => &[
            ("user with limits", c::DVINCI_LIMITED_CLIENT_ID),
            ("its API token", c::DVINCI_LIMITED_CLIENT_SECRET),
            ("portal user", c::DVINCI_PORTAL_USERNAME),
            ("its password", c::DVINCI_PORTAL_PASSWORD),
        ],
        Vendor::Digitaleo => &[
            ("person", c::DIGITALEO_USERNAME),
            ("password", c::DIGITALEO_PASSWORD),
            ("end user's token", c::DIGITALEO_FACEBOOK_TOKEN),
        ],
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
