//! Fuel data of a machine.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{Field, Kind, Record, bind, field};
use crate::ditio::core::resources::machines::visible;
use crate::ditio::core::state::Core;

const FIELDS: [Field; 3] = [
    field("fuelConsumptionRate", Kind::Number),
    field("fuelConsumptionUnit", Kind::Integer),
    field("fuelType", Kind::Integer),
];

pub(super) async fn update(
    State(core): State<Core>,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let mut machine = visible(&data, &id)?.clone();
    let input = bind(&FIELDS, &body)?;
    for (name, max) in [("fuelConsumptionUnit", 5), ("fuelType", 7)] {
        let number = input.get(name).and_then(Value::as_i64);
        if number.is_some_and(|number| !(0..=max).contains(&number)) {
            return Err(ApiError::field(name, format!("The value has to be between 0 and {max}.")));
        }
    }
    machine.extend(input.into_iter().filter(|(_, value)| !value.is_null()));
    data.machines.replace(machine.clone());
    Ok(Json(machine))
}
