//! Every kind of fault against every kind of call: the result, and the number of requests that reached the service.
//!
//! The table is `docs/resilience.md`. With `KEYFOB_BLESS=1` the test writes the file; otherwise the file must be up to date.

use std::{
    fmt::Write as _,
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use futures::TryStreamExt;
use keyfob::{
    AuthSource, ClientBuilder, Error, Form, RetryPolicy, Upload,
    auth::{self, Clock},
    bits, ditio,
    ditio_core::{self, types},
    ditio_reporting,
};
use keyfob_simulator::{Fault, Simulator, credentials};

use crate::ditio::{environment, valid_credentials};

/// Read timeout of the clients, in real time; generous, so that a busy machine causes no timeout.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Read timeout for faults that delay the response.
const SHORT_READ_TIMEOUT: Duration = Duration::from_millis(250);
/// Maximum response size of the clients, in bytes.
const MAX_RESPONSE_BYTES: u64 = 1024 * 1024;

/// Row of the table: a fault.
struct Row {
    name: &'static str,
    /// Fault to inject; `None` if no server listens.
    fault: Option<fn() -> Fault>,
    /// True if the fault delays the response, so that the call ends by the read timeout.
    delayed: bool,
    /// True if the service may have processed the request despite the fault.
    processed: bool,
}

const fn row(name: &'static str, fault: fn() -> Fault) -> Row {
    Row { name, fault: Some(fault), delayed: false, processed: true }
}

const ROWS: &[Row] = &[
    Row { name: "connection refused", fault: None, delayed: false, processed: false },
    row("connection reset before the response", || Fault::reset_after().always()),
    row("connection lost within the response", || Fault::truncated().always()),
    row("response is a truncated JSON document", || Fault::status(200).body("{\"id\": [1, 2").always()),
    Row {
        name: "response slower than the read timeout",
        fault: Some(|| Fault::drip(1, Duration::from_secs(20)).always()),
        delayed: true,
        processed: true,
    },
    row("408", || Fault::status(408).always()),
    row("429, Retry-After in seconds", || Fault::status(429).retry_after("1").always()),
    row("429, Retry-After as a date", || Fault::status(429).retry_after_date(Duration::from_secs(5)).always()),
    row("429, Retry-After of an hour", || Fault::status(429).retry_after("3600").always()),
    row("429 without Retry-After", || Fault::status(429).always()),
    row("500", || Fault::status(500).always()),
    row("502 with an HTML page", || Fault::html(502).always()),
    row("503", || Fault::status(503).always()),
    row("503 once", || Fault::status(503).times(1)),
    Row { name: "401 once", fault: Some(|| Fault::status(401).times(1)), delayed: false, processed: false },
    Row { name: "401 always", fault: Some(|| Fault::status(401).always()), delayed: false, processed: false },
    row("403", || Fault::status(403).always()),
    row("response has the wrong content type", || Fault::content_type("text/plain").always()),
    row("response has no body", || Fault::empty_body().always()),
    row("response exceeds the size limit", || Fault::oversized(2 * MAX_RESPONSE_BYTES).always()),
    row("repeated page", || Fault::status(200).body(r#"{"data":[{}],"continuationToken":"same"}"#).always()),
];

/// Kind of call: a column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Read,
    ReadByPost,
    Listing,
    Replace,
    Create,
    Upload,
    Download,
}

const CALLS: &[(Call, &str)] = &[
    (Call::Read, "read"),
    (Call::ReadByPost, "read by POST ¹"),
    (Call::Listing, "listing"),
    (Call::Replace, "replace (PUT)"),
    (Call::Create, "create"),
    (Call::Upload, "upload"),
    (Call::Download, "download ²"),
];

impl Call {
    /// Path prefix to which the fault applies.
    fn path(self) -> &'static str {
        match self {
            Self::Read | Self::Replace => "/ditio/core/api/v4/integration/projects/",
            Self::ReadByPost => "/bits/v1/applications.get",
            Self::Listing => "/ditio/reporting/v1/",
            Self::Create => "/ditio/core/api/v4/integration/machines",
            Self::Upload => "/ditio/core/api/v4/integration/projects/*/documents",
            Self::Download => "/ditio/core/api/file/",
        }
    }

    fn is_repeatable(self) -> bool {
        !matches!(self, Self::Create | Self::Upload)
    }
}

/// Configures a client: pauses between attempts elapse on a fake clock, the read timeout in real time.
fn settings<C: From<keyfob::client::Session>>(builder: ClientBuilder<C>, read_timeout: Duration) -> ClientBuilder<C> {
    let (clock, fake) = Clock::fake();
    fake.set_wall(SystemTime::now());
    fake.auto_advance(true);
    builder.clock(clock).read_timeout(read_timeout).max_response_bytes(MAX_RESPONSE_BYTES).retry(RetryPolicy::default())
}

/// Clients of the APIs that the calls use.
struct Clients {
    core: ditio_core::Client,
    reporting: ditio_reporting::Client,
    bits: bits::Client,
}

impl Clients {
    fn new(simulator: &Simulator, read_timeout: Duration) -> Self {
        let bits = bits::Credentials::new(credentials::BITS_CLIENT_ID, credentials::BITS_CLIENT_SECRET);
        Self::with(simulator.url(), valid_credentials(), bits, read_timeout)
    }

    /// Returns clients of a port on which no server listens.
    fn disconnected() -> Self {
        let closed = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let token = auth::Credentials::bearer("token");
        Self::with(&closed, token.clone(), token, READ_TIMEOUT)
    }

    fn with(
        url: &str,
        ditio: impl Into<AuthSource<ditio::Credentials>>,
        bits: impl Into<AuthSource<bits::Credentials>>,
        read_timeout: Duration,
    ) -> Self {
        let ditio = ditio.into();
        let core =
            settings(ditio_core::Client::builder(environment(url), ditio.clone()), read_timeout).build().unwrap();
        let reporting =
            settings(ditio_reporting::Client::builder(environment(url), ditio), read_timeout).build().unwrap();
        let at = bits::Environment::at(format!("{url}/bits"));
        let bits = settings(bits::Client::builder(at, bits), read_timeout).build().unwrap();
        Self { core, reporting, bits }
    }
}

/// Clients, and objects to call them with.
struct Fixture {
    clients: Clients,
    project: types::Project,
    file: String,
    application: String,
}

impl Fixture {
    async fn new(simulator: &Simulator) -> Self {
        let clients = Clients::new(simulator, READ_TIMEOUT);
        let project = types::ProjectCreate::new(credentials::DITIO_COMPANY_ID, "P-1").name("Bru");
        let project = clients.core.create_project(project).await.unwrap().into_inner();
        let id = project.id.clone().unwrap();
        let uploaded =
            clients.core.upload_project_documents(id, Form::new().file("a.txt", Upload::text("fil"))).await.unwrap();
        let file = uploaded.files[0].file_reference.clone().unwrap().id.unwrap();
        let workflow = credentials::BITS_WORKFLOW_ID;
        let application = bits::types::ApplicationCreate::new(workflow, "SE", "http://localhost/");
        let application = clients.bits.create_application(application).await.unwrap().id.clone().unwrap();
        clients.reporting.projects().send().await.unwrap();
        Self { clients, project, file, application }
    }

    async fn call(&self, call: Call) -> Result<(), Error> {
        let id = self.project.id.clone().unwrap();
        match call {
            Call::Read => self.clients.core.project(id).await.map(drop),
            Call::ReadByPost => {
                let body = bits::types::ApplicationReference::new(&self.application);
                self.clients.bits.application(body).await.map(drop)
            }
            Call::Listing => self.clients.reporting.projects().stream().try_collect::<Vec<_>>().await.map(drop),
            Call::Replace => self.clients.core.replace_project(id, self.project.clone()).await.map(drop),
            Call::Create => {
                let body = types::MachineCreate::new(credentials::DITIO_COMPANY_ID, "M-1");
                self.clients.core.create_machine(body).await.map(drop)
            }
            Call::Upload => self
                .clients
                .core
                .upload_project_documents(id, Form::new().file("b.txt", Upload::text("fil")))
                .await
                .map(drop),
            Call::Download => self.clients.core.download_file(&self.file).await?.into_inner().bytes().await.map(drop),
        }
    }
}

/// Result of one call under one fault.
struct Cell {
    outcome: String,
    requests: usize,
}

async fn cell(row: &Row, call: Call) -> Cell {
    let simulator = Simulator::start().await.unwrap();
    let mut fixture = Fixture::new(&simulator).await;
    let before = simulator.requests().len();
    match row.fault {
        Some(fault) => drop(simulator.inject(fault().path(call.path()))),
        None => fixture.clients = Clients::disconnected(),
    }
    if row.delayed {
        fixture.clients = Clients::new(&simulator, SHORT_READ_TIMEOUT);
    }
    let outcome = match fixture.call(call).await {
        Ok(()) => "ok".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    };
    let received = simulator.requests().into_iter().skip(before);
    let requests = received
        .filter(|request| !["/ditio/identity", "/bits/v1/oauth2"].iter().any(|token| request.path.starts_with(token)))
        .count();
    Cell { outcome, requests }
}

const PREFACE: &str = "# Results and request counts by fault

The table lists the result of every kind of call for every kind of fault, measured against the simulator over real sockets
with the default retry policy: four attempts, and pauses between attempts that are jittered and grow from 200 ms to 20 s.
The client waits for the time in a `Retry-After` header, up to one minute. With a longer time, the call fails at once.

Each cell contains the result (`ok` or the kind of the error) and the number of requests that reached the service (`×4`). A
fault lasts for the whole call unless its row says otherwise.

Creates and uploads are sent again only if the service cannot have processed the request: when the connection was not
established, or when the token was rejected.

";

const NOTES: &str = "
¹ Bits uses POST for reads; its API document marks these operations as safe to retry. Bits also responds 403 to an invalid
token, so the client retries such a call once with a new token.

² A download is retried until its first byte has been received. A broken body is resumed if the service supports ranges and
sends a validator of the file's version; the service in this table does not. Otherwise the caller must start the download
again, because it may already have processed a part. Downloads are neither decoded nor limited in size.

Written by `KEYFOB_BLESS=1 cargo test -p keyfob-tests --test it resilience`; the same test without the variable checks it.
";

#[tokio::test]
async fn results_by_fault_are_as_documented_and_no_processed_create_is_sent_twice() {
    let mut table = String::from("| Fault |");
    for (_, name) in CALLS {
        write!(table, " {name} |").unwrap();
    }
    table += "\n|---|";
    table += &"---|".repeat(CALLS.len());
    table += "\n";
    for row in ROWS {
        write!(table, "| {} |", row.name).unwrap();
        let cells = CALLS.iter().map(|(call, _)| cell(row, *call));
        for ((call, _), cell) in CALLS.iter().zip(futures::future::join_all(cells).await) {
            let once = call.is_repeatable() || !row.processed || cell.requests <= 1;
            assert!(once, "{call:?} was sent {} times: {}", cell.requests, row.name);
            write!(table, " {} ×{} |", cell.outcome, cell.requests).unwrap();
        }
        table += "\n";
    }
    let page = format!("{PREFACE}{table}{NOTES}");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/resilience.md");
    if std::env::var_os("KEYFOB_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, page, "docs/resilience.md is out of date: run this test with KEYFOB_BLESS=1");
}
