//! A million registrations, computed per request.

use keyfob_simulator::{DitioTable as T, Simulator};
use serde_json::{Value, json};

use super::{Reporting, rows, text};

#[tokio::test]
async fn a_million_rows_are_counted_paged_and_changed_at_both_ends() {
    let reporting = Reporting::over(Simulator::builder().scale(1_000_000).start().await.unwrap()).await;
    let tables = reporting.tables();
    assert_eq!(tables.count(T::TimeRegistrations), 1_000_000);
    let first = reporting.page("/v1/time-registrations?ChunkLimit=10").await;
    assert_eq!(first["recordCount"], 800, "a day's");
    let last = rows(&reporting.pages("/v1/time-registrations?FromDateTime=2026-02-26&ChunkLimit=500").await);
    assert_eq!(last.len(), 1_600);
    let (early, late) = (text(&first["data"][0], "id"), text(&last[1_599], "id"));
    let start = reporting.simulator.now().to_rfc3339().replace("+00:00", "Z");
    tables.update(T::TimeRegistrations, [early], json!({ "qty": 3 }));
    tables.delete(T::TimeRegistrations, [late]);
    assert_eq!(tables.count(T::TimeRegistrations), 999_999);
    let page = reporting.page(&format!("/v1/time-registrations?ModifiedSince={start}")).await;
    let ids: Vec<&str> = page["data"].as_array().unwrap().iter().map(|row| text(row, "id")).collect();
    assert_eq!(ids, [early, late]);
}

#[tokio::test]
async fn changes_of_a_million_rows_can_be_read_from_the_middle() {
    let reporting = Reporting::over(Simulator::builder().scale(1_000_000).start().await.unwrap()).await;
    let path =
        "/v1/time-registrations?ModifiedSince=2026-02-26T00:00:00Z&ModifiedBefore=2026-02-26T12:00:00Z&ChunkLimit=100";
    let pages = reporting.pages(path).await;
    let all = rows(&pages);
    let mut ids: Vec<&str> = all.iter().map(|row| text(row, "id")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(count > 200, "{count}");
    assert!(all.is_sorted_by_key(|row| text(row, "modifiedDateTime").to_owned()));
    let sizes: Vec<&Value> = pages.iter().map(|page| &page["recordCount"]).collect();
    assert!(sizes[..sizes.len() - 1].iter().all(|size| size.as_u64().is_some_and(|size| (100..110).contains(&size))));
}

#[tokio::test]
async fn a_table_without_rows_is_an_empty_page() {
    let reporting = Reporting::over(Simulator::builder().scale(0).start().await.unwrap()).await;
    let page = reporting.page("/v1/time-registrations").await;
    assert_eq!((&page["data"], &page["recordCount"]), (&json!([]), &json!(0)));
    let page = reporting.page("/v1/time-registrations?ModifiedSince=2020-01-01").await;
    assert_eq!(page["recordCount"], 0);
}
