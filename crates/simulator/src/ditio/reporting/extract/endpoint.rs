//! The routes: one handler for all tables.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use serde_json::Value;

use crate::ditio::audience::{self, Audience};
use crate::ditio::reporting::api_error::ApiError;
use crate::ditio::reporting::extract::cursor::Cursor;
use crate::ditio::reporting::extract::page::Page;
use crate::ditio::reporting::extract::query::ExtractQuery;
use crate::ditio::reporting::items;
use crate::ditio::reporting::tables::overlay::Key;
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::store::Store;
use crate::ditio::reporting::tables::table::{DitioTable, LastPageToken};
use crate::ditio::world::COMPANIES;
use crate::state::SharedState;
use crate::web::{Query, Routes};

#[derive(Clone)]
struct Api {
    shared: SharedState,
    store: Arc<Store>,
}

pub(in crate::ditio::reporting) fn router(shared: &SharedState, store: Arc<Store>) -> Router {
    let mut routes = Routes::new().route("/v1/item-registrations/web-query", get(list_items));
    for table in DitioTable::ALL {
        let list = move |State(api): State<Api>, query: Query| async move { list(api, table, query).await };
        routes = routes.route(table.path(), get(list));
    }
    let switches = Arc::clone(&store);
    let audience = Audience::new(shared, "reportingapiv1", move || switches.switches().missing_scope_status);
    let api = Api { shared: shared.clone(), store };
    routes.map(|router| audience::require(router, audience)).finish(api)
}

async fn list(api: Api, table: DitioTable, query: Query) -> Response {
    // On the blocking pool: a page can have 10,000 computed rows.
    let work =
        tokio::task::spawn_blocking(move || extract(&api, table, &query).unwrap_or_else(ApiError::into_response));
    work.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn list_items(State(api): State<Api>, query: Query) -> Response {
    items::respond(api.store, &query).unwrap_or_else(ApiError::into_response)
}

/// A page in the vendor's format.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    data: Option<&'a [Row]>,
    links: Links,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<Value>,
    sync_type_name: &'static str,
    record_count: usize,
    deleted_record_count: usize,
}

#[derive(Serialize)]
struct Links {
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

fn extract(api: &Api, table: DitioTable, query: &Query) -> Result<Response, ApiError> {
    let store = &api.store;
    let switches = store.switches();
    if table == DitioTable::CrewListRegistrations && !switches.crew_list {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    if table.is_administrators_only() && !switches.administrator {
        return Err(ApiError::forbidden("The emulation user must be an administrator."));
    }
    let extract_query =
        ExtractQuery::parse(table, query, api.shared.clock.now(), switches.strict_machine_registrations)?;
    check_access(store, &extract_query)?;
    if switches.empty_pages
        && let Some(cursor) = extract_query.cursor.as_ref().filter(|cursor| !cursor.empty_page_sent)
    {
        let after = cursor.after.clone();
        return Ok(envelope(table, &extract_query, None, Some((after, true))));
    }
    let page = store.table(table).page(&store.context, &extract_query, switches.repeated_deletions);
    let next_position = page.next_after.clone();
    Ok(envelope(table, &extract_query, Some(&page), next_position.map(|key| (key, false))))
}

/// Returns a 403 if the requested project or company is not visible to the client.
fn check_access(store: &Store, extract_query: &ExtractQuery) -> Result<(), ApiError> {
    if let Some(company) = &extract_query.filter.company
        && COMPANIES[..2].iter().all(|own| own.id != company)
    {
        return Err(ApiError::forbidden(format!("No access to company '{company}'.")));
    }
    if let Some(project) = &extract_query.filter.project
        && !store.has_known_id(DitioTable::Project, project)
    {
        return Err(ApiError::forbidden(format!("No access to project '{project}'.")));
    }
    Ok(())
}

/// Builds the response. `page` is `None` for an injected empty page; `next` is the position of the next page and whether
/// the empty page has been sent.
fn envelope(
    table: DitioTable,
    extract_query: &ExtractQuery,
    page: Option<&Page>,
    next: Option<(Key, bool)>,
) -> Response {
    let token = next.map(|(after, empty_page_sent)| Cursor { after, empty_page_sent }.encode(&extract_query.binding));
    let envelope = Envelope {
        data: page.map(|page| page.rows.as_slice()),
        links: Links { next: token.as_ref().map(|token| extract_query.next_link(table, token)) },
        continuation_token: match (token, table.last_page_token()) {
            (Some(token), _) => Some(token.into()),
            (None, LastPageToken::Absent) => None,
            (None, LastPageToken::Null) => Some(Value::Null),
            (None, LastPageToken::Empty) => Some("".into()),
        },
        sync_type_name: if extract_query.incremental { "incremental" } else { "full" },
        record_count: page.map_or(0, |page| page.rows.len()),
        deleted_record_count: page.map_or(0, |page| page.deleted),
    };
    let body = serde_json::to_vec(&envelope).expect("rows are JSON");
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}
