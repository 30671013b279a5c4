//! The routes: one handler for every table.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use serde_json::Value;

use super::ask::Ask;
use super::cursor::Cursor;
use super::extract::Page;
use super::items;
use super::overlay::Key;
use super::refusal::Refusal;
use super::row::Row;
use super::store::Store;
use super::table::{DitioTable, End};
use crate::ditio::audience::{self, Audience};
use crate::ditio::world::COMPANIES;
use crate::state::SharedState;
use crate::web::{Query, Routes};

#[derive(Clone)]
struct Api {
    shared: SharedState,
    store: Arc<Store>,
}

pub(super) fn router(shared: &SharedState, store: Arc<Store>) -> Router {
    let mut routes = Routes::new().route("/v1/item-registrations/web-query", get(web_query));
    for table in DitioTable::ALL {
        let list = move |State(api): State<Api>, query: Query| async move { list(api, table, query).await };
        routes = routes.route(table.path(), get(list));
    }
    let switches = Arc::clone(&store);
    let audience = Audience::new(shared, "reportingapiv1", move || switches.switches().missing_scope_status);
    let api = Api { shared: shared.clone(), store };
    routes.map(|router| audience::guard(router, audience)).finish(api)
}

async fn list(api: Api, table: DitioTable, query: Query) -> Response {
    // Ten thousand rows take a while to compute.
    let work = tokio::task::spawn_blocking(move || answer(&api, table, &query).unwrap_or_else(Refusal::into_response));
    work.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn web_query(State(api): State<Api>, query: Query) -> Response {
    items::answer(api.store, &query).unwrap_or_else(Refusal::into_response)
}

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

fn answer(api: &Api, table: DitioTable, query: &Query) -> Result<Response, Refusal> {
    let store = &api.store;
    let switches = store.switches();
    if table == DitioTable::CrewListRegistrations && !switches.crew_list {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    if table.is_for_administrators() && !switches.administrator {
        return Err(Refusal::forbidden("The emulation user must be an administrator."));
    }
    let ask = Ask::read(table, query, api.shared.clock.now())?;
    allow(store, &ask)?;
    if switches.empty_pages
        && let Some(cursor) = ask.cursor.as_ref().filter(|cursor| !cursor.paused)
    {
        let after = cursor.after.clone();
        return Ok(envelope(table, &ask, None, Some((after, true))));
    }
    let page = store.table(table).page(&store.context, &ask, switches.repeated_deletions);
    let more_after = page.more_after.clone();
    Ok(envelope(table, &ask, Some(&page), more_after.map(|key| (key, false))))
}

/// Whether the project and the company asked for are the client's to see.
fn allow(store: &Store, ask: &Ask) -> Result<(), Refusal> {
    if let Some(company) = &ask.filter.company
        && COMPANIES[..2].iter().all(|own| own.id != company)
    {
        return Err(Refusal::forbidden(format!("No access to company '{company}'.")));
    }
    if let Some(project) = &ask.filter.project
        && !store.knows(DitioTable::Project, project)
    {
        return Err(Refusal::forbidden(format!("No access to project '{project}'.")));
    }
    Ok(())
}

/// A page, or none for the empty one that a switch asks for; with the position to go on from and its pause.
fn envelope(table: DitioTable, ask: &Ask, page: Option<&Page>, go_on: Option<(Key, bool)>) -> Response {
    let token = go_on.map(|(after, paused)| Cursor { after, paused }.encode(&ask.binding));
    let envelope = Envelope {
        data: page.map(|page| page.rows.as_slice()),
        links: Links { next: token.as_ref().map(|token| ask.next_link(table, token)) },
        continuation_token: match (token, table.end()) {
            (Some(token), _) => Some(token.into()),
            (None, End::Absent) => None,
            (None, End::Null) => Some(Value::Null),
            (None, End::Empty) => Some("".into()),
        },
        sync_type_name: if ask.incremental { "incremental" } else { "full" },
        record_count: page.map_or(0, |page| page.rows.len()),
        deleted_record_count: page.map_or(0, |page| page.deleted),
    };
    let body = serde_json::to_vec(&envelope).expect("rows are JSON");
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}
