//! The same calls with hand-written code and a retry middleware, into the same structs.

use anyhow::Result;
use keyfob_ditio_core::types::Project;
use keyfob_ditio_reporting::types::TimeRegistrationPage;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest_middleware::ClientWithMiddleware;
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use serde::de::DeserializeOwned;

use super::clients::{Api, bearer, http};

/// Hand-written client with retries by reqwest-retry.
#[derive(Clone)]
pub(super) struct Middleware {
    http: ClientWithMiddleware,
    base: String,
    bearer: HeaderValue,
}

impl Middleware {
    pub(super) fn new(base: &str) -> Result<Self> {
        let retries =
            RetryTransientMiddleware::new_with_policy(ExponentialBackoff::builder().build_with_max_retries(3));
        let http = reqwest_middleware::ClientBuilder::new(http(HeaderMap::new())?).with(retries).build();
        Ok(Self { http, base: base.to_owned(), bearer: bearer()? })
    }

    async fn get<T: DeserializeOwned>(&self, path: String) -> Result<T> {
        let request = self.http.get(format!("{}{path}", self.base));
        let request = request.header(AUTHORIZATION, self.bearer.clone()).header(ACCEPT, "application/json");
        let body = request.send().await?.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Api for Middleware {
    async fn project(&self, id: &str) -> Result<Project> {
        self.get(format!("/api/v4/integration/projects/{id}")).await
    }

    async fn page(&self, rows: i64) -> Result<TimeRegistrationPage> {
        self.get(format!("/v1/time-registrations?ChunkLimit={rows}")).await
    }
}
