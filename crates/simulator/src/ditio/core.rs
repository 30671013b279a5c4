//! Ditio core: the integration API, under the scope `ditioapiv3`.

mod guard;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::shared::Shared;
use crate::web::Routes;

pub(crate) fn router(shared: &Shared) -> Router {
    let routes = Routes::new().route("/api/MachineType", get(machine_types));
    routes.map(|router| guard::put_on(router, shared)).finish(())
}

async fn machine_types() -> Json<Value> {
    Json(json!([{ "typeId": "hjullaster", "name": "Hjullaster" }]))
}
