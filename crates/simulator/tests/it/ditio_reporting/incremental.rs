//! Incremental extractions: the order of changes, and deletions.

use keyfob_simulator::DitioTable as T;
use serde_json::{Value, json};

use super::{Reporting, rows, text};

/// Returns the time of change by which the server sorts.
fn changed(row: &Value) -> String {
    row["deletedDateTime"].as_str().map_or_else(|| text(row, "modifiedDateTime").to_owned(), str::to_owned)
}

#[tokio::test]
async fn changes_come_oldest_first_and_changes_of_one_time_share_a_page() {
    let reporting = Reporting::start().await;
    let pages = reporting.pages("/v1/time-registrations?ModifiedSince=2020-01-01&ChunkLimit=4").await;
    let all = rows(&pages);
    assert_eq!(all.len(), 1_003, "every row, and three deletions");
    assert!(all.is_sorted_by_key(changed));
    assert!(!all.is_sorted_by_key(|row| row["workDate"].as_str().unwrap_or("9").to_owned()), "another order");
    assert!(pages.iter().any(|page| page["recordCount"] == 10), "ten changed at once");
    for pair in pages.windows(2) {
        let (before, after) = (pair[0]["data"].as_array().unwrap(), pair[1]["data"].as_array().unwrap());
        assert_ne!(changed(before.last().unwrap()), changed(&after[0]));
        assert_eq!(pair[0]["syncTypeName"], "incremental");
    }
    let deleted: u64 = pages.iter().map(|page| page["deletedRecordCount"].as_u64().unwrap()).sum();
    assert_eq!(deleted, 3);
}

#[tokio::test]
async fn the_start_of_a_window_is_inclusive_and_its_end_exclusive() {
    let reporting = Reporting::start().await;
    let all = rows(&reporting.pages("/v1/time-registrations?ModifiedSince=2020-01-01").await);
    let (first, last) = (changed(&all[0]), changed(&all[500]));
    let path = format!("/v1/time-registrations?ModifiedSince={first}&ModifiedBefore={last}");
    let found = rows(&reporting.pages(&path).await);
    let expected: Vec<Value> = all.iter().filter(|row| changed(row) < last).cloned().collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn written_rows_come_last_and_a_full_extraction_has_the_same_rows() {
    let reporting = Reporting::start().await;
    let tables = reporting.tables();
    let start = reporting.simulator.now().to_rfc3339().replace("+00:00", "Z");
    let rows_before = tables.rows(T::TimeRegistrations);
    let ids: Vec<&str> = rows_before[..4].iter().map(|row| text(row, "id")).collect();
    assert_eq!(tables.update(T::TimeRegistrations, [ids[0], ids[1], "nobody"], json!({ "qty": 11 })), 2);
    let new = tables.insert(T::TimeRegistrations, [json!({ "workDate": "2026-03-01T00:00:00", "description": "Ny" })]);
    assert_eq!(tables.delete(T::TimeRegistrations, [ids[2], ids[3]]), 2);
    assert_eq!(tables.delete(T::TimeRegistrations, [ids[2]]), 0, "it is gone");

    let page = reporting.page(&format!("/v1/time-registrations?ModifiedSince={start}")).await;
    let changes = page["data"].as_array().unwrap();
    let seen: Vec<&str> = changes.iter().map(|row| text(row, "id")).collect();
    assert_eq!(seen, [ids[0], ids[1], &new[0], ids[2], ids[3]]);
    assert_eq!(changes[0]["qty"], 11);
    assert_eq!((&page["recordCount"], &page["deletedRecordCount"]), (&json!(5), &json!(2)));

    let now = rows(&reporting.pages("/v1/time-registrations?ChunkLimit=100").await);
    assert_eq!(now, tables.rows(T::TimeRegistrations));
    assert_eq!(now.len(), 999);
    assert_eq!(text(now.last().unwrap(), "id"), new[0]);
    assert!(now.iter().all(|row| row["isDeleted"] == false), "a full extraction has no deletions");
}

#[tokio::test]
async fn the_format_of_a_tombstone_depends_on_the_table() {
    let reporting = Reporting::start().await;
    let tables = reporting.tables();
    let delete = async |table: T, path: &str| {
        let row = tables.rows(table)[0].clone();
        let start = reporting.simulator.now().to_rfc3339().replace("+00:00", "Z");
        assert_eq!(tables.delete(table, [text(&row, "id")]), 1);
        let page = reporting.page(&format!("/v1/{path}?ModifiedSince={start}")).await;
        let left = page["data"][0].clone();
        assert_eq!((&left["id"], &left["isDeleted"]), (&row["id"], &json!(true)), "{table}");
        assert!(text(&left, "deletedDateTime").starts_with("2026-03-02T08:00:00."), "{table}");
        (row, left)
    };
    let (_, left) = delete(T::TimeRegistrations, "time-registrations").await;
    assert_eq!(left["modifiedDateTime"], left["deletedDateTime"]);
    let kept = ["id", "isDeleted", "deletedDateTime", "modifiedDateTime"];
    assert!(left.as_object().unwrap().iter().all(|(name, value)| value.is_null() || kept.contains(&name.as_str())));
    let (_, left) = delete(T::AbsenceRegistrations, "absence-registrations").await;
    assert_eq!(left.as_object().unwrap().len(), 4);
    let (_, left) = delete(T::MachineRegistrations, "machine-registrations").await;
    assert_eq!((&left["stopDateTime"], &left["qty"]), (&json!("0001-01-01T00:00:00"), &json!(0)));
    for (table, path) in [
        (T::Project, "project"),
        (T::WorkBreakdownStructure, "project/work-breakdown-structure"),
        (T::Resource, "resource"),
        (T::User, "user"),
    ] {
        let (row, left) = delete(table, path).await;
        assert_eq!(left["name"], row["name"], "the last version");
        assert_eq!(left["modifiedDateTime"], row["modifiedDateTime"], "changed before the deletion");
    }
    let (row, left) = delete(T::ChecklistRegistrations, "checklist-registrations").await;
    assert_eq!(left["sections"], row["sections"]);
    assert_eq!(left["modifiedDateTime"], left["deletedDateTime"]);
}

#[tokio::test]
async fn rows_written_in_one_call_share_a_page() {
    let reporting = Reporting::start().await;
    let start = reporting.simulator.now().to_rfc3339().replace("+00:00", "Z");
    let many: Vec<Value> = (0..25).map(|number| json!({ "name": format!("Prosjekt {number}") })).collect();
    reporting.tables().insert(T::Project, many);
    reporting.tables().insert(T::Project, [json!({ "name": "Ett til" })]);
    let pages = reporting.pages(&format!("/v1/project?ModifiedSince={start}&ChunkLimit=3")).await;
    let counts: Vec<&Value> = pages.iter().map(|page| &page["recordCount"]).collect();
    assert_eq!(counts, [25, 1]);
}
