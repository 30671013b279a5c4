//! Continuation tokens.

use keyfob_simulator::DitioTable as T;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Reporting, everything, rows, text};

fn with_token(path: &str, token: &Value) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("continuationToken", token.as_str().unwrap())
        .finish();
    format!("{path}&{query}")
}

#[tokio::test]
async fn a_token_is_bound_to_its_mode_and_filters_but_not_to_the_page_size() {
    let reporting = Reporting::start().await;
    let incremental = "/v1/time-registrations?modifiedsince=2026-01-05&ChunkLimit=20";
    let first = reporting.page(incremental).await;
    let token = &first["continuationToken"];
    assert!(token.as_str().unwrap().starts_with("eyJ"));
    let second = reporting.page(&with_token(incremental, token)).await;
    assert_ne!(second["data"][0], first["data"][0]);
    let larger = "/v1/time-registrations?ModifiedSince=2026-01-05&ChunkLimit=200";
    assert_eq!(reporting.page(&with_token(larger, token)).await["data"][0], second["data"][0]);
    for wrong in [
        "/v1/time-registrations?ChunkLimit=20",
        "/v1/time-registrations?ModifiedSince=2026-01-06",
        "/v1/time-registrations?ModifiedSince=2026-01-05&CompanyId=012345",
        "/v1/machine-registrations?ModifiedSince=2026-01-05",
    ] {
        let (status, body) = reporting.get(&with_token(wrong, token)).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("InvalidContinuationToken")), "{wrong}");
    }
    let (status, _) = reporting.get("/v1/project?ContinuationToken=made-up").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_next_link_is_relative_to_the_apis_root_and_has_the_parameters() {
    let reporting = Reporting::start().await;
    let page = reporting.page("/v1/absence-registrations?fromdatetime=2026-01-01T00:00:00%2B01:00&ChunkLimit=3").await;
    let next = page["links"]["next"].as_str().unwrap();
    assert!(
        next.starts_with("/v1/absence-registrations?FromDateTime=2026-01-01T00%3A00%3A00%2B01%3A00&ChunkLimit=3&"),
        "{next}"
    );
}

#[tokio::test]
async fn a_row_that_changes_between_pages_is_repeated_and_no_row_is_lost() {
    let reporting = Reporting::start().await;
    let path = "/v1/project?ModifiedSince=2020-01-01&ChunkLimit=6";
    let first = reporting.page(path).await;
    let early = text(&first["data"][0], "id").to_owned();
    let late = text(
        reporting.page("/v1/project?ModifiedSince=2020-01-01").await["data"].as_array().unwrap().last().unwrap(),
        "id",
    )
    .to_owned();
    reporting.tables().update(T::Project, [early.as_str(), late.as_str()], json!({ "active": false }));
    let next = first["links"]["next"].as_str().unwrap();
    let rest = rows(&reporting.pages(next).await);
    let ids: Vec<&str> = rest.iter().map(|row| text(row, "id")).collect();
    let tail = &ids[ids.len() - 2..];
    assert!(tail.contains(&early.as_str()) && tail.contains(&late.as_str()));
    assert_eq!(first["data"].as_array().unwrap().len() + rest.len(), 17, "sixteen, and one of them twice");
}

#[tokio::test]
async fn empty_pages_are_sent_only_when_switched_on() {
    let reporting = Reporting::start().await;
    reporting.tables().switch(|switches| switches.empty_pages = true);
    let pages = reporting.pages("/v1/project?ChunkLimit=5").await;
    let counts: Vec<&Value> = pages.iter().map(|page| &page["recordCount"]).collect();
    assert_eq!(counts, [5, 0, 5, 0, 5, 0, 1]);
    assert!(pages[1]["data"].is_null());
    assert_eq!(rows(&pages), reporting.tables().rows(T::Project));
}

#[tokio::test]
async fn deletions_are_repeated_only_when_switched_on() {
    let reporting = Reporting::start().await;
    let ids: Vec<String> = reporting.tables().rows(T::Project).iter().map(|row| text(row, "id").to_owned()).collect();
    let start = reporting.simulator.now().to_rfc3339().replace("+00:00", "Z");
    for id in &ids[..4] {
        reporting.tables().delete(T::Project, [id.as_str()]);
    }
    let path = format!("/v1/project?ModifiedSince={start}&ChunkLimit=1");
    assert_eq!(rows(&reporting.pages(&path).await).len(), 4);
    reporting.tables().switch(|switches| switches.repeated_deletions = true);
    let path = format!("/v1/project?ModifiedSince={start}&ChunkLimit=2");
    let pages = reporting.pages(&path).await;
    let seen = rows(&pages);
    assert!(seen.len() > 4);
    assert_eq!(pages[1]["data"][0], pages[0]["data"][1], "the last of a page is the first of the next");
}

#[tokio::test]
async fn an_inserted_row_is_returned_by_every_table() {
    let reporting = Reporting::start().await;
    for table in T::ALL {
        let inserted = reporting.tables().insert(table, [json!({ "name": "Ny" })]);
        let now = rows(&reporting.pages(&everything(table)).await);
        assert!(now.iter().any(|row| row["id"] == inserted[0].as_str()), "{table}");
    }
}
