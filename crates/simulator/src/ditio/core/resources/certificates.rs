//! Certificates: an array of upserts by employee and type.

use axum::Json;
use axum::extract::State;
use axum::routing::post;
use serde_json::Value;

use crate::ditio::core::api_error::{ApiError, FieldError};
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{Field, Kind, Record, assign, bind, empty_record, field, instant, require, text};
use crate::ditio::core::state::Core;
use crate::web::Routes;

const FIELDS: [Field; 6] = [
    field("employeeNumber", Kind::Text),
    field("certificateType", Kind::Text),
    field("issuedDateTime", Kind::Instant),
    field("validUntilDateTime", Kind::Instant),
    field("certificateNumber", Kind::Text),
    field("notes", Kind::Text),
];

/// The certificates, in the order of creation.
#[derive(Default)]
pub(in crate::ditio::core) struct Certificates(Vec<Record>);

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new().route("/api/v4/integration/certificates", post(upsert))
}

/// Creates or updates certificates. All items are validated before the first is stored.
async fn upsert(State(core): State<Core>, Body(body): Body) -> Result<Json<Vec<Record>>, ApiError> {
    let Value::Array(items) = body else {
        return Err(ApiError::field("$", "The body has to be a JSON array."));
    };
    let mut data = core.data();
    let mut validated = Vec::new();
    for item in &items {
        let input = bind(&FIELDS, item)?;
        require(&input, &["employeeNumber", "certificateType", "issuedDateTime", "validUntilDateTime"])?;
        let time = |name| instant(text(&input, name));
        if time("issuedDateTime") >= time("validUntilDateTime") {
            return Err(ApiError::invalid(&[FieldError::new(
                "issuedDateTime",
                "It has to be before ValidUntilDateTime.",
            )]));
        }
        let number = text(&input, "employeeNumber");
        if data.people.employee(number).is_err() {
            return Err(ApiError::field("employeeNumber", format!("Employee {number} was not found.")));
        }
        validated.push(input);
    }
    let stored = validated.into_iter().map(|input| {
        let mut certificate = empty_record(&FIELDS);
        assign(&mut certificate, input);
        let is_same = |other: &&mut Record| {
            ["employeeNumber", "certificateType"].iter().all(|name| other[*name] == certificate[*name])
        };
        let all = &mut data.certificates.0;
        if let Some(existing) = all.iter_mut().find(is_same) {
            assign(existing, certificate);
            return existing.clone();
        }
        certificate.insert("id".to_owned(), core.ids.next().into());
        all.push(certificate.clone());
        certificate
    });
    Ok(Json(stored.collect()))
}
