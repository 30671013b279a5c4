//! Payroll export: a summary per person and work day, computed from the seed per request.

mod filter;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::people::Profile;
use crate::ditio::core::state::Core;
use crate::web::{Query, Routes};
use filter::Filter;

pub(in crate::ditio::core) fn routes() -> Routes<Core> {
    Routes::new()
        .route("/api/payroll-export", get(summaries))
        .route("/api/payroll-export/readonly", get(summaries))
        .route("/api/payroll-export/summary-as-lines", get(lines))
        .route("/api/payroll-export/file", get(file))
}

async fn summaries(State(core): State<Core>, query: Query) -> Result<Json<Vec<Value>>, ApiError> {
    rows(&core, &query).map(Json)
}

/// Responds with a line per person, day and payroll type.
async fn lines(State(core): State<Core>, query: Query) -> Result<Json<Vec<Value>>, ApiError> {
    Ok(Json(as_lines(&rows(&core, &query)?, query.non_blank("voucherNumber"))))
}

/// Responds with the lines as CSV, regardless of the requested file type.
async fn file(State(core): State<Core>, query: Query) -> Result<Response, ApiError> {
    let lines = as_lines(&rows(&core, &query)?, query.non_blank("voucherNumber"));
    let mut text = "employeeNumber;workDate;payrollTypeId;name;qty\r\n".to_owned();
    for line in &lines {
        let cells = ["employeeNumber", "workDate", "payrollTypeId", "name", "qty"].map(|name| match &line[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        text.push_str(&cells.join(";"));
        text.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"payroll-export.csv\""),
    ];
    Ok((headers, text).into_response())
}

fn rows(core: &Core, query: &Query) -> Result<Vec<Value>, ApiError> {
    let filter = Filter::from_query(core, query)?;
    let data = core.data();
    let settled = core.settled_until();
    let mut rows = Vec::new();
    for profile in data.people.visible().filter(|profile| filter.includes_person(profile)) {
        for day in filter.from.iter_days().take_while(|day| *day <= filter.to) {
            rows.extend(summary(core, profile, day, settled).filter(|row| filter.includes_row(row)));
        }
    }
    Ok(rows)
}

/// Computes work and overtime of a person on a day; `None` on weekends, some other days, and in the future.
fn summary(core: &Core, profile: &Profile, day: NaiveDate, settled: NaiveDate) -> Option<Value> {
    let today = core.today();
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || day > today || !profile.is_employed(day, day) {
        return None;
    }
    let mut random = core.shared.random(&format!("ditio/payroll/{}/{day}", profile.id()));
    if random.below(12) == 0 {
        return None;
    }
    let hours = |quarter_hours: u64| f64::from(u32::try_from(quarter_hours).unwrap_or_default()) / 4.0;
    let overtime_50 = if random.below(4) == 0 { hours(1 + random.below(8)) } else { 0.0 };
    let overtime_100 = if random.below(16) == 0 { hours(1 + random.below(12)) } else { 0.0 };
    let overtime = [("1150", "Overtid 50 %", 20, overtime_50), ("1200", "Overtid 100 %", 30, overtime_100)];
    let overtime_lines = overtime.iter().filter(|line| line.3 > 0.0).map(|(id, name, line_type, qty)| {
        json!({ "payrollTypeId": id, "name": name, "lineType": line_type, "overtimeType": 1, "sorting": line_type / 10, "qty": qty })
    });
    let locked = day <= settled;
    let approved = locked || day + Days::new(3) <= today;
    let changed = (day + Days::new(1)).and_hms_opt(6, 15, 0).expect("a time of day").and_utc();
    let approved_at = approved.then(|| crate::state::clock::format_iso(changed));
    let project = random.pick(core.world.own_projects());
    let total = 7.5 + overtime_50 + overtime_100;
    Some(json!({
        "id": core.shared.random(&format!("ditio/payroll-id/{}/{day}", profile.id())).hex(24),
        "userId": profile.identity(),
        "userName": profile.name(),
        "employeeNumber": profile.number(),
        "companyId": profile.user["companyId"],
        "projectId": project.id,
        "projectNumber": project.number,
        "transDateTime": format!("{day}T00:00:00Z"),
        "qty": total,
        "standardQty": 7.5,
        "overtime50Qty": overtime_50,
        "overtime100Qty": overtime_100,
        "overtimeLines": overtime_lines.collect::<Vec<_>>(),
        "timebankQty": 0.0,
        "breakQty": 0.5,
        "absenceQty": 0.0,
        "approvedQty": if approved { total } else { 0.0 },
        "lockedQty": if locked { total } else { 0.0 },
        "approved": approved,
        "approvedByName": approved.then_some("Ingebjørg Sæther"),
        "approvedDateTime": approved_at,
        "locked": locked,
        "modifiedDateTime": crate::state::clock::format_iso(changed),
    }))
}

fn as_lines(rows: &[Value], voucher_number: Option<&str>) -> Vec<Value> {
    let line = |row: &Value, id: &Value, name: &Value, qty: &Value| {
        json!({
            "voucherNumber": voucher_number,
            "employeeNumber": row["employeeNumber"],
            "userName": row["userName"],
            "companyId": row["companyId"],
            "projectNumber": row["projectNumber"],
            "workDate": row["transDateTime"],
            "payrollTypeId": id,
            "name": name,
            "qty": qty,
        })
    };
    let row_lines = |row: &Value| {
        let mut lines = vec![line(row, &json!("1000"), &json!("Timelønn"), &row["standardQty"])];
        let overtime = row["overtimeLines"].as_array().into_iter().flatten();
        lines.extend(overtime.map(|overtime_line| {
            line(row, &overtime_line["payrollTypeId"], &overtime_line["name"], &overtime_line["qty"])
        }));
        lines
    };
    rows.iter().flat_map(row_lines).collect()
}

impl Profile {
    /// Returns true for variable payroll, which the export treats as fixed pay; others are paid by the hour.
    fn has_fixed_pay(&self) -> bool {
        self.employments.last().is_some_and(|employment| employment.payroll == 2)
    }
}
