//! States of excavators: the activity of a machine in a period.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Api;
use super::api_error::ApiError;
use super::body::{Body, FieldErrors, check_company};
use crate::ditio::reporting::times::{UNSET, utc};

/// The state of a machine in a period.
pub(super) struct State {
    pub(super) company: String,
    pub(super) project: String,
    pub(super) machine: String,
    pub(super) name: String,
    pub(super) start: i64,
    pub(super) end: i64,
    /// Stored record, with its id.
    pub(super) record: Map<String, Value>,
}

impl State {
    /// Parses a state. `prefix` is the position in a batch, for the field names in errors.
    fn read(record: Map<String, Value>, prefix: &str, errors: &mut FieldErrors) -> Option<Self> {
        let texts = ["companyId", "projectId", "machineId", "state"].map(|name| {
            let text = errors.required(&record, prefix, name);
            text.map(str::to_owned)
        });
        let start = errors.time(&record, prefix, "startTime", true);
        let end = errors.time(&record, prefix, "endTime", true);
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            errors.add(format!("{prefix}endTime"), "The endTime must be later than the startTime.");
        }
        let [company, project, machine, state] = texts;
        Some(Self {
            company: company?,
            project: project?,
            machine: machine?,
            name: state?,
            start: start?,
            end: end?,
            record,
        })
    }

    fn with_id(mut self, api: &Api) -> Self {
        self.record.insert("id".to_owned(), api.0.ids.next().into());
        self
    }
}

/// Stores a state and responds with the record.
pub(super) async fn create(Extract(api): Extract<Api>, body: Body) -> Result<Response, ApiError> {
    let mut errors = FieldErrors::default();
    let state = State::read(body.object()?, "", &mut errors);
    errors.check()?;
    let state = state.expect("no faults").with_id(&api);
    check_company(&state.company)?;
    let response = Value::Object(state.record.clone());
    api.data().states.push(state);
    Ok((StatusCode::CREATED, Json(response)).into_response())
}

/// Stores all states of a batch or none. The response has no body.
pub(super) async fn import(Extract(api): Extract<Api>, body: Body) -> Result<StatusCode, ApiError> {
    let Value::Array(records) = body.0 else {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "The request body must be an array."));
    };
    let mut errors = FieldErrors::default();
    let mut states = Vec::new();
    for (prefix, record) in records.into_iter().enumerate() {
        match record {
            Value::Object(record) => states.extend(State::read(record, &format!("[{prefix}]."), &mut errors)),
            _ => errors.add(format!("[{prefix}]"), "The record must be an object."),
        }
    }
    errors.check()?;
    states.iter().try_for_each(|state| check_company(&state.company))?;
    let states: Vec<State> = states.into_iter().map(|state| state.with_id(&api)).collect();
    api.data().states.extend(states);
    Ok(StatusCode::CREATED)
}

/// Responds with a JSON string: the latest end, or the year 1 without states.
pub(super) async fn latest(
    Extract(api): Extract<Api>,
    Path((company, project)): Path<(String, String)>,
) -> Result<Json<String>, ApiError> {
    check_company(&company)?;
    let data = api.data();
    let matching = data.states.iter().filter(|state| state.company == company && state.project == project);
    let newest = matching.map(|state| state.end).max();
    Ok(Json(newest.map_or_else(|| UNSET.to_owned(), utc)))
}

/// Responds with the time per state, clipped to the window.
pub(super) async fn aggregate(Extract(api): Extract<Api>, body: Body) -> Result<Json<Value>, ApiError> {
    let filter = body.object()?;
    let mut errors = FieldErrors::default();
    let from = errors.time(&filter, "", "fromDateTime", false);
    let to = errors.time(&filter, "", "toDateTime", false);
    errors.check()?;
    let requested = |name: &str| filter.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    requested("companyId").map_or(Ok(()), check_company)?;
    let matches = |name: &str, value: &str| requested(name).is_none_or(|requested| requested == value);
    let data = api.data();
    let mut sums: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
    for state in &data.states {
        let start = from.map_or(state.start, |from| from.max(state.start));
        let end = to.map_or(state.end, |to| to.min(state.end));
        let is_included = matches("companyId", &state.company)
            && matches("projectId", &state.project)
            && matches("machineId", &state.machine);
        if is_included && start < end {
            let sum = sums.entry(&state.name).or_default();
            sum.0 += 1;
            sum.1 += end - start;
        }
    }
    let rows = sums.into_iter().map(|(state, (count, millis))| {
        let hundredths = u64::try_from(millis / 36_000).unwrap_or(0);
        json!({
            "state": state,
            "count": count,
            "totalSeconds": millis / 1_000,
            "totalHours": crate::ditio::reporting::tables::rows::hundredths(hundredths),
        })
    });
    Ok(Json(rows.collect()))
}
