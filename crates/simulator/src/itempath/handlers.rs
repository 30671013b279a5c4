//! The routes of a resource, made from its description.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use axum::{Json, Router};
use serde_json::Value;

use super::engine::Work;
use super::guard::Caller;
use super::refusal::Refusal;
use super::schema::Resource;
use super::state::App;
use super::store::Row;
use super::{auth, engine, listing};
use crate::web::Query;

type User = Extension<Caller>;

/// Adds the routes of a resource.
pub(super) fn routes(router: Router<App>, resource: &'static Resource) -> Router<App> {
    let path = format!("/api/{}", resource.path);
    let one = format!("{path}/{{id}}");
    let mut router = router.route(&path, all(resource)).route(&one, single(resource));
    if let Some(old) = resource.old_path {
        router = router.route(&format!("/api/{old}/{{id}}"), single(resource));
    }
    if resource.path == "orders" {
        router = router.route(&format!("{one}/delete"), remove(resource));
    }
    router
}

fn all(resource: &'static Resource) -> MethodRouter<App> {
    let list = get(async move |State(app): State<App>, query: Query| {
        let now = app.now();
        Json(listing::list(&mut app.store(), resource, &query, now))
    });
    if !resource.calls.create {
        return list;
    }
    let create = async move |State(app): State<App>, Extension(Caller(user)): User, headers: HeaderMap, body: Bytes| {
        answer(auth::object(&headers, &body).and_then(|body| create(&app, resource, &user, &body)))
    };
    let routes = list.merge(post(create));
    // An old generation made batches this way.
    if resource.path == "batches" { routes.merge(put(create)) } else { routes }
}

fn single(resource: &'static Resource) -> MethodRouter<App> {
    let mut routes = get(async move |State(app): State<App>, Path(id): Path<String>| {
        answer(engine::show(&app.store(), resource, &id))
    });
    if resource.calls.update {
        let update = async move |State(app): State<App>,
                                 Extension(Caller(user)): User,
                                 Path(id): Path<String>,
                                 headers: HeaderMap,
                                 body: Bytes| {
            answer(auth::object(&headers, &body).and_then(|body| update(&app, resource, &user, &id, &body)))
        };
        // The overview updates by POST, the pages of the resources by PUT.
        routes = routes.merge(put(update)).merge(post(update));
    }
    if resource.calls.delete {
        routes = routes.merge(remove(resource));
    }
    routes
}

fn remove(resource: &'static Resource) -> MethodRouter<App> {
    delete(async move |State(app): State<App>, Extension(Caller(user)): User, Path(id): Path<String>| {
        let mut store = app.store();
        let now = app.shared.clock.next_timestamp().naive_utc();
        answer(engine::delete(&mut Work::new(&mut store, now, &user), resource, &id))
    })
}

fn create(app: &App, resource: &'static Resource, user: &Row, body: &Row) -> Result<Value, Refusal> {
    let mut store = app.store();
    let now = app.shared.clock.next_timestamp().naive_utc();
    engine::create(&mut Work::new(&mut store, now, user), resource, body)
}

fn update(app: &App, resource: &'static Resource, user: &Row, id: &str, body: &Row) -> Result<Value, Refusal> {
    let mut store = app.store();
    let now = app.shared.clock.next_timestamp().naive_utc();
    engine::update(&mut Work::new(&mut store, now, user), resource, id, body)
}

fn answer(result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}
