//! The filter of a payroll export.

use axum::http::StatusCode;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::Value;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::record::instant;
use crate::ditio::core::resources::payroll::Profile;
use crate::ditio::core::state::Core;
use crate::web::Query;

/// Maximum length of the period, in days.
const MAX_DAYS: i64 = 45;
const DEFAULT_DAYS: u64 = 14;

pub(super) struct Filter {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    modified_since: Option<DateTime<Utc>>,
    state: State,
    /// Fixed pay (true) or paid by the hour (false); `None` for both.
    fixed_pay: Option<bool>,
    users: Vec<String>,
    companies: Vec<String>,
    projects: Vec<String>,
    payroll_types: Vec<String>,
    absence_types: Vec<String>,
}

#[derive(Clone, Copy)]
enum State {
    Approved,
    Locked,
    All,
}

impl Filter {
    pub(super) fn from_query(core: &Core, query: &Query) -> Result<Self, ApiError> {
        let time = |name: &str| match query.non_blank(name) {
            None => Ok(None),
            Some(text) => instant(text).map(Some).ok_or_else(|| invalid(name, text)),
        };
        let to = time("toWorkDate")?.map_or_else(|| core.today(), |time| time.date_naive());
        let from =
            time("fromWorkDate")?.map_or_else(|| core.today() - Days::new(DEFAULT_DAYS), |time| time.date_naive());
        if from > to || to.signed_duration_since(from).num_days() > MAX_DAYS {
            let message = "The period between 'fromWorkDate' and 'toWorkDate' can be 45 days at most.";
            return Err(ApiError::simple(StatusCode::BAD_REQUEST, "ArgumentOutOfRange", message));
        }
        let modified_since = time("modifiedSinceDate")?;
        if modified_since.is_some_and(|since| since.date_naive() < core.today() - Days::new(366)) {
            let message = "The 'modifiedSinceDate' parameter can be one year back at most.";
            return Err(ApiError::simple(StatusCode::BAD_REQUEST, "ArgumentOutOfRange", message));
        }
        let state = match query.non_blank("dataFilter") {
            None | Some("0") => State::Approved,
            Some("5") => State::Locked,
            Some("10") => State::All,
            Some(other) => return Err(invalid("dataFilter", other)),
        };
        let fixed_pay = match query.non_blank("userPayrollTypeFilter") {
            None | Some("paid-by-hour") => Some(false),
            Some("fixed-pay") => Some(true),
            Some("all-users") => None,
            Some(other) => return Err(invalid("userPayrollTypeFilter", other)),
        };
        Ok(Self {
            from,
            to,
            modified_since,
            state,
            fixed_pay,
            users: query.list("userIds"),
            companies: query.list("companyIds"),
            projects: query.list("projectIds"),
            payroll_types: query.list("payrollTypeIds"),
            absence_types: query.list("absenceTypeIds"),
        })
    }

    pub(super) fn includes_person(&self, profile: &Profile) -> bool {
        self.fixed_pay.is_none_or(|fixed| profile.has_fixed_pay() == fixed)
            && matches_any(&self.companies, profile.company())
            && (matches_any(&self.users, profile.identity()) || self.users.iter().any(|user| user == profile.id()))
    }

    pub(super) fn includes_row(&self, row: &Value) -> bool {
        let (approved, locked) = (row["approved"] == true, row["locked"] == true);
        let in_state = match self.state {
            State::Approved => approved && !locked,
            State::Locked => locked,
            State::All => true,
        };
        let modified = row["modifiedDateTime"].as_str().and_then(instant);
        let has_type =
            |line: &Value| matches_any(&self.payroll_types, line["payrollTypeId"].as_str().unwrap_or_default());
        let overtime = row["overtimeLines"].as_array();
        in_state
            && self.modified_since.is_none_or(|since| modified.is_some_and(|modified| modified >= since))
            && matches_any(&self.projects, row["projectId"].as_str().unwrap_or_default())
            && (matches_any(&self.payroll_types, "1000") || overtime.is_some_and(|lines| lines.iter().any(has_type)))
            // Summaries have no absences.
            && self.absence_types.is_empty()
    }
}

/// Returns true if the list has the value or is empty.
fn matches_any(list: &[String], value: &str) -> bool {
    list.is_empty() || list.iter().any(|item| item == value)
}

fn invalid(name: &str, value: &str) -> ApiError {
    ApiError::field(name, format!("The value '{value}' is not valid."))
}
