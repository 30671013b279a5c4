//! A service with one table, and a client of it.

use std::time::SystemTime;

use futures::TryStreamExt;
use httpmock::{Mock, MockServer, Then, When};
use keyfob_ditio_reporting::{
    Client, Credentials, Endpoints, Environment,
    client::{
        RetryPolicy,
        auth::{Clock, FakeClock},
        chrono::{DateTime, Utc},
    },
    operation::FlowMassTypes,
    sync::{Change, Changes, Checkpoint},
};
use serde_json::{Value, json};

/// Time of the service, as its `Date` header.
pub(crate) const DATE: &str = "Mon, 02 Mar 2026 08:00:00 GMT";

/// Responses by request, a client, and the clock of the client.
pub(crate) struct Service {
    server: MockServer,
    pub(crate) client: Client,
    clock: FakeClock,
}

impl Service {
    /// Starts the service, with a client whose clock shows `local`.
    pub(crate) async fn start(local: &str) -> Self {
        let server = MockServer::start_async().await;
        let url = server.base_url();
        let endpoints =
            Endpoints { identity: url.clone(), core: url.clone(), reporting: url.clone(), mass_transport: None };
        let (wall, clock) = Clock::fake();
        let client = Client::builder(Environment::Custom(endpoints), Credentials::token("a-token"))
            .retry(RetryPolicy::none())
            .clock(wall)
            .build()
            .unwrap();
        let service = Self { server, client, clock };
        service.set_clock(local);
        service
    }

    /// Sets the client's clock.
    pub(crate) fn set_clock(&self, local: &str) {
        let local: DateTime<Utc> = local.parse().unwrap();
        self.clock.set_wall(SystemTime::from(local));
    }

    /// Responds to the request for a page with its rows and the cursor of the next page.
    pub(crate) async fn page(&self, request: Request<'_>, rows: Value, next: Option<&str>) -> Mock<'_> {
        self.page_at(DATE, request, rows, next).await
    }

    /// As [`page`](Self::page), with the service's clock at this date.
    pub(crate) async fn page_at(&self, date: &str, request: Request<'_>, rows: Value, next: Option<&str>) -> Mock<'_> {
        let mode = if request.since.is_some() { "Incremental" } else { "Full" };
        let body = json!({ "data": rows, "continuationToken": next, "syncTypeName": mode });
        self.server
            .mock_async(|when, then| {
                request.matches(when);
                then.status(200).header("date", date).json_body(body);
            })
            .await
    }

    /// Responds to the request for a page with this status.
    pub(crate) async fn status(&self, request: Request<'_>, status: u16) -> Mock<'_> {
        let respond = |when, then: Then| {
            request.matches(when);
            then.status(status).header("date", DATE);
        };
        self.server.mock_async(respond).await
    }

    pub(crate) fn sync(&self, checkpoint: Option<Checkpoint>) -> Changes<FlowMassTypes> {
        self.client.sync(self.client.flow_mass_types(), checkpoint)
    }

    /// Synchronizes to the end; returns the changes, as `+id` and `-id`, and the checkpoint.
    pub(crate) async fn changes(&self, checkpoint: Option<Checkpoint>) -> (Vec<String>, Checkpoint) {
        let mut stream = self.sync(checkpoint);
        let mut changes = Vec::new();
        while let Some(change) = stream.try_next().await.unwrap() {
            changes.push(match change {
                Change::Upsert(row) => format!("+{}", row.id.unwrap()),
                Change::Delete { id, .. } => format!("-{id}"),
            });
        }
        (changes, stream.checkpoint())
    }
}

/// A request for a page.
#[derive(Clone, Copy, Default)]
pub(crate) struct Request<'a> {
    pub(crate) since: Option<&'a str>,
    pub(crate) cursor: Option<&'a str>,
}

impl Request<'_> {
    fn matches(self, when: When) {
        let when = when.path("/v1/flow-mass-types");
        let when = match self.since {
            Some(since) => when.query_param("ModifiedSince", since),
            None => when.query_param_missing("ModifiedSince"),
        };
        match self.cursor {
            Some(cursor) => when.query_param("ContinuationToken", cursor),
            None => when.query_param_missing("ContinuationToken"),
        };
    }
}

/// The request for the first page of all rows.
pub(crate) const FIRST: Request<'_> = Request { since: None, cursor: None };

/// Returns the request for a later page of all rows.
pub(crate) fn after(cursor: &str) -> Request<'_> {
    Request { since: None, cursor: Some(cursor) }
}

/// Returns the request for the first page of the changes since a time.
pub(crate) fn since(time: &str) -> Request<'_> {
    Request { since: Some(time), cursor: None }
}

/// Returns a row with the time of its last change, in seconds after seven o'clock.
pub(crate) fn row(id: &str, second: u32) -> Value {
    json!({ "id": id, "modifiedDateTime": format!("2026-03-02T07:00:{second:02}Z") })
}

/// Returns the report of a deletion.
pub(crate) fn deletion(id: &str, second: u32) -> Value {
    json!({ "id": id, "isDeleted": true, "deletedDateTime": format!("2026-03-02T07:00:{second:02}Z") })
}
