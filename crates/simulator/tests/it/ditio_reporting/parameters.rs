//! Filters, and the effect of the shared parameters on each table.

use keyfob_simulator::DitioTable as T;
use serde_json::Value;

use super::{Reporting, everything, rows, text};

#[tokio::test]
async fn projects_and_companies_filter() {
    let reporting = Reporting::start().await;
    let all = reporting.tables().rows(T::TimeRegistrations);
    let project = text(&all[0], "projectId");
    let expected: Vec<&Value> = all.iter().filter(|row| row["projectId"] == project).collect();
    let path = format!("/v1/time-registrations?ProjectId={project}&ChunkLimit=3");
    assert_eq!(rows(&reporting.pages(&path).await).iter().collect::<Vec<_>>(), expected);
    let companies = async |query: &str| {
        let rows = rows(&reporting.pages(&format!("/v1/project?{query}")).await);
        let mut ids: Vec<String> = rows.iter().map(|row| text(row, "companyId").to_owned()).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    assert_eq!(companies("").await, ["012345", "012346", "098765"]);
    assert_eq!(companies("CompanyId=012346").await, ["012346"]);
    assert_eq!(companies("OwnCompanyDataOnly=true").await, ["012345", "012346"]);
    assert_eq!(companies("ExcludeDataFromSubsidiaries=True").await, ["012345", "098765"]);
}

#[tokio::test]
async fn tombstones_are_filtered_by_the_row_before_its_deletion() {
    let reporting = Reporting::start().await;
    let tables = reporting.tables();
    let all = tables.rows(T::TimeRegistrations);
    let start = reporting.simulator.now().to_rfc3339().replace("+00:00", "Z");
    let other = all.iter().find(|row| row["projectId"] != all[0]["projectId"]).unwrap();
    tables.delete(T::TimeRegistrations, [text(&all[0], "id"), text(other, "id")]);
    let project = text(&all[0], "projectId");
    let page = reporting.page(&format!("/v1/time-registrations?ModifiedSince={start}&ProjectId={project}")).await;
    assert_eq!(page["deletedRecordCount"], 1);
    assert_eq!(page["data"][0]["id"], all[0]["id"]);
}

#[tokio::test]
async fn alerts_checklists_and_metadata_ignore_dates() {
    let reporting = Reporting::start().await;
    for table in [T::IncidentRegistrations, T::ChecklistRegistrations, T::Project, T::User] {
        let path = everything(table);
        let dated = format!("{path}&FromDateTime=2099-01-01&ToDateTime=2099-01-02");
        assert_eq!(reporting.page(&dated).await["data"], reporting.page(&path).await["data"], "{table}");
    }
}

#[tokio::test]
async fn absences_filter_by_state_and_have_sensitive_members_only_on_request() {
    let reporting = Reporting::start().await;
    let all = reporting.tables().rows(T::AbsenceRegistrations);
    for (parameter, member) in [("Approved", "approved"), ("ApprovedPayroll", "payrollApproved"), ("Locked", "locked")]
    {
        let found = rows(&reporting.pages(&format!("/v1/absence-registrations?{parameter}=true")).await);
        assert_eq!(found.len(), all.iter().filter(|row| row[member] == true).count(), "{parameter}");
        assert!(!found.is_empty());
    }
    assert!(all.iter().all(|row| row.get("sickLeaveReason").is_some()));
    let page = reporting.page("/v1/absence-registrations?").await;
    assert!(page["data"].as_array().unwrap().iter().all(|row| row.get("sickLeaveReason").is_none()));
}

#[tokio::test]
async fn payroll_has_approved_days_of_people_paid_by_hour_by_default() {
    let reporting = Reporting::start().await;
    let count = async |query: &str| rows(&reporting.pages(&format!("/v1/payroll-lines-extended?{query}")).await).len();
    let all = count("ExportFilter=All&UserPayrollTypeFilter=AllUsers").await;
    let hourly = count("ExportFilter=All").await;
    let fixed = count("ExportFilter=All&UserPayrollTypeFilter=FixedPay").await;
    let approved = count("").await;
    assert_eq!(all, 250);
    assert_eq!(hourly + fixed, all);
    assert!(approved < hourly && approved > 0 && fixed > 0);
}

#[tokio::test]
async fn images_filter_by_source_repeated_or_comma_separated() {
    let reporting = Reporting::start().await;
    for query in ["Sources=feed,alert", "Sources=feed&Sources=alert"] {
        let found = rows(&reporting.pages(&format!("/v1/images?{query}")).await);
        assert_eq!(found.len(), 100 / 3 + 1, "{query}");
        assert!(found.iter().all(|row| row["source"] != "checklist"));
    }
}

#[tokio::test]
async fn the_crew_list_is_for_today_and_omits_open_stays() {
    let reporting = Reporting::start().await;
    let today = reporting.page("/v1/crew-list-registrations?IncludeOpen=true").await;
    let today = today["data"].as_array().unwrap();
    assert!(today.iter().all(|row| text(row, "checkInDateTime").starts_with("2026-03-02T0")));
    let open = today.iter().filter(|row| row["checkOutDateTime"].is_null()).count();
    let closed = reporting.page("/v1/crew-list-registrations").await;
    assert_eq!(closed["data"].as_array().unwrap().len(), today.len() - open);
    assert!(open > 0 && open < today.len());
    let (first, second) = (text(&today[0], "projectId"), text(&today[1], "projectId"));
    let path = format!("/v1/crew-list-registrations?IncludeOpen=true&ProjectIds={first},{second}");
    let found = reporting.page(&path).await;
    assert!(found["data"].as_array().unwrap().len() >= 2);
    let all = reporting.page("/v1/crew-list-registrations?IncludeOpen=true&ModifiedSince=2020-01-01").await;
    assert_eq!(all["recordCount"], 90);
    let cards: Vec<&Value> = all["data"].as_array().unwrap().iter().map(|row| &row["hseCardId"]).collect();
    assert!(cards.iter().any(|card| card.is_null()));
    assert!(cards.iter().any(|card| card.as_str().is_some_and(|card| card.contains(' '))));
    assert!(cards.iter().any(|card| card.as_str().is_some_and(|card| card.starts_with('0'))));
}

#[tokio::test]
async fn the_size_of_a_page_is_clamped() {
    let reporting = Reporting::start().await;
    assert_eq!(reporting.page("/v1/project?ChunkLimit=0").await["recordCount"], 1);
    assert_eq!(reporting.page("/v1/project?ChunkLimit=-4").await["recordCount"], 1);
    assert_eq!(reporting.page("/v1/project?ChunkLimit=99999999").await["recordCount"], 16);
}

#[tokio::test]
async fn goods_are_a_csv_to_parse_by_position_with_broken_quoting() {
    let reporting = Reporting::start().await;
    let csv = async |query: &str| {
        let path = format!("/v1/item-registrations/web-query{query}");
        let response = reporting.request(&path).send().await.unwrap();
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
        response.text().await.unwrap()
    };
    let all = csv("").await;
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 101);
    assert_eq!(lines[0].split(';').count(), 15, "a column short");
    let plain: Vec<&&str> = lines[1..].iter().filter(|line| !line.starts_with('"')).collect();
    assert!(plain.iter().all(|line| line.split(';').count() == 16));
    assert!(all.contains("\"Rør Ø200 \"PE100\" 6 m\""), "quotation marks inside are not doubled");
    assert!(all.contains(";\u{2212}"), "another minus sign");
    let one = csv("?FromDate=2026-02-27&ToDate=2026-02-27").await;
    let days: Vec<&str> = one.lines().skip(1).collect();
    assert_eq!(days.len(), 2);
    assert!(days.iter().all(|line| line.contains(";27.02.2026 ")));
    let (status, _) = reporting.get("/v1/item-registrations/web-query?FromDate=soon").await;
    assert_eq!(status, 400);
}
