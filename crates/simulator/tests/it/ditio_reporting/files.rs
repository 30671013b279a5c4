//! The files that rows refer to, which the core API serves.

use keyfob_simulator::{DitioTable as T, credentials};
use reqwest::{Response, StatusCode};

use super::{Reporting, text};
use crate::support::token;

async fn download(reporting: &Reporting, url: &str) -> Response {
    reporting.http.get(url).bearer_auth(&reporting.token).send().await.unwrap()
}

#[tokio::test]
async fn documents_and_images_are_downloaded_from_the_core_api_with_either_scope() {
    let mut reporting = Reporting::start().await;
    let url = reporting.simulator.url().to_owned();
    let mut seen = 0;
    for table in [T::AbsenceRegistrations, T::IncidentRegistrations, T::ChecklistRegistrations] {
        for row in reporting.tables().rows(table).iter().filter(|row| row["pdfUrl"].is_string()).take(3) {
            assert!(text(row, "pdfUrl").starts_with(&format!("{url}/ditio/core/api/file/")));
            let response = download(&reporting, text(row, "pdfUrl")).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()["content-type"], "application/pdf");
            assert!(response.bytes().await.unwrap().starts_with(b"%PDF-1.4"));
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
    reporting.token = token(&reporting.http, &url, "ditioapiv3").await;
    let image = &reporting.tables().rows(T::Images)[5];
    let mut sizes = Vec::new();
    for member in ["urlSm", "urlM", "urlLg", "url"] {
        let response = download(&reporting, text(image, member)).await;
        assert_eq!(response.headers()["content-type"], "image/png");
        sizes.push(response.bytes().await.unwrap().len());
    }
    assert!(sizes.is_sorted());
    assert_eq!(image["fileSize"], sizes[3]);
}

#[tokio::test]
async fn a_file_is_not_found_without_its_row_and_unauthorized_without_a_token() {
    let mut reporting = Reporting::start().await;
    let tables = reporting.tables();
    let rows = tables.rows(T::AbsenceRegistrations);
    let row = rows.iter().find(|row| row["pdfUrl"].is_string()).unwrap();
    assert_eq!(download(&reporting, text(row, "pdfUrl")).await.status(), StatusCode::OK);
    tables.delete(T::AbsenceRegistrations, [text(row, "id")]);
    assert_eq!(download(&reporting, text(row, "pdfUrl")).await.status(), StatusCode::NOT_FOUND);
    let url = format!("{}/ditio/core/api/file/6610f1a3c5000000000000aa", reporting.simulator.url());
    assert_eq!(download(&reporting, &url).await.status(), StatusCode::NOT_FOUND);
    reporting.token = token(&reporting.http, reporting.simulator.url(), "masstransportapiv1").await;
    let image = tables.rows(T::Images)[0].clone();
    assert_eq!(download(&reporting, text(&image, "url")).await.status(), StatusCode::UNAUTHORIZED);
    credentials::DITIO_ACCESS_TOKEN.clone_into(&mut reporting.token);
    assert_eq!(download(&reporting, text(&image, "url")).await.status(), StatusCode::OK);
}
