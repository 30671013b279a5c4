//! Pages of full extractions.

use keyfob_simulator::{DitioTable as T, Simulator};
use serde_json::{Value, json};

use super::{Reporting, everything, rows, text};

#[tokio::test]
async fn pages_lose_no_row_repeat_no_row_and_do_not_split_a_day() {
    let reporting = Reporting::start().await;
    let pages = reporting.pages("/v1/time-registrations?ChunkLimit=5").await;
    let all = rows(&pages);
    assert_eq!(all, reporting.tables().rows(T::TimeRegistrations));
    assert_eq!(all.len(), 1_000);
    for page in &pages {
        let data = page["data"].as_array().unwrap();
        assert_eq!(page["recordCount"], json!(data.len()));
        assert_eq!(page["deletedRecordCount"], 0);
        assert_eq!(page["syncTypeName"], "full");
        // A day has eight rows, more than the limit of five, and a page ends only at the end of a day.
        assert_eq!(data.len(), 8);
        assert!(data.iter().all(|row| row["workDate"] == data[0]["workDate"]));
    }
    assert!(all.is_sorted_by_key(|row| text(row, "workDate")));
}

#[tokio::test]
async fn every_table_has_the_same_rows_in_small_pages_as_in_one() {
    let reporting = Reporting::start().await;
    for table in T::ALL {
        let whole = everything(table);
        let small = whole.replace("ChunkLimit=10000", "ChunkLimit=7");
        let pages = reporting.pages(&small).await;
        assert!(pages.len() > 1, "{table}");
        assert_eq!(rows(&pages), reporting.tables().rows(table), "{table}");
    }
}

#[tokio::test]
async fn the_last_page_has_no_token_in_one_of_three_forms() {
    let reporting = Reporting::start().await;
    let last = async |table| reporting.pages(&everything(table)).await.pop().unwrap();
    assert_eq!(last(T::User).await["continuationToken"], "");
    assert_eq!(last(T::TimeRegistrations).await.get("continuationToken"), Some(&Value::Null));
    assert_eq!(last(T::Project).await.get("continuationToken"), None);
    assert_eq!(last(T::Project).await["links"], json!({}));
}

#[tokio::test]
async fn the_window_includes_its_end() {
    let reporting = Reporting::start().await;
    let path = "/v1/time-registrations?FromDateTime=2026-02-26&ToDateTime=2026-02-27T00:00:00Z";
    let found = rows(&reporting.pages(path).await);
    assert_eq!(found.len(), 16);
    assert_eq!(text(&found[0], "workDate"), "2026-02-26T00:00:00");
    assert_eq!(text(&found[15], "workDate"), "2026-02-27T00:00:00");
    let later = reporting.page("/v1/time-registrations?fromdatetime=2026-02-28").await;
    assert_eq!(later["recordCount"], 0);
}

#[tokio::test]
async fn machines_are_ordered_by_stop_time_and_trips_by_load_time() {
    let reporting = Reporting::start().await;
    for (table, member) in [(T::MachineRegistrations, "stopDateTime"), (T::FlowTripRegistrations, "loadDateTime")] {
        let rows = reporting.tables().rows(table);
        assert!(rows.is_sorted_by_key(|row| text(row, member)), "{table}");
        assert!(rows.windows(2).any(|pair| pair[0][member] == pair[1][member]), "{table} has ties");
    }
}

#[tokio::test]
async fn one_seed_gives_the_same_bytes_and_another_seed_different_bytes() {
    let bytes = async |seed| {
        let reporting = Reporting::over(Simulator::builder().seed(seed).start().await.unwrap()).await;
        let mut bytes = String::new();
        for table in T::ALL.into_iter().filter(|table| !matches!(table, T::Images)) {
            let response = reporting.request(&everything(table)).send().await.unwrap();
            bytes.push_str(&response.text().await.unwrap());
        }
        // File URLs contain the port.
        bytes.replace(reporting.simulator.url(), "")
    };
    let first = bytes(3).await;
    assert!(first == bytes(3).await);
    assert!(first != bytes(4).await);
}
