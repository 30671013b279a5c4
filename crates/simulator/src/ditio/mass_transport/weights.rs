//! Weights, which pass the steps registered, verified, approved and invoiced in this order.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::Api;
use super::api_error::ApiError;
use super::body::{Body, FieldErrors, check_company};
use crate::ditio::reporting::times::{parse, utc};

/// A weight: the members of the request, its id and its steps.
pub(super) struct Weight(pub(super) Map<String, Value>);

/// Steps in the order in which a weight passes them.
const STEPS: [&str; 3] = ["verified", "approved", "invoiced"];
/// Columns of the export.
const COLUMNS: [&str; 15] = [
    "id",
    "companyId",
    "projectId",
    "machineId",
    "registrationNumber",
    "massType",
    "quantity",
    "unitOfMeasure",
    "receiptNumber",
    "customerName",
    "comment",
    "weighedDateTime",
    "verified",
    "approved",
    "invoiced",
];
/// Members that a filter can compare.
const FILTER_MEMBERS: [&str; 10] = [
    "id",
    "companyId",
    "projectId",
    "machineId",
    "registrationNumber",
    "massType",
    "receiptNumber",
    "verified",
    "approved",
    "invoiced",
];

impl Weight {
    fn id(&self) -> Option<&str> {
        self.0.get("id").and_then(Value::as_str)
    }

    fn has_step(&self, step: usize) -> bool {
        self.0.get(STEPS[step]) == Some(&Value::Bool(true))
    }
}

/// Stores a weight and responds with the record.
pub(super) async fn create(State(api): State<Api>, body: Body) -> Result<Response, ApiError> {
    let mut record = body.object()?;
    let mut errors = FieldErrors::default();
    let company = errors.required(&record, "", "companyId").unwrap_or_default().to_owned();
    errors.required(&record, "", "projectId");
    if record.get("quantity").is_some_and(|quantity| quantity.as_f64().is_none_or(|quantity| quantity < 0.0)) {
        errors.add("quantity", "The quantity must be a number, zero or more.");
    }
    errors.time(&record, "", "weighedDateTime", false);
    errors.check()?;
    check_company(&company)?;
    let now = utc(api.0.shared.clock.next_timestamp().timestamp_millis());
    record.insert("id".to_owned(), api.0.ids.next().into());
    record.entry("weighedDateTime").or_insert_with(|| now.clone().into());
    record.insert("createdDateTime".to_owned(), now.into());
    for step in STEPS {
        record.insert(step.to_owned(), false.into());
    }
    api.data().weights.push(Weight(record.clone()));
    Ok((StatusCode::CREATED, Json(Value::Object(record))).into_response())
}

pub(super) async fn query(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, ApiError> {
    let filter = Filter::read(body)?;
    let data = api.data();
    let found = data.weights.iter().filter(|weight| filter.matches(weight));
    Ok(Json(found.map(|weight| Value::Object(weight.0.clone())).collect()))
}

/// Responds with the matching weights as CSV.
pub(super) async fn export(State(api): State<Api>, body: Body) -> Result<Response, ApiError> {
    let filter = Filter::read(body)?;
    let mut table = COLUMNS.join(";");
    table.push_str("\r\n");
    for weight in api.data().weights.iter().filter(|weight| filter.matches(weight)) {
        let cells = COLUMNS.map(|column| weight.0.get(column).map(cell).unwrap_or_default());
        table.push_str(&cells.join(";"));
        table.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"weight-measures.csv\""),
    ];
    Ok((headers, table).into_response())
}

pub(super) async fn mark_verified(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, ApiError> {
    mark(&api, body, 0)
}

pub(super) async fn mark_approved(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, ApiError> {
    mark(&api, body, 1)
}

pub(super) async fn mark_invoiced(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, ApiError> {
    mark(&api, body, 2)
}

/// Marks weights with a step, all or none, and responds with them. Marking twice has no effect.
fn mark(api: &Api, body: Body, step: usize) -> Result<Json<Vec<Value>>, ApiError> {
    let ids = ids(body.0)?;
    let mut data = api.data();
    let mut errors = FieldErrors::default();
    for id in &ids {
        let Some(weight) = data.weights.iter().find(|weight| weight.id() == Some(id)) else {
            return Err(ApiError::new(StatusCode::NOT_FOUND, format!("The measurement '{id}' was not found.")));
        };
        if step > 0 && !weight.has_step(step - 1) {
            errors.add("ids", format!("The measurement '{id}' is not {} yet.", STEPS[step - 1]));
        }
    }
    errors.check()?;
    let mut changed = Vec::new();
    for weight in &mut data.weights {
        if ids.iter().any(|id| weight.id() == Some(id)) {
            weight.0.insert(STEPS[step].to_owned(), true.into());
            changed.push(Value::Object(weight.0.clone()));
        }
    }
    Ok(Json(changed))
}

/// Parses a list of ids, either an array or the member `ids`.
fn ids(body: Value) -> Result<Vec<String>, ApiError> {
    let list = match body {
        Value::Array(list) => Some(list),
        Value::Object(mut object) => match object.remove("ids") {
            Some(Value::Array(list)) => Some(list),
            _ => None,
        },
        _ => None,
    };
    let texts = list.filter(|list| !list.is_empty()).and_then(|list| {
        let texts = list.into_iter().map(|id| id.as_str().map(str::to_owned));
        texts.collect::<Option<Vec<_>>>()
    });
    texts.ok_or_else(|| ApiError::invalid([("ids".to_owned(), "The ids field is required.".to_owned())]))
}

struct Filter {
    equals: Vec<(&'static str, Value)>,
    from: Option<i64>,
    to: Option<i64>,
}

impl Filter {
    fn read(body: Body) -> Result<Self, ApiError> {
        let object = body.object()?;
        let mut errors = FieldErrors::default();
        let from = errors.time(&object, "", "fromDateTime", false);
        let to = errors.time(&object, "", "toDateTime", false);
        errors.check()?;
        if let Some(company) = object.get("companyId").and_then(Value::as_str) {
            check_company(company)?;
        }
        let value_of = |name| object.get(name).filter(|value| !value.is_null() && *value != &Value::from(""));
        let equals = FILTER_MEMBERS.into_iter().filter_map(|name| Some((name, value_of(name)?.clone())));
        Ok(Self { equals: equals.collect(), from, to })
    }

    /// Returns true if a weight matches; both ends of the window are inclusive.
    fn matches(&self, weight: &Weight) -> bool {
        let time = || weight.0.get("weighedDateTime").and_then(Value::as_str).and_then(parse);
        self.equals.iter().all(|(name, value)| weight.0.get(*name) == Some(value))
            && self.from.is_none_or(|from| time().is_some_and(|time| time >= from))
            && self.to.is_none_or(|to| time().is_some_and(|time| time <= to))
    }
}

/// Formats a value for the CSV: decimal comma, quoted if necessary.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Number(number) => number.to_string().replace('.', ","),
        Value::String(text) if text.contains([';', '"', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
