//! Ditio reporting: every table, its pages, and the changes that tests make.

mod clients;
mod control;
mod cursors;
mod errors;
mod fields;
mod files;
mod incremental;
mod pages;
mod parameters;
mod scale;

use keyfob_simulator::{DitioReporting, DitioTable, Simulator};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::support::{http, read_response, token};

/// A simulator with a client and a token for reporting.
struct Reporting {
    simulator: Simulator,
    http: Client,
    token: String,
}

impl Reporting {
    async fn start() -> Self {
        Self::over(Simulator::start().await.unwrap()).await
    }

    async fn over(simulator: Simulator) -> Self {
        let http = http();
        let token = token(&http, simulator.url(), "reportingapiv1").await;
        Self { simulator, http, token }
    }

    fn tables(&self) -> DitioReporting {
        self.simulator.ditio_reporting()
    }

    fn request(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}/ditio/reporting{path}", self.simulator.url())).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        read_response(self.request(path).send().await.unwrap()).await
    }

    async fn page(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// Reads every page by its links. `path` must have a query.
    async fn pages(&self, path: &str) -> Vec<Value> {
        let mut pages = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.page(&path).await;
            next = page["links"]["next"].as_str().map(str::to_owned);
            let has_token = page["continuationToken"].as_str().is_some_and(|token| !token.is_empty());
            assert_eq!(has_token, next.is_some());
            pages.push(page);
            assert!(pages.len() < 5_000, "the pages of {path} do not end");
        }
        pages
    }
}

/// Returns the path with the parameters that include every row.
fn everything(table: DitioTable) -> String {
    let (path, wide) = match table {
        DitioTable::WorkBreakdownStructure => ("project/work-breakdown-structure", ""),
        DitioTable::PayrollLines | DitioTable::PayrollLinesExtended => {
            (table.name(), "&ExportFilter=All&UserPayrollTypeFilter=AllUsers")
        }
        DitioTable::AbsenceRegistrations => (table.name(), "&IncludeSensitiveData=true"),
        DitioTable::CrewListRegistrations => (table.name(), "&IncludeOpen=true&FromDateTime=2020-01-01"),
        _ => (table.name(), ""),
    };
    format!("/v1/{path}?ChunkLimit=10000{wide}")
}

fn rows(pages: &[Value]) -> Vec<Value> {
    pages.iter().flat_map(|page| page["data"].as_array().cloned().unwrap_or_default()).collect()
}

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_else(|| panic!("no text `{member}` in {row}"))
}
