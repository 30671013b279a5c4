//! Error responses.

use keyfob_simulator::DitioTable as T;
use reqwest::StatusCode;
use serde_json::json;

use super::{Reporting, everything};
use crate::support::token;

#[tokio::test]
async fn a_token_without_the_audience_is_unauthorized_or_forbidden_when_switched() {
    let mut reporting = Reporting::start().await;
    reporting.token = token(&reporting.http, reporting.simulator.url(), "ditioapiv3 masstransportapiv1").await;
    let (status, _) = reporting.get("/v1/project").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    reporting.tables().switch(|switches| switches.missing_scope_status = 403);
    assert_eq!(reporting.get("/v1/project").await.0, StatusCode::FORBIDDEN);
    "made-up".clone_into(&mut reporting.token);
    assert_eq!(reporting.get("/v1/project").await.0, StatusCode::UNAUTHORIZED);
    let url = format!("{}/ditio/reporting/v1/project", reporting.simulator.url());
    assert_eq!(reporting.http.get(url).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn paths_match_in_any_case_and_unknown_ones_are_not_found() {
    let reporting = Reporting::start().await;
    assert_eq!(reporting.get("/V1/Project/Work-Breakdown-Structure").await.0, StatusCode::OK);
    for path in ["/v1/documents", "/v1/projects", "/v1/project/1", "/v2/project", "/"] {
        assert_eq!(reporting.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn invalid_parameters_are_rejected_by_name() {
    let reporting = Reporting::start().await;
    for (query, error) in [
        ("ModifiedBefore=2026-01-01", "ArgumentIsNull"),
        ("ModifiedSince=2026-01-02&ModifiedBefore=2026-01-02", "ArgumentInvalid"),
        ("ModifiedSince=yesterday", "ArgumentInvalid"),
        ("FromDateTime=2026-13-01", "ArgumentInvalid"),
        ("ChunkLimit=many", "ArgumentInvalid"),
        ("OwnCompanyDataOnly=perhaps", "ArgumentInvalid"),
    ] {
        let (status, body) = reporting.get(&format!("/v1/time-registrations?{query}")).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!(error)), "{query}");
        assert!(body["message"].is_string());
    }
    let (_, body) = reporting.get("/v1/project?ModifiedBefore=2026-01-01").await;
    assert_eq!(body["message"], "The 'ModifiedSince' parameter is required.");
    for half in ["FromDateTime=2026-01-01", "ToDateTime=2026-01-01"] {
        let (status, _) = reporting.get(&format!("/v1/machine-registrations?{half}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{half}");
    }
    let (status, _) = reporting.get("/v1/payroll-lines-extended?ExportFilter=Everything").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn foreign_projects_and_companies_are_forbidden() {
    let reporting = Reporting::start().await;
    for query in ["ProjectId=65f1a2b3c4d5e6f7a8b9c0d1", "CompanyId=098765", "CompanyId=12345"] {
        let (status, body) = reporting.get(&format!("/v1/time-registrations?{query}")).await;
        assert_eq!((status, &body["error"]), (StatusCode::FORBIDDEN, &json!("Forbidden")), "{query}");
    }
}

#[tokio::test]
async fn some_tables_require_an_administrator_and_one_a_rollout() {
    let reporting = Reporting::start().await;
    reporting.tables().switch(|switches| {
        switches.administrator = false;
        switches.crew_list = false;
    });
    let closed = [T::Project, T::Resource, T::User, T::PayrollLinesExtended];
    for table in T::ALL {
        let expected = match table {
            T::CrewListRegistrations => StatusCode::NOT_FOUND,
            _ if closed.contains(&table) => StatusCode::FORBIDDEN,
            _ => StatusCode::OK,
        };
        assert_eq!(reporting.get(&everything(table)).await.0, expected, "{table}");
    }
    reporting.simulator.reset();
    assert!(reporting.tables().switches().administrator);
}
