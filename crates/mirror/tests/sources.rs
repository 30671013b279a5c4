//! Sources against the simulator, and against a service with scripted rows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use keyfob_client::auth::{Clock, FakeClock};
use keyfob_client::table::Table;
use keyfob_client::{RetryPolicy, Session};
use keyfob_ditio_reporting::{self as reporting, Endpoints, Environment};
use keyfob_itempath as itempath;
use keyfob_mirror::source::{self, ListingEnd, Source, SourceOptions, Stage};
use keyfob_mirror::{ErrorKind, Schema, Window};
use keyfob_simulator::{DitioReporting, DitioTable, Fault, Simulator, credentials};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Copy of a table: hash of each row by the hash of its key.
struct Copy {
    session: Session,
    schema: Arc<Schema>,
    options: SourceOptions,
    rows: BTreeMap<u128, u64>,
    /// Rows of the current listing of all rows, which replaces the copy at its end.
    listed: BTreeMap<u128, u64>,
    progress: Value,
    /// Number of rows and deletions in the batches of the last run.
    changes: usize,
    pages: usize,
}

impl Copy {
    fn new(session: &Session, table: &'static Table, page_size: u32) -> Self {
        let mut options = SourceOptions::default();
        options.page_size = Some(page_size);
        let (rows, listed) = (BTreeMap::new(), BTreeMap::new());
        let schema = Schema::new(table, true);
        Self { session: session.clone(), schema, options, rows, listed, progress: Value::Null, changes: 0, pages: 0 }
    }

    fn open(&self) -> Result<Box<dyn Source>, keyfob_mirror::Error> {
        source::open(&self.session, &self.schema, &self.options, &self.progress)
    }

    /// Applies at most this number of pages. Returns `true` at the end of the source.
    async fn apply(&mut self, source: &mut dyn Source, pages: usize) -> Result<bool, keyfob_mirror::Error> {
        for _ in 0..pages {
            let Some(changes) = source.next().await? else { return Ok(true) };
            self.pages += 1;
            self.changes += changes.batch.len() + changes.batch.deleted_len();
            let rows = changes.batch.keys().iter().copied().zip(changes.batch.hashes().iter().copied());
            match changes.stage {
                Stage::Listing { first, end } => {
                    if first {
                        self.listed.clear();
                    }
                    self.listed.extend(rows);
                    self.rows.extend(self.listed.clone());
                    if let Some(ListingEnd { complete: true }) = end {
                        self.rows = std::mem::take(&mut self.listed);
                    }
                }
                _ => self.rows.extend(rows),
            }
            for key in changes.batch.deleted_keys() {
                self.rows.remove(key);
            }
            self.progress = changes.progress;
        }
        Ok(false)
    }

    /// Runs a new source to its end. Returns the number of changes.
    async fn run(&mut self) -> usize {
        (self.changes, self.pages) = (0, 0);
        let mut source = self.open().unwrap();
        assert!(self.apply(&mut *source, 10_000).await.unwrap(), "the source does not end");
        self.changes
    }

    /// Asserts that the copy has the rows of a new listing, and their number.
    async fn check(&self, rows: u64) {
        let mut fresh = Self::new(&self.session, self.schema.table(), 7);
        fresh.options.window.clone_from(&self.options.window);
        fresh.run().await;
        assert_eq!(self.rows, fresh.rows);
        assert_eq!(self.rows.len() as u64, rows);
    }
}

fn table(tables: &[&'static Table], name: &str) -> &'static Table {
    tables.iter().find(|table| table.name == name).unwrap()
}

/// Ditio's reporting API with few rows, and a client whose clock is set by the tests.
struct Ditio {
    simulator: Simulator,
    tables: DitioReporting,
    session: Session,
    clock: FakeClock,
}

impl Ditio {
    async fn start() -> Self {
        let simulator = Simulator::builder().scale(20).start().await.unwrap();
        let base = |path: &str| format!("{}/ditio/{path}", simulator.url());
        let environment = Environment::Custom(Endpoints {
            identity: base("identity"),
            core: base("core"),
            reporting: base("reporting"),
            mass_transport: None,
        });
        let (local, clock) = Clock::fake();
        let client =
            reporting::Client::builder(environment, reporting::Credentials::token(credentials::DITIO_ACCESS_TOKEN))
                .retry(RetryPolicy::none())
                .clock(local)
                .build()
                .unwrap();
        let (tables, session) = (simulator.ditio_reporting(), client.session().clone());
        let this = Self { simulator, tables, session, clock };
        this.set_clock(0);
        this
    }

    /// Sets the client's clock to the service's time plus `seconds`.
    fn set_clock(&self, seconds: i64) {
        let by = Duration::from_secs(seconds.unsigned_abs());
        let now = SystemTime::from(self.simulator.now());
        self.clock.set_wall(if seconds < 0 { now - by } else { now + by });
    }

    fn copy(&self, name: &str, page_size: u32) -> Copy {
        Copy::new(&self.session, table(reporting::TABLES, name), page_size)
    }

    fn id(&self, table: DitioTable, position: usize) -> String {
        self.tables.rows(table)[position]["id"].as_str().unwrap().to_owned()
    }

    /// Adds a row, changes one and deletes one.
    fn write(&self, table: DitioTable) {
        let (changed, deleted) = (self.id(table, 0), self.id(table, 3));
        self.tables.insert(table, [json!({"description": "new", "workDate": "2026-02-20T00:00:00"})]);
        self.tables.update(table, [changed], json!({"description": "changed"}));
        self.tables.delete(table, [deleted]);
    }

    /// Moves the service's clock, and the client's clock with it.
    fn wait(&self, seconds: u64, skew: i64) {
        self.simulator.advance(Duration::from_secs(seconds));
        self.set_clock(skew);
    }
}

const TIME: DitioTable = DitioTable::TimeRegistrations;

#[tokio::test]
async fn later_runs_list_changes_and_deletions_only() {
    let ditio = Ditio::start().await;
    let mut copy = ditio.copy("time_registrations", 5);
    let rows = ditio.tables.count(TIME);
    assert_eq!(copy.run().await as u64, rows);
    assert!(copy.pages > 1);
    ditio.wait(3600, 0);
    assert_eq!(copy.run().await, 0);
    ditio.write(TIME);
    assert_eq!(copy.run().await, 3);
    copy.check(rows).await;
}

#[tokio::test]
async fn rows_that_the_overlap_lists_again_are_reported_once() {
    let ditio = Ditio::start().await;
    let mut copy = ditio.copy("time_registrations", 5);
    copy.run().await;
    ditio.wait(3600, 0);
    ditio.write(TIME);
    ditio.wait(1, 0);
    assert_eq!(copy.run().await, 3);
    ditio.wait(1, 0);
    assert_eq!(copy.run().await, 0, "the overlap lists the three changes again");
    let changed = ditio.id(TIME, 0);
    ditio.tables.update(TIME, [changed], json!({"description": "changed again"}));
    ditio.wait(1, 0);
    assert_eq!(copy.run().await, 1);
    copy.check(ditio.tables.count(TIME)).await;
}

#[tokio::test]
async fn a_run_is_resumed_at_any_page_and_followed_by_another() {
    let ditio = Ditio::start().await;
    let mut pages = 0;
    loop {
        pages += 1;
        let mut copy = ditio.copy("time_registrations", 3);
        let mut source = copy.open().unwrap();
        let ended = copy.apply(&mut *source, pages).await.unwrap();
        drop(source);
        if ended {
            break;
        }
        ditio.wait(3600, 0);
        ditio.write(TIME);
        copy.run().await;
        copy.check(ditio.tables.count(TIME)).await;
        // The same for a listing of changes.
        for _ in 0..3 {
            ditio.write(TIME);
        }
        ditio.wait(3600, 0);
        let mut source = copy.open().unwrap();
        copy.apply(&mut *source, pages).await.unwrap();
        ditio.write(TIME);
        ditio.wait(3600, 0);
        copy.run().await;
        copy.check(ditio.tables.count(TIME)).await;
    }
    assert!(pages > 3, "{pages}");
}

#[tokio::test]
async fn a_clock_an_hour_ahead_or_behind_loses_no_change() {
    for skew in [3600, -3600] {
        let ditio = Ditio::start().await;
        ditio.set_clock(skew);
        let mut copy = ditio.copy("time_registrations", 5);
        copy.run().await;
        for _ in 0..4 {
            ditio.wait(60, skew);
            ditio.write(TIME);
            ditio.wait(1200, skew);
            copy.run().await;
            copy.check(ditio.tables.count(TIME)).await;
        }
    }
}

#[tokio::test]
async fn a_position_that_the_service_refuses_leads_to_a_listing_of_all_rows() {
    let ditio = Ditio::start().await;
    let mut copy = ditio.copy("time_registrations", 5);
    let rows = copy.run().await;
    ditio.wait(90 * 24 * 3600, 0);
    ditio.write(TIME);
    let _ = ditio.simulator.inject(Fault::status(400).path("*/time-registrations").times(1));
    assert_eq!(copy.run().await, rows);
    copy.check(ditio.tables.count(TIME)).await;
    // A listing of all rows that is refused is an error.
    let mut copy = ditio.copy("time_registrations", 5);
    let _ = ditio.simulator.inject(Fault::status(400).path("*/time-registrations").times(1));
    let error = copy.open().unwrap().next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.api_error().unwrap().status().unwrap().as_u16(), 400);
    copy.run().await;
}

#[tokio::test]
async fn a_refused_cursor_starts_the_same_run_over() {
    let ditio = Ditio::start().await;
    let mut copy = ditio.copy("time_registrations", 5);
    let mut source = copy.open().unwrap();
    copy.apply(&mut *source, 2).await.unwrap();
    drop(source);
    copy.progress["run"]["cursor"] = "eyJ1bmtub3duIn0=".into();
    copy.run().await;
    copy.check(ditio.tables.count(TIME)).await;
}

#[tokio::test]
async fn a_failed_page_is_an_error_after_which_the_progress_continues() {
    let ditio = Ditio::start().await;
    let mut copy = ditio.copy("time_registrations", 5);
    let mut source = copy.open().unwrap();
    copy.apply(&mut *source, 2).await.unwrap();
    // The third page is in flight already.
    let _ = ditio.simulator.inject(Fault::status(503).path("*/time-registrations").times(2));
    let error = copy.apply(&mut *source, 10).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    ditio.simulator.clear_faults();
    copy.run().await;
    copy.check(ditio.tables.count(TIME)).await;
}

#[tokio::test]
async fn changes_outside_the_dates_of_a_copy_are_deletions() {
    let ditio = Ditio::start().await;
    let row = |date: &str| json!({"description": date, "workDate": format!("{date}T00:00:00")});
    let ids = ditio.tables.insert(TIME, ["2020-01-01", "2020-01-31", "2020-02-01"].map(row));
    ditio.wait(3600, 0);
    let mut copy = ditio.copy("time_registrations", 5);
    copy.options.window = window(Some("2020-01-01"), Some("2020-01-31"));
    assert_eq!(copy.run().await, 2);
    ditio.wait(3600, 0);
    let dates = ["2019-12-31", "2020-01-02", "2020-01-31"];
    for (id, date) in ids.iter().zip(dates) {
        ditio.tables.update(TIME, [id.clone()], row(date));
    }
    ditio.write(TIME);
    ditio.wait(60, 0);
    copy.run().await;
    copy.check(2).await;
}

fn window(from: Option<&str>, to: Option<&str>) -> Window {
    serde_json::from_value(json!({"from": from, "to": to})).unwrap()
}

#[tokio::test]
async fn a_listing_with_limited_periods_is_requested_in_periods_and_resumed_in_each() {
    let ditio = Ditio::start().await;
    let table = DitioTable::MachineRegistrations;
    ditio.tables.switch(|switches| switches.strict_machine_registrations = true);
    let rows = (1..=28).map(|day| json!({"stopDateTime": format!("2020-02-{day:02}T12:00:00")}));
    ditio.tables.insert(table, rows);
    ditio.wait(3600, 0);
    let mut pages = 0;
    loop {
        pages += 1;
        let mut copy = ditio.copy("machine_registrations", 3);
        copy.options.window = window(Some("2020-02-01"), Some("2020-02-28"));
        let mut source = copy.open().unwrap();
        if copy.apply(&mut *source, pages).await.unwrap() {
            break;
        }
        drop(source);
        copy.run().await;
        copy.check(28).await;
    }
    assert!(pages > 9, "{pages}");
}

#[tokio::test]
async fn dates_that_the_table_does_not_support_are_refused_before_a_request() {
    let ditio = Ditio::start().await;
    for (name, from, to, message) in [
        ("projects", Some("2026-01-01"), None, "projects cannot be limited by dates: leave them out"),
        ("crew_list_registrations", None, None, "crew_list_registrations requires a first date"),
        ("machine_registrations", None, Some("2026-01-01"), "machine_registrations requires a first date"),
        ("time_registrations", Some("2026-01-02"), Some("2026-01-01"), "the last date is earlier than the first date"),
        ("time_registrations", Some("yesterday"), None, "the first date is invalid"),
    ] {
        let mut copy = ditio.copy(name, 5);
        copy.options.window = window(from, to);
        let error = copy.open().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert!(error.to_string().starts_with(message), "{error}");
    }
    assert!(ditio.simulator.requests().is_empty());
}

#[tokio::test]
async fn changes_of_rows_without_the_date_of_the_window_are_found_by_a_listing_of_all_rows() {
    let ditio = Ditio::start().await;
    let mut copy = ditio.copy("images", 5);
    copy.options.window = window(Some("2000-01-01"), None);
    let rows = copy.run().await;
    assert!(rows > 0);
    ditio.wait(3600, 0);
    ditio.tables.delete(DitioTable::Images, [ditio.id(DitioTable::Images, 0)]);
    assert_eq!(copy.run().await, rows - 1);
    copy.check(rows as u64 - 1).await;
}

#[tokio::test]
async fn a_dropped_call_of_next_does_not_lose_changes() {
    let ditio = Ditio::start().await;
    let mut copy = ditio.copy("time_registrations", 5);
    let mut source = copy.open().unwrap();
    loop {
        // Drops the future where it waits first.
        let dropped = tokio::time::timeout(Duration::ZERO, copy.apply(&mut *source, 1)).await;
        match dropped {
            Ok(ended) if ended.as_ref().is_ok_and(|ended| *ended) => break,
            Ok(ended) => drop(ended.unwrap()),
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
    copy.check(ditio.tables.count(TIME)).await;
}

/// Pages of a service, by the value of the parameter `page`, and the queries received.
#[derive(Clone, Default)]
struct Script {
    pages: Arc<Mutex<Vec<Value>>>,
    queries: Arc<Mutex<Vec<String>>>,
}

impl Script {
    /// Starts a service. Returns a client of ItemPath's API there.
    async fn start(&self) -> Session {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
                let line = String::from_utf8(request).unwrap().lines().next().unwrap().to_owned();
                let query = line.split(['?', ' ']).nth(2).unwrap().to_owned();
                let page = query.split('&').find_map(|pair| pair.strip_prefix("page=")).unwrap_or("0").parse::<usize>();
                let page = script.pages.lock().unwrap().get(page.unwrap()).cloned().unwrap_or(json!({}));
                script.queries.lock().unwrap().push(query);
                let body = page.to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        let credentials = itempath::Credentials::token("token");
        let client = itempath::Client::builder(itempath::Environment::at(url), credentials).build().unwrap();
        client.session().clone()
    }

    fn set(&self, name: &str, pages: &[&[(&str, &str)]]) {
        let row = |(id, at): &(&str, &str)| json!({"id": id, "creationDate": at});
        let page = |rows: &&[(&str, &str)]| json!({ name: rows.iter().map(row).collect::<Vec<_>>() });
        *self.pages.lock().unwrap() = pages.iter().map(page).collect();
        self.queries.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn rows_that_are_only_added_are_listed_from_the_greatest_value_with_an_overlap_for_late_rows() {
    let script = Script::default();
    let mut copy = Copy::new(&script.start().await, table(itempath::TABLES, "transactions"), 2);
    script.set(
        "transactions",
        &[&[("A", "2026-03-02T08:00:00.5"), ("B", "2026-03-02T09:00:00.5")], &[("C", "2026-03-02T07:00:00")]],
    );
    // An interrupted listing does not advance the value: rows with lower values may follow.
    let mut source = copy.open().unwrap();
    copy.apply(&mut *source, 1).await.unwrap();
    assert_eq!(copy.progress["greatest"], Value::Null);
    assert_eq!(copy.run().await, 3);
    // D is late: its value is before that of B.
    script.set("transactions", &[&[("B", "2026-03-02T09:00:00.5"), ("D", "2026-03-02T08:30:00")]]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 4);
    let query = script.queries.lock().unwrap()[0].clone();
    assert!(query.contains("creationDate=%5Bgt%5D2026-03-02T07%3A00%3A00"), "{query}");
    // The overlap does not report rows again.
    assert_eq!(copy.run().await, 0);
    // A time in the future does not hide later rows.
    script.set("transactions", &[&[("E", "2999-01-01T00:00:00")]]);
    assert_eq!(copy.run().await, 1);
    assert_eq!(copy.run().await, 0);
    let query = script.queries.lock().unwrap().last().unwrap().clone();
    assert!(query.contains("creationDate=%5Bgt%5D2026-03-02T07%3A00%3A00"), "{query}");
}

#[tokio::test]
async fn a_snapshot_lists_all_rows_and_is_incomplete_with_a_row_that_has_no_key() {
    let script = Script::default();
    let mut copy = Copy::new(&script.start().await, table(itempath::TABLES, "materials"), 2);
    script.set(
        "materials",
        &[&[("A", "2026-03-02T08:00:00"), ("B", "2026-03-02T08:00:00")], &[("C", "2026-03-02T08:00:00")]],
    );
    assert_eq!(copy.run().await, 3);
    script.set("materials", &[&[("A", "2026-03-02T08:00:00")]]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 1, "rows that are not listed are deleted");
    script.pages.lock().unwrap()[0]["materials"] = json!([{"id": "D"}, {"name": "without a key"}, 17]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 2, "an incomplete listing deletes nothing");
    script.set("materials", &[&[("D", "2026-03-02T08:00:00")]]);
    copy.run().await;
    assert_eq!(copy.rows.len(), 1);
}
