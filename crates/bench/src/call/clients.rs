//! Two calls, made by Keyfob and by hand-written code.

use std::time::Duration;

use anyhow::Result;
use futures::TryStreamExt as _;
use keyfob_auth::TransportConfig;
use keyfob_ditio_core::{Credentials, Endpoints, Environment, authenticator, types::Project};
use keyfob_ditio_reporting::types::{TimeRegistration, TimeRegistrationPage};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;

/// Size of the token, in bytes.
const TOKEN_BYTES: usize = 1200;
/// Id of the requested project.
pub(super) const PROJECT: &str = "6620c7aa31f0b80011cd90ef";

/// The two measured calls.
pub(super) trait Api: Clone + Send + Sync + 'static {
    /// Reads a project; the response has 1 KiB.
    fn project(&self, id: &str) -> impl Future<Output = Result<Project>> + Send;

    /// Reads one page with this number of rows.
    fn page(&self, rows: i64) -> impl Future<Output = Result<TimeRegistrationPage>> + Send;
}

/// Keyfob's generated clients.
#[derive(Clone)]
pub(crate) struct Ours {
    core: keyfob_ditio_core::Client,
    reporting: keyfob_ditio_reporting::Client,
}

impl Ours {
    pub(crate) fn new(base: &str) -> Result<Self> {
        let environment = Environment::Custom(Endpoints {
            identity: base.to_owned(),
            core: base.to_owned(),
            reporting: base.to_owned(),
            mass_transport: None,
        });
        let authenticator = authenticator(&environment, Credentials::token("t".repeat(TOKEN_BYTES)), &[]).build()?;
        Ok(Self {
            core: keyfob_ditio_core::Client::new(environment.clone(), authenticator.clone())?,
            reporting: keyfob_ditio_reporting::Client::new(environment, authenticator)?,
        })
    }

    /// Reads all rows, in pages of `size` rows.
    pub(crate) async fn rows(&self, size: i64, mut each: impl FnMut(TimeRegistration)) -> Result<()> {
        let mut rows = self.reporting.time_registrations().chunk_limit(size).stream();
        while let Some(row) = rows.try_next().await? {
            each(row);
        }
        Ok(())
    }
}

impl Api for Ours {
    async fn project(&self, id: &str) -> Result<Project> {
        Ok(self.core.project(id).await?.into_inner())
    }

    async fn page(&self, rows: i64) -> Result<TimeRegistrationPage> {
        Ok(self.reporting.time_registrations().chunk_limit(rows).await?.into_inner())
    }
}

/// Hand-written client with reqwest and `serde_json`: one HTTP client, one header, a loop over pages.
#[derive(Clone)]
pub(crate) struct ByHand {
    http: reqwest::Client,
    base: String,
    bearer: HeaderValue,
}

/// Builds an HTTP client with the timeouts that Keyfob sets.
pub(super) fn http(headers: HeaderMap) -> Result<reqwest::Client> {
    let transport = TransportConfig::new();
    let limits = |http: reqwest::ClientBuilder| http.read_timeout(Duration::from_mins(1)).default_headers(headers);
    Ok(transport.client_with(reqwest::redirect::Policy::default(), limits)?)
}

pub(super) fn bearer() -> Result<HeaderValue> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", "t".repeat(TOKEN_BYTES)))?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

impl ByHand {
    pub(crate) fn new(base: &str) -> Result<Self> {
        Ok(Self { http: http(HeaderMap::new())?, base: base.to_owned(), bearer: bearer()? })
    }

    async fn get<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T> {
        let request = request.header(AUTHORIZATION, self.bearer.clone()).header(ACCEPT, "application/json");
        let body = request.send().await?.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// Reads all rows, in pages of `size` rows.
    pub(crate) async fn rows(&self, size: i64, mut each: impl FnMut(TimeRegistration)) -> Result<()> {
        let url = format!("{}/v1/time-registrations", self.base);
        let mut cursor: Option<String> = None;
        loop {
            let mut request = self.http.get(&url).query(&[("ChunkLimit", size)]);
            if let Some(cursor) = &cursor {
                request = request.query(&[("ContinuationToken", cursor)]);
            }
            let page: TimeRegistrationPage = self.get(request).await?;
            page.data.into_iter().for_each(&mut each);
            cursor = page.continuation_token.filter(|cursor| !cursor.is_empty());
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}

impl Api for ByHand {
    async fn project(&self, id: &str) -> Result<Project> {
        self.get(self.http.get(format!("{}/api/v4/integration/projects/{id}", self.base))).await
    }

    async fn page(&self, rows: i64) -> Result<TimeRegistrationPage> {
        self.get(self.http.get(format!("{}/v1/time-registrations", self.base)).query(&[("ChunkLimit", rows)])).await
    }
}
