//! The requests of the vendor's own samples, in their order and spelling.

use keyfob_simulator::{Simulator, credentials};
use reqwest::StatusCode;

use super::{Reporting, text};
use crate::support::{http, read_response};

/// Requests a token with HTTP Basic, as the sync sample and the crew list do.
async fn with_basic() -> Reporting {
    let (simulator, http) = (Simulator::start().await.unwrap(), http());
    let request = http.post(format!("{}/ditio/identity/connect/token", simulator.url()));
    let request = request.basic_auth(credentials::DITIO_CLIENT_ID, Some(credentials::DITIO_CLIENT_SECRET));
    let form = [("grant_type", "client_credentials"), ("scope", "reportingapiv1")];
    let (status, body) = read_response(request.form(&form).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let token = text(&body, "access_token").to_owned();
    Reporting { simulator, http, token }
}

#[tokio::test]
async fn the_sync_sample_runs_ten_tables_twice_with_the_start_on_every_page() {
    let reporting = with_basic().await;
    for endpoint in [
        "time-registrations",
        "absence-registrations",
        "machine-registrations",
        "incident-registrations",
        "checklist-registrations",
        "flow-trip-registrations",
        "project",
        "project/work-breakdown-structure",
        "resource",
        "user",
    ] {
        for (since, mode) in [("", "full"), ("&ModifiedSince=2026-02-01T00:00:00.000Z", "incremental")] {
            let (mut token, mut pages) = (String::new(), 0);
            loop {
                let page = reporting.page(&format!("/v1/{endpoint}?ChunkLimit=300{since}{token}")).await;
                assert_eq!(page["syncTypeName"], mode);
                assert!(page["data"].as_array().unwrap().iter().all(|row| row["id"].is_string()));
                pages += 1;
                match page["continuationToken"].as_str().filter(|token| !token.is_empty()) {
                    Some(next) => {
                        token = format!("&ContinuationToken={}", next.replace('=', "%3D").replace('+', "%2B"));
                    }
                    None => break,
                }
            }
            assert!(pages > 0 && (endpoint != "time-registrations" || !since.is_empty() || pages > 3));
        }
    }
}

#[tokio::test]
async fn the_extraction_sample_reads_each_table_pages_projects_and_downloads_changes() {
    let reporting = Reporting::start().await;
    for endpoint in [
        "project",
        "project/work-breakdown-structure",
        "user",
        "resource",
        "time-registrations",
        "machine-registrations",
        "absence-registrations",
        "payroll-lines",
        "incident-registrations",
        "checklist-registrations",
        "images",
        "flow-trip-registrations",
    ] {
        reporting.page(&format!("/v1/{endpoint}?ChunkLimit=5")).await;
    }
    let mut token = String::new();
    while let page = reporting.page(&format!("/v1/project?ChunkLimit=10{token}")).await
        && let Some(next) = page["continuationToken"].as_str().filter(|token| !token.is_empty())
    {
        token = format!("&continuationToken={}", next.replace('=', "%3D").replace('+', "%2B"));
    }
    assert!(!token.is_empty(), "there are several pages");
    let mut files = 0;
    for endpoint in ["checklist-registrations", "incident-registrations", "absence-registrations"] {
        let page = reporting.page(&format!("/v1/{endpoint}?ModifiedSince=2026-01-01T00:00:00Z")).await;
        let mut rows = page["data"].as_array().unwrap().iter();
        if let Some(url) = rows.find_map(|row| row["pdfUrl"].as_str()) {
            let file = reporting.http.get(url).bearer_auth(&reporting.token).send().await.unwrap();
            assert!(file.bytes().await.unwrap().starts_with(b"%PDF"));
            files += 1;
        }
    }
    assert!(files > 1, "{files}");
    let lines = reporting.page("/v1/payroll-lines-extended?ExportFilter=All&UserPayrollTypeFilter=AllUsers").await;
    assert!(
        lines["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line["overtimeLines"].as_array().is_some_and(|list| !list.is_empty()))
    );
}

#[tokio::test]
async fn the_crew_list_is_polled_for_some_projects_with_open_stays() {
    let reporting = with_basic().await;
    let projects = reporting.page("/v1/project").await["data"].clone();
    let ids: Vec<&str> = projects.as_array().unwrap().iter().map(|row| text(row, "id")).take(3).collect();
    let path = format!("/v1/crew-list-registrations?ProjectIds={}&IncludeOpen=true", ids.join(","));
    let today = reporting.page(&path).await["data"].clone();
    let changed = reporting.page(&format!("{path}&ModifiedSince=2026-02-01T00:00:00Z")).await["data"].clone();
    assert!(changed.as_array().unwrap().len() >= today.as_array().unwrap().len());
    assert!(changed.as_array().unwrap().iter().all(|row| ids.contains(&text(row, "projectId"))), "{changed}");
}
