//! Routes of a resource, built from its schema.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use axum::{Json, Router};
use serde_json::Value;

use crate::itempath::api::{crud, list};
use crate::itempath::api_error::ApiError;
use crate::itempath::app::App;
use crate::itempath::auth::guard::Caller;
use crate::itempath::body;
use crate::itempath::context::Context;
use crate::itempath::schema::Resource;
use crate::itempath::store::row::Row;
use crate::web::Query;

type User = Extension<Caller>;

/// Adds the routes of a resource.
pub(in crate::itempath) fn add(router: Router<App>, resource: &'static Resource) -> Router<App> {
    let path = format!("/api/{}", resource.path);
    let one = format!("{path}/{{id}}");
    let mut router = router.route(&path, collection_routes(resource)).route(&one, item_routes(resource));
    if let Some(legacy) = resource.legacy_path {
        router = router.route(&format!("/api/{legacy}/{{id}}"), item_routes(resource));
    }
    if resource.path == "orders" {
        router = router.route(&format!("{one}/delete"), delete_route(resource));
    }
    router
}

fn collection_routes(resource: &'static Resource) -> MethodRouter<App> {
    let list = get(async move |State(app): State<App>, query: Query| {
        let now = app.now();
        Json(list::list(&mut app.store(), resource, &query, now))
    });
    if !resource.methods.create {
        return list;
    }
    let create = async move |State(app): State<App>, Extension(Caller(user)): User, headers: HeaderMap, body: Bytes| {
        respond(body::json_object(&headers, &body).and_then(|body| create(&app, resource, &user, &body)))
    };
    let routes = list.merge(post(create));
    // An older version of the vendor's API creates batches by PUT.
    if resource.path == "batches" { routes.merge(put(create)) } else { routes }
}

fn item_routes(resource: &'static Resource) -> MethodRouter<App> {
    let mut routes = get(async move |State(app): State<App>, Path(id): Path<String>| {
        respond(crud::get(&app.store(), resource, &id))
    });
    if resource.methods.update {
        let update = async move |State(app): State<App>,
                                 Extension(Caller(user)): User,
                                 Path(id): Path<String>,
                                 headers: HeaderMap,
                                 body: Bytes| {
            respond(body::json_object(&headers, &body).and_then(|body| update(&app, resource, &user, &id, &body)))
        };
        // The vendor's overview documents POST for updates, its resource pages PUT.
        routes = routes.merge(put(update)).merge(post(update));
    }
    if resource.methods.delete {
        routes = routes.merge(delete_route(resource));
    }
    routes
}

fn delete_route(resource: &'static Resource) -> MethodRouter<App> {
    delete(async move |State(app): State<App>, Extension(Caller(user)): User, Path(id): Path<String>| {
        let mut store = app.store();
        let now = app.shared.clock.next_timestamp().naive_utc();
        respond(crud::delete(&mut Context::new(&mut store, now, &user), resource, &id))
    })
}

fn create(app: &App, resource: &'static Resource, user: &Row, body: &Row) -> Result<Value, ApiError> {
    let mut store = app.store();
    let now = app.shared.clock.next_timestamp().naive_utc();
    crud::create(&mut Context::new(&mut store, now, user), resource, body)
}

fn update(app: &App, resource: &'static Resource, user: &Row, id: &str, body: &Row) -> Result<Value, ApiError> {
    let mut store = app.store();
    let now = app.shared.clock.next_timestamp().naive_utc();
    crud::update(&mut Context::new(&mut store, now, user), resource, id, body)
}

fn respond(result: Result<Value, ApiError>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(error) => error.into_response(),
    }
}
