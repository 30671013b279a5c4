//! Several machines in one request. Items before a failed item are stored.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{bind, require, text};
use crate::ditio::core::resources::machines::{Record, add, change};
use crate::ditio::core::state::Core;

pub(super) async fn create(State(core): State<Core>, Body(body): Body) -> Result<Json<Vec<Record>>, ApiError> {
    let mut data = core.data();
    items(&body)?.iter().map(|item| add(&core, &mut data, item)).collect::<Result<_, _>>().map(Json)
}

pub(super) async fn update(State(core): State<Core>, Body(body): Body) -> Result<Json<Vec<Record>>, ApiError> {
    let mut data = core.data();
    let updated = items(&body)?.iter().map(|item| {
        let input = bind(&crate::ditio::core::resources::machines::FIELDS, item)?;
        require(&input, &["id", "companyId", "machineNumber"])?;
        change(&mut data, text(&input, "id"), item)
    });
    updated.collect::<Result<_, _>>().map(Json)
}

fn items(body: &Value) -> Result<&Vec<Value>, ApiError> {
    body.as_array().ok_or_else(|| ApiError::field("$", "The body has to be a JSON array."))
}
