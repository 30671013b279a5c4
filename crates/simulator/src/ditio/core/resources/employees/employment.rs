//! Employments: update or end the current employment, create the next.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::ditio::core::api_error::{ApiError, FieldError};
use crate::ditio::core::body::Body;
use crate::ditio::core::record::{Field, Kind, Record, bind, field, plain_day, require};
use crate::ditio::core::resources::employees::{Employment, view as employee};
use crate::ditio::core::state::Core;

pub(in crate::ditio::core) const FIELDS: [Field; 4] = [
    field("startDate", Kind::PlainDay),
    field("endDate", Kind::PlainDay),
    field("department", Kind::Text),
    field("payroll", Kind::Integer),
];

pub(super) fn view(employment: &Employment) -> Value {
    json!({
        "startDate": employment.start.to_string(),
        "endDate": employment.end.map(|end| end.to_string()),
        "department": employment.department,
        "payroll": employment.payroll,
    })
}

/// Parses the first employment in the body of a new employee.
pub(in crate::ditio::core) fn from_body(body: &Value) -> Result<Employment, ApiError> {
    let members = body.as_object().into_iter().flatten();
    let employment_member =
        members.filter(|(name, _)| name.eq_ignore_ascii_case("employment")).map(|(_, value)| value).next();
    match employment_member {
        None | Some(Value::Null) => Err(ApiError::invalid(&[FieldError::required("employment")])),
        Some(employment) => parse(&bind_employment(employment)?),
    }
}

/// Binds the members and checks the payroll mode.
fn bind_employment(body: &Value) -> Result<Record, ApiError> {
    let input = bind(&FIELDS, body)?;
    let payroll = input.get("payroll").and_then(Value::as_i64);
    if payroll.is_some_and(|payroll| !(0..=2).contains(&payroll)) {
        return Err(ApiError::field("payroll", "The value has to be 0, 1 or 2."));
    }
    Ok(input)
}

fn parse(input: &Record) -> Result<Employment, ApiError> {
    require(input, &["startDate"])?;
    let start = day(input, "startDate").ok_or_else(|| ApiError::field("startDate", "The date is not valid."))?;
    let end = day(input, "endDate");
    if end.is_some_and(|end| end < start) {
        return Err(ApiError::field("endDate", "The end is before the start."));
    }
    let department = input.get("department").cloned().unwrap_or_default();
    let payroll = input.get("payroll").and_then(Value::as_i64).unwrap_or_default();
    Ok(Employment { start, end, department, payroll })
}

fn day(input: &Record, name: &str) -> Option<NaiveDate> {
    input.get(name).and_then(Value::as_str).and_then(plain_day)
}

pub(super) async fn update(
    State(core): State<Core>,
    Path(number): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let profile = data.people.employee(&number)?;
    let input = bind_employment(&body)?;
    let mut changed = profile.current().clone();
    if let Some(start) = day(&input, "startDate") {
        changed.start = start;
    }
    if input.contains_key("endDate") {
        changed.end = day(&input, "endDate");
    }
    if changed.end.is_some_and(|end| end < changed.start) {
        return Err(ApiError::field("endDate", "The end is before the start."));
    }
    if let Some(department) = input.get("department") {
        changed.department.clone_from(department);
    }
    if let Some(payroll) = input.get("payroll") {
        changed.payroll = payroll.as_i64().unwrap_or_default();
    }
    *profile.current() = changed;
    profile.modified = core.shared.clock.next_timestamp();
    Ok(Json(employee(profile, &[])))
}

pub(super) async fn end(
    State(core): State<Core>,
    Path(number): Path<String>,
    Body(body): Body,
) -> Result<Json<Record>, ApiError> {
    let mut data = core.data();
    let profile = data.people.employee(&number)?;
    let input = bind_employment(&body)?;
    require(&input, &["endDate"])?;
    let end = day(&input, "endDate").ok_or_else(|| ApiError::field("endDate", "The date is not valid."))?;
    let current = profile.current();
    if current.ended_before(core.today()) {
        return Err(ApiError::rule("The employee has no active employment."));
    }
    if end < current.start {
        return Err(ApiError::field("endDate", "The end is before the start."));
    }
    current.end = Some(end);
    profile.modified = core.shared.clock.next_timestamp();
    Ok(Json(employee(profile, &[])))
}

pub(super) async fn create(
    State(core): State<Core>,
    Path(number): Path<String>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Record>), ApiError> {
    let mut data = core.data();
    let profile = data.people.employee(&number)?;
    let employment = parse(&bind_employment(&body)?)?;
    if !profile.current().ended_before(employment.start) {
        return Err(ApiError::rule("The employee has an employment at this time."));
    }
    profile.employments.push(employment);
    profile.modified = core.shared.clock.next_timestamp();
    Ok((StatusCode::CREATED, Json(employee(profile, &[]))))
}
