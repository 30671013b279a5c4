//! The feed of job publications, as JSON and as XML: what a portal shows now.

mod element;
mod xml;

use std::collections::HashMap;

use axum::Router;
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::app::App;
use super::call::Row;
use super::filters;
use super::portals::{self, Portal};
use super::reply::Refusal;
use super::show::Language;
use super::showings;
use super::store::Store;
use super::table::{Table, number, text};
use crate::web::Query;
use element::Shape;

/// Answers by portal, path and query, with the time of each.
pub(super) type Cache = HashMap<String, (DateTime<Utc>, String)>;

/// Answers that are kept at most.
const MAX_CACHED: usize = 200;

pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for prefix in ["", "/portal/{portal}"] {
        for file in ["list.json", "list.xml"] {
            router = router.route(&format!("{prefix}/jobPublication/{file}"), get(feed));
        }
    }
    router
}

async fn feed(State(app): State<App>, params: RawPathParams, query: Query, uri: Uri, headers: HeaderMap) -> Response {
    let name = params.iter().find(|(name, _)| *name == "portal").map(|(_, value)| value);
    let portal = match portals::readable(name.unwrap_or_default(), &headers) {
        Ok(portal) => portal,
        Err(closed) => return closed.into_response(),
    };
    let is_xml = uri.path().strip_suffix("xml").is_some();
    match answer(&app, portal, &query, is_xml) {
        Ok(body) => {
            let media = if is_xml { "application/xml" } else { "application/json" };
            let media = format!("{media};charset=UTF-8");
            (StatusCode::OK, [(header::CONTENT_TYPE, media)], body).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn answer(app: &App, portal: Portal, query: &Query, is_xml: bool) -> Result<String, Refusal> {
    let now = app.shared().clock.now();
    let asked = Asked::read(query)?;
    let key = format!("{}|{is_xml}|{asked:?}", portal.name);
    if let Some(seconds) = filters::integer(query, "maxCacheAge")? {
        let oldest = TimeDelta::try_seconds(seconds).and_then(|age| now.checked_sub_signed(age));
        if let Some((at, body)) = app.cache().get(&key)
            && oldest.is_none_or(|oldest| *at >= oldest)
        {
            return Ok(body.clone());
        }
    }
    let body = fresh(app, portal, &asked, now, is_xml);
    let mut cache = app.cache();
    if cache.len() >= MAX_CACHED {
        cache.clear();
    }
    cache.insert(key, (now, body.clone()));
    Ok(body)
}

fn fresh(app: &App, portal: Portal, asked: &Asked, now: DateTime<Utc>, is_xml: bool) -> String {
    let shape =
        Shape { small: asked.small, language: asked.language, base: format!("{}/dvinci", app.shared().url), portal };
    let store = app.store();
    let shown = store.rows(Table::JobPublications).filter_map(|publication| {
        let (opening, showing) = online(&store, publication, now)?;
        asked.wants(opening).then(|| shape.element(&store, publication, opening, showing))
    });
    let elements: Vec<Value> = shown.collect();
    if is_xml { xml::write(&elements) } else { json!(elements).to_string() }
}

/// The job opening of a publication that the career site shows now, and the placement that does.
pub(super) fn online<'a>(store: &'a Store, publication: &'a Row, now: DateTime<Utc>) -> Option<(&'a Row, &'a Row)> {
    let opening = store.numbered(Table::JobOpenings, number(publication, "jobOpeningId")?)?;
    if text(publication, "status") != "ACTIVE" || text(opening, "status") != "ACTIVE" {
        return None;
    }
    let at = |showing: &Row, name: &str| super::instants::of(showing, name);
    let mut showings = publication["placements"].as_array()?.iter().filter_map(Value::as_object);
    let showing = showings.find(|showing| {
        showings::is_on(store, showing, "HOMEPAGE")
            && at(showing, "startDate").is_none_or(|start| start <= now)
            && at(showing, "endDate").is_none_or(|end| now < end)
    })?;
    Some((opening, showing))
}

/// What the query asks for.
#[derive(Debug)]
struct Asked {
    small: bool,
    language: Language,
    kind: Option<String>,
    unit: Option<i64>,
    category: Option<String>,
    target_group: Option<String>,
    location: Option<String>,
}

impl Asked {
    fn read(query: &Query) -> Result<Self, Refusal> {
        let language = match query.non_blank("lang") {
            None => Language::German,
            Some(lang) => {
                let known = Language::parse(lang);
                known.ok_or_else(|| Refusal::Unreadable(format!("Locale not supported: {lang}")))?
            }
        };
        let owned = |name: &str| query.non_blank(name).map(str::to_owned);
        Ok(Self {
            small: query.non_blank("fields") == Some("small"),
            language,
            kind: owned("type"),
            unit: filters::integer(query, "orgUnitId")?,
            category: owned("categoryId"),
            target_group: owned("targetGroup"),
            location: owned("locationId"),
        })
    }

    fn wants(&self, opening: &Row) -> bool {
        let has = |name: &str, asked: &Option<String>| {
            let ids = opening.get(name).and_then(Value::as_array);
            asked.as_ref().is_none_or(|asked| ids.is_some_and(|ids| ids.iter().any(|id| id == asked)))
        };
        self.kind.as_ref().is_none_or(|kind| text(opening, "type") == kind)
            && self.unit.is_none_or(|unit| number(opening, "orgUnitId") == Some(unit))
            && has("categoryIds", &self.category)
            && has("targetGroups", &self.target_group)
            && has("locationIds", &self.location)
    }
}
