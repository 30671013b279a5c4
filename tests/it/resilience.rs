//! Every fault against every kind of call: what comes of it, and how many requests reached the service.
//!
//! The table is `docs/resilience.md`. With `KEYFOB_BLESS=1` this test writes it; without, it has to be as committed.

use std::{
    fmt::Write as _,
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use futures::TryStreamExt;
use keyfob::{
    AuthSource, ClientBuilder, Error, Form, RetryPolicy,
    auth::{self, Clock},
    bits, ditio,
    ditio_core::{self, types},
    ditio_reporting,
};
use keyfob_simulator::{Fault, Simulator, credentials};

use crate::ditio::{environment, known};

/// How long the clients of this test wait for a silent service, in real time; on a busy machine everything is slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long they wait where silence is the fault.
const IMPATIENCE: Duration = Duration::from_millis(250);
/// The largest answer that they read.
const LARGEST: u64 = 1024 * 1024;

/// What goes wrong.
struct Row {
    name: &'static str,
    /// `None`: nobody listens.
    fault: Option<fn() -> Fault>,
    /// Whether it is a matter of waiting.
    silent: bool,
    /// Whether the service may have processed the request when this happens.
    processed: bool,
}

const fn row(name: &'static str, fault: fn() -> Fault) -> Row {
    Row { name, fault: Some(fault), silent: false, processed: true }
}

const ROWS: &[Row] = &[
    Row { name: "connection refused", fault: None, silent: false, processed: false },
    row("connection reset before the answer", || Fault::reset_after().always()),
    row("connection lost within the answer", || Fault::truncated().always()),
    row("answer is half of a JSON document", || Fault::status(200).body("{\"id\": [1, 2").always()),
    Row {
        name: "answer comes too slowly",
        fault: Some(|| Fault::drip(1, Duration::from_secs(20)).always()),
        silent: true,
        processed: true,
    },
    row("408", || Fault::status(408).always()),
    row("429, Retry-After in seconds", || Fault::status(429).retry_after("1").always()),
    row("429, Retry-After as a date", || Fault::status(429).retry_after_date(Duration::from_secs(5)).always()),
    row("429, Retry-After of an hour", || Fault::status(429).retry_after("3600").always()),
    row("429 without Retry-After", || Fault::status(429).always()),
    row("500", || Fault::status(500).always()),
    row("502 with a web page", || Fault::html(502).always()),
    row("503", || Fault::status(503).always()),
    row("503 once", || Fault::status(503).times(1)),
    Row { name: "401 once", fault: Some(|| Fault::status(401).times(1)), silent: false, processed: false },
    Row { name: "401 always", fault: Some(|| Fault::status(401).always()), silent: false, processed: false },
    row("403", || Fault::status(403).always()),
    row("answer has the wrong content type", || Fault::content_type("text/plain").always()),
    row("answer has no body", || Fault::empty_body().always()),
    row("answer is larger than the limit", || Fault::oversized(2 * LARGEST).always()),
];

/// What is called.
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
    /// The paths that the fault is for.
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

/// A client's settings in this test: no pause is waited for, but silence is.
fn settings<C: From<keyfob::client::Session>>(builder: ClientBuilder<C>, patience: Duration) -> ClientBuilder<C> {
    let (clock, fake) = Clock::fake();
    fake.set_wall(SystemTime::now());
    fake.auto_advance(true);
    builder.clock(clock).read_timeout(patience).max_response_bytes(LARGEST).retry(RetryPolicy::default())
}

/// One client of each API that is called.
struct Clients {
    core: ditio_core::Client,
    reporting: ditio_reporting::Client,
    bits: bits::Client,
}

impl Clients {
    fn new(simulator: &Simulator, patience: Duration) -> Self {
        let bits = bits::Credentials::new(credentials::BITS_CLIENT_ID, credentials::BITS_CLIENT_SECRET);
        Self::with(simulator.url(), known(), bits, patience)
    }

    /// Clients of an address where nobody listens.
    fn unplugged() -> Self {
        let closed = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let token = auth::Credentials::bearer("token");
        Self::with(&closed, token.clone(), token, PATIENCE)
    }

    fn with(
        url: &str,
        ditio: impl Into<AuthSource<ditio::Credentials>>,
        bits: impl Into<AuthSource<bits::Credentials>>,
        patience: Duration,
    ) -> Self {
        let ditio = ditio.into();
        let core = settings(ditio_core::Client::builder(environment(url), ditio.clone()), patience).build().unwrap();
        let reporting = settings(ditio_reporting::Client::builder(environment(url), ditio), patience).build().unwrap();
        let at = bits::Environment::at(format!("{url}/bits"));
        let bits = settings(bits::Client::builder(at, bits), patience).build().unwrap();
        Self { core, reporting, bits }
    }
}

/// Clients, and objects to call them with.
struct Stage {
    clients: Clients,
    project: types::Project,
    file: String,
    application: String,
}

impl Stage {
    async fn set(simulator: &Simulator) -> Self {
        let clients = Clients::new(simulator, PATIENCE);
        let project = types::ProjectCreate::new(credentials::DITIO_COMPANY_ID, "P-1").name("Bru");
        let project = clients.core.create_project(project).await.unwrap().into_inner();
        let id = project.id.clone().unwrap();
        let uploaded = clients.core.upload_project_documents(id, Form::new().file("a.txt", "fil")).await.unwrap();
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
            Call::Upload => {
                self.clients.core.upload_project_documents(id, Form::new().file("b.txt", "fil")).await.map(drop)
            }
            Call::Download => self.clients.core.download_file(&self.file).await?.into_inner().bytes().await.map(drop),
        }
    }
}

/// What came of one fault and one call.
struct Cell {
    outcome: String,
    requests: usize,
}

async fn cell(row: &Row, call: Call) -> Cell {
    let simulator = Simulator::start().await.unwrap();
    let mut stage = Stage::set(&simulator).await;
    let before = simulator.requests().len();
    match row.fault {
        Some(fault) => drop(simulator.inject(fault().path(call.path()))),
        None => stage.clients = Clients::unplugged(),
    }
    if row.silent {
        stage.clients = Clients::new(&simulator, IMPATIENCE);
    }
    let outcome = match stage.call(call).await {
        Ok(()) => "ok".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    };
    let seen = simulator.requests().into_iter().skip(before);
    let requests = seen
        .filter(|seen| !["/ditio/identity", "/bits/v1/oauth2"].iter().any(|token| seen.path.starts_with(token)))
        .count();
    Cell { outcome, requests }
}

const PREFACE: &str = "# What happens when something goes wrong

Every fault against every kind of call, each against the simulator over real sockets, with the default retry policy (four
attempts). A cell says what the caller gets, `ok` or the kind of the error, and how many requests reached the service.
Pauses between attempts are jittered and grow from 200 ms to 20 s; `Retry-After` is kept, up to a minute.

A create or an upload is sent again only where it is certain that it was not processed: when no connection came about, or
when the token was not accepted. A fault lasts unless the row says otherwise.

";

const NOTES: &str = "
¹ Bits reads by POST; the description of the API marks such operations. Bits also says 403 to a token that is no longer
good, so it is answered with one new token.
² A download is repeated until its first byte. A body that breaks off is resumed if the service says that it gives parts and
names the version of the file, which this one does not; else it is the caller's to begin anew, because the caller has part
of it already. Downloads are not decoded and not limited in size.

Written by `KEYFOB_BLESS=1 cargo test -p keyfob-tests --test it resilience`, checked by the same test without the variable.
";

#[tokio::test]
async fn the_table_of_faults_is_as_documented_and_no_create_is_ever_sent_twice() {
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
