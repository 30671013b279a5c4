//! Every kind of fault against the runs of a mirror: the result, the number of requests, and the rows of the copy.
//!
//! The table is `docs/book/src/reference/resilience-of-copies.md`. With `KEYFOB_BLESS=1` the test writes the file; otherwise the file must
//! be up to date.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use keyfob::client::{ApiClient, Session};
use keyfob::{ClientBuilder, RetryPolicy, auth::Clock, ditio_reporting, itempath};
use keyfob_mirror::destination::Destination;
use keyfob_mirror::destination::sqlite::Sqlite;
use keyfob_mirror::{ErrorKind, Mirror, Schema, TableReport};
use keyfob_simulator::{DitioTable, Fault, Simulator, credentials};
use rusqlite::Connection;
use serde_json::json;

use crate::ditio::{environment, valid_credentials};
use crate::written_page;

/// Number of rows in a page, so that each run has several pages.
const PAGE_SIZE: u32 = 4;

/// Kind of run: a column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// The first run, which lists all rows.
    First,
    /// A later run, which lists the changes.
    Changes,
    /// A later run of a table that is listed whole, in pages with numbers.
    Snapshot,
}

const RUNS: &[(Run, &str)] =
    &[(Run::First, "first run"), (Run::Changes, "run of changes"), (Run::Snapshot, "run that lists all rows")];

/// Row of the table: a fault.
struct Row {
    name: &'static str,
    fault: fn() -> Fault,
}

const fn row(name: &'static str, fault: fn() -> Fault) -> Row {
    Row { name, fault }
}

/// Limits a fault to the second page.
fn second_page(fault: Fault) -> Fault {
    fault.every(2).times(1)
}

const ROWS: &[Row] = &[
    row("503 in response to each request", || Fault::status(503).always()),
    row("503 once, for the second page", || second_page(Fault::status(503))),
    row("connection lost within the second page, once", || second_page(Fault::truncated())),
    row("connection reset instead of the second page, once", || second_page(Fault::reset_after())),
    row("429, Retry-After of a second, each time", || Fault::status(429).retry_after("1").always()),
    row("429, Retry-After of an hour", || Fault::status(429).retry_after("3600").always()),
    row("401 once", || Fault::status(401).times(1)),
    row("401 each time", || Fault::status(401).always()),
    row("403", || Fault::status(403).always()),
    row("second page is a truncated JSON document", || second_page(Fault::status(200).body(r#"{"data": [{"#))),
    row("second page has no body", || second_page(Fault::empty_body())),
    row("second page is an HTML page with status 200", || second_page(Fault::html(200))),
    row("second page has no list of rows", || second_page(Fault::status(200).body("{}"))),
    row("second page is refused with 400, once", || second_page(Fault::status(400))),
];

/// Rows of a copy: keys and hashes.
type Rows = BTreeSet<(String, i64)>;

fn read(file: &Path, table: &str) -> Rows {
    let Ok(connection) = Connection::open(file) else { return Rows::new() };
    let Ok(mut statement) = connection.prepare(&format!("SELECT id, _keyfob_hash FROM {table}")) else {
        return Rows::new();
    };
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Builds a client: pauses between attempts elapse on a fake clock.
fn build<C: ApiClient + From<Session>>(builder: ClientBuilder<C>) -> C {
    let (clock, fake) = Clock::fake();
    fake.set_wall(SystemTime::now());
    fake.auto_advance(true);
    builder.clock(clock).retry(RetryPolicy::default()).build().unwrap()
}

/// A service with the copy of one of its tables.
struct Fixture {
    simulator: Simulator,
    run: Run,
    folder: tempfile::TempDir,
}

impl Fixture {
    async fn new(run: Run) -> Self {
        let simulator = Simulator::start().await.unwrap();
        let fixture = Self { simulator, run, folder: tempfile::tempdir().unwrap() };
        if run != Run::First {
            assert!(fixture.mirror("copy").await.error.is_none());
        }
        if run == Run::Changes {
            let table = fixture.simulator.ditio_reporting();
            let rows = table.rows(DitioTable::Project);
            let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
            table.update(DitioTable::Project, ids[..8].iter().copied(), json!({"name": "Bru over Åna"}));
            table.delete(DitioTable::Project, ids[8..10].iter().copied());
            table.insert(DitioTable::Project, [json!({"name": "Skole Nord"})]);
        }
        fixture
    }

    fn table(&self) -> &'static str {
        if self.run == Run::Snapshot { "materials" } else { "projects" }
    }

    fn path(&self) -> &'static str {
        if self.run == Run::Snapshot { "/itempath/api/" } else { "/ditio/reporting/" }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Updates a copy with a new client.
    async fn mirror(&self, name: &str) -> TableReport {
        let destination = Sqlite::new(self.file(name));
        let url = self.simulator.url();
        let mirror = if self.run == Run::Snapshot {
            let environment = itempath::Environment::at(format!("{url}/itempath"));
            let token = itempath::Credentials::token(credentials::ITEMPATH_TOKEN);
            Mirror::new(&build(itempath::Client::builder(environment, token)), destination)
        } else {
            let builder = ditio_reporting::Client::builder(environment(url), valid_credentials());
            Mirror::new(&build(builder), destination)
        };
        let mut reports = mirror.tables([self.table()]).page_size(PAGE_SIZE).run_each().await.unwrap();
        reports.remove(0)
    }

    fn count(&self) -> usize {
        self.simulator.requests().iter().filter(|request| request.path.starts_with(self.path())).count()
    }

    /// Returns the result of a run, its number of requests and the rows of the copy after it. The next run must complete
    /// the copy.
    async fn cell(&self, row: &Row) -> String {
        let table = self.table();
        let earlier = read(&self.file("copy"), table);
        let before = self.count();
        self.simulator.inject((row.fault)().path(self.path()));
        let report = self.mirror("copy").await;
        let requests = self.count() - before;
        self.simulator.clear_faults();
        let rows = read(&self.file("copy"), table);

        assert!(self.mirror("expected").await.error.is_none());
        let expected = read(&self.file("expected"), table);
        assert!(expected.len() > 10);
        let next = self.mirror("copy").await;
        assert!(next.error.is_none(), "{}, {:?}: {next:?}", row.name, self.run);
        assert_eq!(read(&self.file("copy"), table), expected, "{}, {:?}", row.name, self.run);

        let state = if rows == expected {
            "complete"
        } else if rows == earlier {
            "as before"
        } else {
            "a part"
        };
        format!("{} ×{requests}, {state}", result(&report))
    }
}

/// Returns `ok`, or the kind of the error: that of the client's error if a call failed.
fn result(report: &TableReport) -> String {
    match &report.error {
        Some(error) => error.api_error().map_or(format!("{:?}", error.kind()), |error| format!("{:?}", error.kind())),
        None => "ok".to_owned(),
    }
}

const PREFACE: &str = "# Results of a mirror by fault

The table lists the result of a run of [`keyfob mirror`](../jobs/database.md) for every kind of fault of the service, measured
with a copy in SQLite and the default retry policy of clients: four attempts. The command itself retries for 10 minutes.

Each cell contains the result, the number of requests for the table (`×4`) and the rows of the copy after the run:
`complete`, `as before` the run, or `a part` of the changes. In the last column no row has changed, so that any other value
would be a lost row. Results are `ok` and the kinds of errors. After each fault
the next run must complete the copy, so that it equals a new copy; otherwise the test fails.

";

const NOTES: &str = "
A page is applied as a whole and stored together with the position behind it. A row is deleted only after all pages of a
listing were received, and not if a row had no key.

A page without a list of rows, or with one that is not JSON, is an error. It is not taken for an empty page, which would end
the listing.

Written by `KEYFOB_BLESS=1 cargo test -p keyfob-tests --test it copies`; the same test without the variable checks it. Faults
of destinations (a full disk, a restarted database, a killed process) are tested at random moments by
`cargo test -p keyfob-tests --test mirror`.
";

#[tokio::test]
async fn results_of_copies_by_fault_are_as_documented_and_the_next_run_completes_the_copy() {
    let names = RUNS.iter().map(|(_, name)| *name);
    let mut table = written_page::table_head(&["Fault"].into_iter().chain(names).collect::<Vec<_>>());
    for row in ROWS {
        write!(table, "| {} |", row.name).unwrap();
        let cells = RUNS.iter().map(|(run, _)| async { Fixture::new(*run).await.cell(row).await });
        for cell in futures::future::join_all(cells).await {
            write!(table, " {cell} |").unwrap();
        }
        table += "\n";
    }
    written_page::check("reference/resilience-of-copies.md", &format!("{PREFACE}{table}{NOTES}"));
}

#[tokio::test]
async fn a_copy_that_another_process_writes_is_left_alone() {
    let fixture = Fixture::new(Run::Changes).await;
    let before = read(&fixture.file("copy"), "projects");
    let table = ditio_reporting::TABLES.iter().find(|table| table.name == "projects").unwrap();
    let other = Sqlite::new(fixture.file("copy"));
    let writer = other.open(&Schema::new(table, false), false).await.unwrap();
    let requests = fixture.count();
    let report = fixture.mirror("copy").await;
    assert_eq!(report.error.as_ref().map(keyfob_mirror::Error::kind), Some(ErrorKind::Locked));
    assert_eq!((fixture.count(), read(&fixture.file("copy"), "projects")), (requests, before));
    drop(writer);
    assert!(fixture.mirror("copy").await.error.is_none());
}
