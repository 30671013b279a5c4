//! Weights: registered, verified, approved, invoiced, one step after the other.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::Api;
use super::body::{Body, Faults, own_company};
use super::problem::Problem;
use crate::ditio::reporting::times::{parse, utc};

/// A ticket with whatever was sent with it, its id, and the steps it went.
pub(super) struct Weight(pub(super) Map<String, Value>);

/// The steps in their order.
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
/// Members that a filter compares.
const COMPARED: [&str; 10] = [
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

    fn has(&self, step: usize) -> bool {
        self.0.get(STEPS[step]) == Some(&Value::Bool(true))
    }
}

/// Answers with the stored record.
pub(super) async fn create(State(api): State<Api>, body: Body) -> Result<Response, Problem> {
    let mut record = body.object()?;
    let mut faults = Faults::default();
    let company = faults.required(&record, "", "companyId").unwrap_or_default().to_owned();
    faults.required(&record, "", "projectId");
    if record.get("quantity").is_some_and(|quantity| quantity.as_f64().is_none_or(|quantity| quantity < 0.0)) {
        faults.add("quantity", "The quantity must be a number, zero or more.");
    }
    faults.time(&record, "", "weighedDateTime", false);
    faults.check()?;
    own_company(&company)?;
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

pub(super) async fn query(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, Problem> {
    let filter = Filter::read(body)?;
    let data = api.data();
    let found = data.weights.iter().filter(|weight| filter.lets_pass(weight));
    Ok(Json(found.map(|weight| Value::Object(weight.0.clone())).collect()))
}

/// The same as a table.
pub(super) async fn export(State(api): State<Api>, body: Body) -> Result<Response, Problem> {
    let filter = Filter::read(body)?;
    let mut table = COLUMNS.join(";");
    table.push_str("\r\n");
    for weight in api.data().weights.iter().filter(|weight| filter.lets_pass(weight)) {
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

pub(super) async fn mark_verified(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, Problem> {
    mark(&api, body, 0)
}

pub(super) async fn mark_approved(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, Problem> {
    mark(&api, body, 1)
}

pub(super) async fn mark_invoiced(State(api): State<Api>, body: Body) -> Result<Json<Vec<Value>>, Problem> {
    mark(&api, body, 2)
}

/// Moves tickets one step on, all or none, and answers with them. Those that are there already stay.
fn mark(api: &Api, body: Body, step: usize) -> Result<Json<Vec<Value>>, Problem> {
    let ids = ids(body.0)?;
    let mut data = api.data();
    let mut faults = Faults::default();
    for id in &ids {
        let Some(weight) = data.weights.iter().find(|weight| weight.id() == Some(id)) else {
            return Err(Problem::new(StatusCode::NOT_FOUND, format!("The measurement '{id}' was not found.")));
        };
        if step > 0 && !weight.has(step - 1) {
            faults.add("ids", format!("The measurement '{id}' is not {} yet.", STEPS[step - 1]));
        }
    }
    faults.check()?;
    let mut moved = Vec::new();
    for weight in &mut data.weights {
        if ids.iter().any(|id| weight.id() == Some(id)) {
            weight.0.insert(STEPS[step].to_owned(), true.into());
            moved.push(Value::Object(weight.0.clone()));
        }
    }
    Ok(Json(moved))
}

/// A list of ids, bare or as the member `ids`.
fn ids(body: Value) -> Result<Vec<String>, Problem> {
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
    texts.ok_or_else(|| Problem::invalid([("ids".to_owned(), "The ids field is required.".to_owned())]))
}

struct Filter {
    compared: Vec<(&'static str, Value)>,
    from: Option<i64>,
    to: Option<i64>,
}

impl Filter {
    fn read(body: Body) -> Result<Self, Problem> {
        let object = body.object()?;
        let mut faults = Faults::default();
        let from = faults.time(&object, "", "fromDateTime", false);
        let to = faults.time(&object, "", "toDateTime", false);
        faults.check()?;
        if let Some(company) = object.get("companyId").and_then(Value::as_str) {
            own_company(company)?;
        }
        let given = |name| object.get(name).filter(|value| !value.is_null() && *value != &Value::from(""));
        let compared = COMPARED.into_iter().filter_map(|name| Some((name, given(name)?.clone())));
        Ok(Self { compared: compared.collect(), from, to })
    }

    /// Both ends of the window are inside.
    fn lets_pass(&self, weight: &Weight) -> bool {
        let at = || weight.0.get("weighedDateTime").and_then(Value::as_str).and_then(parse);
        self.compared.iter().all(|(name, value)| weight.0.get(*name) == Some(value))
            && self.from.is_none_or(|from| at().is_some_and(|at| at >= from))
            && self.to.is_none_or(|to| at().is_some_and(|at| at <= to))
    }
}

/// A value as the export has it: decimal comma, quoted where it must be.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Number(number) => number.to_string().replace('.', ","),
        Value::String(text) if text.contains([';', '"', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
