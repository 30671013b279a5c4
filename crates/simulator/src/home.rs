//! The page at `/`: what is served, and where.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse, Response};

use crate::mounts::MOUNTS;
use crate::site::Site;

pub(crate) fn page(site: &Site) -> Response {
    let mut list = String::new();
    for mount in MOUNTS {
        let url = format!("{}{}", site.shared.url, mount.prefix);
        let _ = writeln!(list, "<li>{}: <code>{url}</code></li>", mount.title);
    }
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Keyfob simulator</title></head>\n\
         <body><h1>Keyfob simulator</h1>\n<ul>\n{list}</ul></body></html>\n"
    );
    Html(page).into_response()
}
