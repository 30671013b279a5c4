//! The feed of the current job publications of a portal, as JSON and as XML.

mod element;
mod xml;

use axum::Router;
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::dvinci::api_error::ApiError;
use crate::dvinci::app::App;
use crate::dvinci::portal::access::{self, Portal};
use crate::dvinci::portal::online::online;
use crate::dvinci::rest::query;
use crate::dvinci::store::row::{Row, number, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::language::Language;
use crate::web::Query;
use element::ElementRenderer;

/// Maximum number of cached feeds.
const MAX_CACHED: usize = 200;

pub(in crate::dvinci) fn routes() -> Router<App> {
    let mut router = Router::new();
    for prefix in ["", "/portal/{portal}"] {
        for file in ["list.json", "list.xml"] {
            router = router.route(&format!("{prefix}/jobPublication/{file}"), get(get_feed));
        }
    }
    router
}

async fn get_feed(
    State(app): State<App>,
    params: RawPathParams,
    query: Query,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let name = params.iter().find(|(name, _)| *name == "portal").map(|(_, value)| value);
    let portal = match access::portal_for_feed(name.unwrap_or_default(), &headers) {
        Ok(portal) => portal,
        Err(error) => return error.into_response(),
    };
    let is_xml = uri.path().strip_suffix("xml").is_some();
    match feed_body(&app, portal, &query, is_xml) {
        Ok(body) => {
            let media = if is_xml { "application/xml" } else { "application/json" };
            let media = format!("{media};charset=UTF-8");
            (StatusCode::OK, [(header::CONTENT_TYPE, media)], body).into_response()
        }
        Err(error) => error.into_response(),
    }
}

fn feed_body(app: &App, portal: Portal, query: &Query, is_xml: bool) -> Result<String, ApiError> {
    let now = app.shared().clock.now();
    let feed_query = FeedQuery::parse(query)?;
    let key = format!("{}|{is_xml}|{feed_query:?}", portal.name);
    if let Some(seconds) = query::integer(query, "maxCacheAge")? {
        let oldest = TimeDelta::try_seconds(seconds).and_then(|age| now.checked_sub_signed(age));
        if let Some((at, body)) = app.cache().get(&key)
            && oldest.is_none_or(|oldest| *at >= oldest)
        {
            return Ok(body.clone());
        }
    }
    let body = render_feed(app, portal, &feed_query, now, is_xml);
    let mut cache = app.cache();
    if cache.len() >= MAX_CACHED {
        cache.clear();
    }
    cache.insert(key, (now, body.clone()));
    Ok(body)
}

fn render_feed(app: &App, portal: Portal, feed_query: &FeedQuery, now: DateTime<Utc>, is_xml: bool) -> String {
    let renderer = ElementRenderer {
        small: feed_query.small,
        language: feed_query.language,
        base_url: format!("{}/dvinci", app.shared().url),
        portal,
    };
    let store = app.store();
    let rendered = store.rows(Table::JobPublications).filter_map(|publication| {
        let (opening, placement) = online(&store, publication, now)?;
        feed_query.matches(opening).then(|| renderer.element(&store, publication, opening, placement))
    });
    let elements: Vec<Value> = rendered.collect();
    if is_xml { xml::write(&elements) } else { json!(elements).to_string() }
}

/// Parameters of a feed request.
#[derive(Debug)]
struct FeedQuery {
    small: bool,
    language: Language,
    kind: Option<String>,
    unit: Option<i64>,
    category: Option<String>,
    target_group: Option<String>,
    location: Option<String>,
}

impl FeedQuery {
    fn parse(query: &Query) -> Result<Self, ApiError> {
        let language = match query.non_blank("lang") {
            None => Language::German,
            Some(lang) => {
                let known = Language::parse(lang);
                known.ok_or_else(|| ApiError::Unreadable(format!("Locale not supported: {lang}")))?
            }
        };
        let owned = |name: &str| query.non_blank(name).map(str::to_owned);
        Ok(Self {
            small: query.non_blank("fields") == Some("small"),
            language,
            kind: owned("type"),
            unit: query::integer(query, "orgUnitId")?,
            category: owned("categoryId"),
            target_group: owned("targetGroup"),
            location: owned("locationId"),
        })
    }

    fn matches(&self, opening: &Row) -> bool {
        let has = |name: &str, expected: &Option<String>| {
            let ids = opening.get(name).and_then(Value::as_array);
            expected.as_ref().is_none_or(|expected| ids.is_some_and(|ids| ids.iter().any(|id| id == expected)))
        };
        self.kind.as_ref().is_none_or(|kind| text(opening, "type") == kind)
            && self.unit.is_none_or(|unit| number(opening, "orgUnitId") == Some(unit))
            && has("categoryIds", &self.category)
            && has("targetGroups", &self.target_group)
            && has("locationIds", &self.location)
    }
}
