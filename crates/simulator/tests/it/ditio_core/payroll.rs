//! Payroll export and crew list.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Ditio;

async fn export(ditio: &Ditio, query: &str) -> (StatusCode, Value) {
    ditio.call(Method::GET, &format!("/api/payroll-export/{query}"), None).await
}

async fn rows(ditio: &Ditio, query: &str) -> Vec<Value> {
    let (status, body) = export(ditio, query).await;
    assert_eq!(status, StatusCode::OK, "{query}: {body}");
    body.as_array().unwrap().clone()
}

#[tokio::test]
async fn the_window_is_45_days_at_most() {
    let ditio = Ditio::start().await;
    let status = async |query: &str| export(&ditio, query).await.0;
    assert_eq!(status("?fromWorkDate=2026-01-16&toWorkDate=2026-03-02").await, StatusCode::OK);
    assert_eq!(status("?fromWorkDate=2026-01-15&toWorkDate=2026-03-02").await, StatusCode::BAD_REQUEST);
    assert_eq!(status("?fromWorkDate=2026-03-03&toWorkDate=2026-03-02").await, StatusCode::BAD_REQUEST);
    assert_eq!(status("?modifiedSinceDate=2025-02-01").await, StatusCode::BAD_REQUEST);
    for bad in ["?dataFilter=1", "?userPayrollTypeFilter=all", "?fromWorkDate=soon"] {
        assert_eq!(status(bad).await, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn filters_narrow_the_rows() {
    let ditio = Ditio::start().await;
    let window = "?fromWorkDate=2026-01-20&toWorkDate=2026-03-02";
    let approved = rows(&ditio, window).await;
    let locked = rows(&ditio, &format!("{window}&dataFilter=5")).await;
    let all = rows(&ditio, &format!("{window}&dataFilter=10")).await;
    assert!(approved.iter().all(|row| row["approved"] == true && row["locked"] == false));
    assert!(locked.iter().all(|row| row["locked"] == true && row["transDateTime"].as_str().unwrap() < "2026-02"));
    assert!(!locked.is_empty() && all.len() > approved.len() + locked.len());
    let everybody = rows(&ditio, &format!("{window}&userPayrollTypeFilter=all-users")).await.len();
    let fixed = rows(&ditio, &format!("{window}&userPayrollTypeFilter=fixed-pay")).await.len();
    assert_eq!(approved.len() + fixed, everybody);
    let (one, two) = (&approved[0]["userId"], &approved.last().unwrap()["userId"]);
    let users = format!("{window}&userIds={}&userIds={}", one.as_str().unwrap(), two.as_str().unwrap());
    assert!(
        rows(&ditio, &users.replace('|', "%7C")).await.iter().all(|row| row["userId"] == *one || row["userId"] == *two)
    );
    let late = rows(&ditio, &format!("{window}&modifiedSinceDate=2026-02-20")).await;
    assert!(
        late.iter().all(|row| row["modifiedDateTime"].as_str().unwrap() >= "2026-02-20") && late.len() < approved.len()
    );
    let overtime = rows(&ditio, &format!("{window}&payrollTypeIds=1200")).await;
    assert!(!overtime.is_empty() && overtime.iter().all(|row| row["overtime100Qty"].as_f64().unwrap() > 0.0));
}

#[tokio::test]
async fn overtime_lines_add_up_to_the_totals() {
    let ditio = Ditio::start().await;
    for row in rows(&ditio, "").await {
        let number = |name: &str| row[name].as_f64().unwrap();
        assert!((number("qty") - 7.5 - number("overtime50Qty") - number("overtime100Qty")).abs() < 1e-9, "{row}");
        let lines: f64 =
            row["overtimeLines"].as_array().unwrap().iter().map(|line| line["qty"].as_f64().unwrap()).sum();
        assert!((lines - number("overtime50Qty") - number("overtime100Qty")).abs() < 1e-9, "{row}");
    }
    assert_eq!(rows(&ditio, "").await, rows(&ditio, "readonly").await);
}

#[tokio::test]
async fn the_crew_list_has_local_times_and_an_exclusive_end() {
    let ditio = Ditio::start().await;
    let crew = async |query: &str| {
        ditio
            .call(Method::GET, &format!("/api/v3/onlineusers/activeonly{query}"), None)
            .await
            .1
            .as_array()
            .unwrap()
            .clone()
    };
    let today = crew("").await;
    assert!(!today.is_empty());
    for row in &today {
        assert_eq!((&row["stopTime"], &row["hasTransaction"]), (&json!("0001-01-01T00:00:00"), &json!(true)));
        let start = row["startTime"].as_str().unwrap();
        assert!(start.starts_with("2026-03-02T0") && !start.ends_with('Z'), "{start}");
    }
    let before = crew("?fromDateTime=2026-02-26&toDateTime=2026-02-27").await;
    assert!(!before.is_empty());
    assert!(before.iter().all(|row| row["stopTime"].as_str().unwrap().starts_with("2026-02-26T1")));
    let (one, two) = (before[0]["projectId"].as_str().unwrap(), before[1]["projectId"].as_str().unwrap());
    let some = crew(&format!("?fromDateTime=2026-02-26&toDateTime=2026-02-27&projectIds={one},{two}")).await;
    assert!(some.len() >= 2 && some.len() < before.len());
    assert!(crew("?fromDateTime=2026-02-27&toDateTime=2026-02-27").await.is_empty());
}
