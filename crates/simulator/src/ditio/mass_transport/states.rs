//! States of excavators: what each machine did from when to when.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Api;
use super::body::{Body, Faults, own_company};
use super::problem::Problem;
use crate::ditio::reporting::times::{UNSET, utc};

/// One span of time, as it was sent.
pub(super) struct State {
    pub(super) company: String,
    pub(super) project: String,
    pub(super) machine: String,
    pub(super) doing: String,
    pub(super) start: i64,
    pub(super) end: i64,
    /// The record with its id.
    pub(super) record: Map<String, Value>,
}

impl State {
    /// Reads one; `at` says where it is in a batch.
    fn read(record: Map<String, Value>, at: &str, faults: &mut Faults) -> Option<Self> {
        let texts = ["companyId", "projectId", "machineId", "state"].map(|name| {
            let text = faults.required(&record, at, name);
            text.map(str::to_owned)
        });
        let start = faults.time(&record, at, "startTime", true);
        let end = faults.time(&record, at, "endTime", true);
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            faults.add(format!("{at}endTime"), "The endTime must be later than the startTime.");
        }
        let [company, project, machine, state] = texts;
        Some(Self {
            company: company?,
            project: project?,
            machine: machine?,
            doing: state?,
            start: start?,
            end: end?,
            record,
        })
    }

    fn keep(mut self, api: &Api) -> Self {
        self.record.insert("id".to_owned(), api.0.ids.next().into());
        self
    }
}

/// Answers with the stored record.
pub(super) async fn create(Extract(api): Extract<Api>, body: Body) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let state = State::read(body.object()?, "", &mut faults);
    faults.check()?;
    let state = state.expect("no faults").keep(&api);
    own_company(&state.company)?;
    let answer = Value::Object(state.record.clone());
    api.data().states.push(state);
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// All or none; answers without a body.
pub(super) async fn import(Extract(api): Extract<Api>, body: Body) -> Result<StatusCode, Problem> {
    let Value::Array(records) = body.0 else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "The request body must be an array."));
    };
    let mut faults = Faults::default();
    let mut states = Vec::new();
    for (at, record) in records.into_iter().enumerate() {
        match record {
            Value::Object(record) => states.extend(State::read(record, &format!("[{at}]."), &mut faults)),
            _ => faults.add(format!("[{at}]"), "The record must be an object."),
        }
    }
    faults.check()?;
    states.iter().try_for_each(|state| own_company(&state.company))?;
    let states: Vec<State> = states.into_iter().map(|state| state.keep(&api)).collect();
    api.data().states.extend(states);
    Ok(StatusCode::CREATED)
}

/// A bare text: the end of the newest record, or the year 1 when there is none.
pub(super) async fn latest(
    Extract(api): Extract<Api>,
    Path((company, project)): Path<(String, String)>,
) -> Result<Json<String>, Problem> {
    own_company(&company)?;
    let data = api.data();
    let of_both = data.states.iter().filter(|state| state.company == company && state.project == project);
    let newest = of_both.map(|state| state.end).max();
    Ok(Json(newest.map_or_else(|| UNSET.to_owned(), utc)))
}

/// Time in each state, within the window if one is given.
pub(super) async fn aggregate(Extract(api): Extract<Api>, body: Body) -> Result<Json<Value>, Problem> {
    let filter = body.object()?;
    let mut faults = Faults::default();
    let from = faults.time(&filter, "", "fromDateTime", false);
    let to = faults.time(&filter, "", "toDateTime", false);
    faults.check()?;
    let asked = |name: &str| filter.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    asked("companyId").map_or(Ok(()), own_company)?;
    let fits = |name: &str, value: &str| asked(name).is_none_or(|asked| asked == value);
    let data = api.data();
    let mut sums: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
    for state in &data.states {
        let start = from.map_or(state.start, |from| from.max(state.start));
        let end = to.map_or(state.end, |to| to.min(state.end));
        let asked_for =
            fits("companyId", &state.company) && fits("projectId", &state.project) && fits("machineId", &state.machine);
        if asked_for && start < end {
            let sum = sums.entry(&state.doing).or_default();
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
            "totalHours": crate::ditio::reporting::rows::hundredths(hundredths),
        })
    });
    Ok(Json(rows.collect()))
}
