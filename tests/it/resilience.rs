//! Every kind of fault against every kind of call: the result, and the number of requests that reached the service.
//!
//! The table is `docs/book/src/reference/resilience.md`. With `KEYFOB_BLESS=1` the test writes the file; otherwise the file must be up to date.

#[path = "../../crates/client/tests/it/http2_server.rs"]
#[expect(dead_code, reason = "the table needs two of the server's reactions")]
mod http2_server;
#[path = "../../crates/client/tests/it/manual_time.rs"]
mod manual_time;
#[path = "../../crates/client/tests/it/refusing.rs"]
mod refusing;
#[path = "../../crates/client/tests/it/slow_server.rs"]
#[expect(dead_code, reason = "the table needs two of the server's reactions")]
mod slow_server;

use std::{
    fmt::Write as _,
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, SystemTime},
};

use futures::TryStreamExt;
use keyfob::{
    AuthSource, ClientBuilder, Error, Form, RetryPolicy, Upload,
    auth::{self, Clock, TransportConfig},
    bits, ditio,
    ditio_core::{self, types},
    ditio_reporting,
};
use keyfob_simulator::{Fault, Simulator, credentials};

use self::{
    http2_server::{Http2Server, Reaction},
    manual_time::ManualTime,
    refusing::Refusing,
    slow_server::{STEP, SlowServer},
};
use crate::ditio::{environment, valid_credentials};
use crate::written_page;

/// Read timeout of the clients; generous, so that a busy machine causes no timeout. Rows about time move tokio's clock
/// themselves.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Size of an upload during which a slow server pauses five times, in bytes.
const LARGE: usize = 5 * STEP;
/// Maximum response size of the clients, in bytes.
const MAX_RESPONSE_BYTES: u64 = 1024 * 1024;

/// Row of the table: a fault.
struct Row {
    name: &'static str,
    cause: Cause,
    /// True if the service may have processed the request despite the fault.
    processed: bool,
}

/// Origin of a fault.
#[derive(Clone, Copy)]
enum Cause {
    /// The simulator has this fault.
    Simulator(fn() -> Fault),
    /// The simulator does not respond until the clients' read timeout has passed.
    Silence,
    /// No server listens.
    Refused,
    /// An HTTP/2 server reacts to each request.
    Http2(fn() -> Reaction),
    /// An HTTP/1.1 server reacts to each request.
    Http1(fn() -> slow_server::Reaction),
}

const fn row(name: &'static str, fault: fn() -> Fault) -> Row {
    Row { name, cause: Cause::Simulator(fault), processed: true }
}

const fn server_row(name: &'static str, cause: Cause, processed: bool) -> Row {
    Row { name, cause, processed }
}

const ROWS: &[Row] = &[
    server_row("connection refused ³", Cause::Refused, false),
    server_row("HTTP/2 stream refused", Cause::Http2(|| Reaction::Refuse), false),
    row("connection reset before the response", || Fault::reset_after().always()),
    row("connection lost within the response", || Fault::truncated().always()),
    server_row("HTTP/2 body shorter than announced", Cause::Http2(|| Reaction::Cut("01234")), true),
    row("response is a truncated JSON document", || Fault::status(200).body("{\"id\": [1, 2").always()),
    server_row("response slower than the read timeout", Cause::Silence, true),
    server_row(
        "upload in progress for longer than the read timeout ⁴",
        Cause::Http1(|| slow_server::Reaction::Slow(READ_TIMEOUT * 3 / 4, "{}")),
        true,
    ),
    row("408", || Fault::status(408).always()),
    row("429, Retry-After in seconds", || Fault::status(429).retry_after("1").always()),
    row("429, Retry-After as a date", || Fault::status(429).retry_after_date(Duration::from_secs(5)).always()),
    row("429, Retry-After of an hour", || Fault::status(429).retry_after("3600").always()),
    row("429 without Retry-After", || Fault::status(429).always()),
    row("500", || Fault::status(500).always()),
    row("502 with an HTML page", || Fault::html(502).always()),
    row("503", || Fault::status(503).always()),
    row("503 once", || Fault::status(503).times(1)),
    server_row("503 whose body never ends ⁵", Cause::Http1(|| slow_server::Reaction::DripError), true),
    server_row("401 once", Cause::Simulator(|| Fault::status(401).times(1)), false),
    server_row("401 always", Cause::Simulator(|| Fault::status(401).always()), false),
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

/// Builds a client: pauses between attempts elapse on a fake clock, the read timeout on tokio's clock.
fn build<C: From<keyfob::client::Session>>(builder: ClientBuilder<C>, transport: TransportConfig) -> C {
    let (clock, fake) = Clock::fake();
    fake.set_wall(SystemTime::now());
    fake.auto_advance(true);
    let builder = builder.clock(clock).read_timeout(READ_TIMEOUT).transport(transport);
    builder.max_response_bytes(MAX_RESPONSE_BYTES).retry(RetryPolicy::default()).build().unwrap()
}

/// Clients of the APIs that the calls use.
struct Clients {
    core: ditio_core::Client,
    reporting: ditio_reporting::Client,
    bits: bits::Client,
}

impl Clients {
    fn new(simulator: &Simulator) -> Self {
        let bits = bits::Credentials::new(credentials::BITS_CLIENT_ID, credentials::BITS_CLIENT_SECRET);
        Self::with(simulator.url(), valid_credentials(), bits, TransportConfig::new())
    }

    /// Returns clients of a server without a token endpoint.
    fn of(url: &str, transport: TransportConfig) -> Self {
        let token = auth::Credentials::bearer("token");
        Self::with(url, token.clone(), token, transport)
    }

    fn with(
        url: &str,
        ditio: impl Into<AuthSource<ditio::Credentials>>,
        bits: impl Into<AuthSource<bits::Credentials>>,
        transport: TransportConfig,
    ) -> Self {
        let ditio = ditio.into();
        let core = build(ditio_core::Client::builder(environment(url), ditio.clone()), transport.clone());
        let reporting = build(ditio_reporting::Client::builder(environment(url), ditio), transport.clone());
        let at = bits::Environment::at(format!("{url}/bits"));
        Self { core, reporting, bits: build(bits::Client::builder(at, bits), transport) }
    }
}

/// Clients, and objects to call them with.
struct Fixture {
    clients: Clients,
    project: types::Project,
    file: String,
    application: String,
    /// Content of an upload.
    content: Upload,
}

impl Fixture {
    async fn new(simulator: &Simulator) -> Self {
        let clients = Clients::new(simulator);
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
        Self { clients, project, file, application, content: Upload::text("fil") }
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
                .upload_project_documents(id, Form::new().file("b.txt", self.content.clone()))
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

impl Cell {
    fn new(result: Result<(), Error>, requests: usize) -> Self {
        let outcome = match result {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        };
        Self { outcome, requests }
    }
}

/// Returns the number of requests of the simulator that are no token requests.
fn count(simulator: &Simulator) -> usize {
    let is_token = |path: &str| ["/ditio/identity", "/bits/v1/oauth2"].iter().any(|token| path.starts_with(token));
    simulator.requests().iter().filter(|request| !is_token(&request.path)).count()
}

async fn cell(row: &Row, call: Call) -> Cell {
    let simulator = Simulator::start().await.unwrap();
    let mut fixture = Fixture::new(&simulator).await;
    let before = count(&simulator);
    match row.cause {
        Cause::Simulator(fault) => {
            simulator.inject(fault().path(call.path()));
            Cell::new(fixture.call(call).await, count(&simulator) - before)
        }
        Cause::Silence => {
            simulator.inject(Fault::delay(1000 * READ_TIMEOUT).always().path(call.path()));
            let _time = ManualTime::start();
            let result = silent(&simulator, fixture.call(call)).await;
            Cell::new(result, count(&simulator) - before)
        }
        Cause::Refused => {
            let server = Refusing::start();
            fixture.clients = Clients::of(&server.url, TransportConfig::new().configure_client(server.counting()));
            Cell::new(fixture.call(call).await, server.take_connections())
        }
        Cause::Http2(reaction) => {
            let server = Http2Server::start(std::iter::repeat_with(reaction).take(100)).await;
            let http2 = TransportConfig::new().configure_client(reqwest::ClientBuilder::http2_prior_knowledge);
            fixture.clients = Clients::of(&server.url, http2);
            Cell::new(fixture.call(call).await, server.count())
        }
        Cause::Http1(reaction) => {
            let _time = ManualTime::start();
            let server = SlowServer::start(reaction());
            fixture.clients = Clients::of(&server.url, TransportConfig::new());
            fixture.content = Upload::bytes(vec![b'x'; LARGE]);
            Cell::new(fixture.call(call).await, server.count())
        }
    }
}

/// Makes a call, and advances tokio's clock by the read timeout whenever a request has reached the simulator.
async fn silent(simulator: &Simulator, call: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let mut call = pin!(call);
    let mut seen = simulator.requests().len();
    loop {
        if let Poll::Ready(result) = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
            return result;
        }
        let requests = simulator.requests().len();
        if requests > seen {
            seen = requests;
            // Timers have a resolution of a millisecond.
            tokio::time::advance(READ_TIMEOUT + Duration::from_secs(1)).await;
        }
        tokio::task::yield_now().await;
    }
}

const PREFACE: &str = "# Results and request counts by fault

The table lists the result of every kind of call for every kind of fault, measured against the simulator over real sockets
with the default retry policy: four attempts, and pauses between attempts that are jittered and grow from 200 ms to 20 s.
The client waits for the time in a `Retry-After` header, up to one minute. With a longer time, the call fails at once.

Each cell contains the result (`ok` or the kind of the error) and the number of requests that reached the service (`×4`). A
fault lasts for the whole call unless its row says otherwise.

Creates and uploads are sent again only if the service cannot have processed the request: when the connection was not
established, when the service refused the HTTP/2 stream, or when the token was rejected. Status 500 is retried for reads only.

With `RetryPolicy::retry_for` or `CallOptions::retry_for`, a batch job retries the faults that are listed with several
requests until that time is over, with the same pauses.

";

const NOTES: &str = "
¹ Bits uses POST for reads; its API document marks these operations as safe to retry. Bits also responds 403 to an invalid
token, so the client retries such a call once with a new token.

² A download is retried until its first byte has been received. A broken body is resumed if the service supports ranges and
sends a validator of the file's version; the service in this table does not. Otherwise the caller must start the download
again, because it may already have processed a part. Downloads are neither decoded nor limited in size.

³ The number of connections that were tried. No request reaches the service.

⁴ The service reads a body with pauses. Its progress counts as a sign of life, so that only the time after the body is
limited.

⁵ Reading an error body takes at most 5 seconds. The call then goes on with the status alone.

Written by `KEYFOB_BLESS=1 cargo test -p keyfob-tests --test it resilience`; the same test without the variable checks it.
";

/// Makes all calls under one fault: at the same time, or one after another if they move tokio's clock.
async fn cells(row: &Row) -> Vec<Cell> {
    let mut cells = Vec::new();
    if let Cause::Silence | Cause::Http1(_) = row.cause {
        for (call, _) in CALLS {
            cells.push(cell(row, *call).await);
            tokio::time::resume();
        }
        return cells;
    }
    futures::future::join_all(CALLS.iter().map(|(call, _)| cell(row, *call))).await
}

#[tokio::test]
async fn results_by_fault_are_as_documented_and_no_processed_create_is_sent_twice() {
    let names = CALLS.iter().map(|(_, name)| *name);
    let mut table = written_page::table_head(&["Fault"].into_iter().chain(names).collect::<Vec<_>>());
    for row in ROWS {
        write!(table, "| {} |", row.name).unwrap();
        for ((call, _), cell) in CALLS.iter().zip(cells(row).await) {
            let once = call.is_repeatable() || !row.processed || cell.requests <= 1;
            assert!(once, "{call:?} was sent {} times: {}", cell.requests, row.name);
            write!(table, " {} ×{} |", cell.outcome, cell.requests).unwrap();
        }
        table += "\n";
    }
    written_page::check("reference/resilience.md", &format!("{PREFACE}{table}{NOTES}"));
}
