//! Changes of Ditio's reporting API.

use std::time::{Duration, SystemTime};

use keyfob_client::auth::{Clock, FakeClock};
use keyfob_client::{RetryPolicy, Session};
use keyfob_ditio_reporting::{self as reporting, Endpoints, Environment};
use keyfob_mirror::ErrorKind;
use keyfob_simulator::{DitioReporting, DitioTable, Fault, Simulator, credentials};
use serde_json::json;

use crate::copy::{Copy, table, window};

/// Returns a client of the reporting API at the base URL of a simulator.
pub(crate) fn client(url: &str, clock: Clock) -> Session {
    let base = |path: &str| format!("{url}/ditio/{path}");
    let environment = Environment::Custom(Endpoints {
        identity: base("identity"),
        core: base("core"),
        reporting: base("reporting"),
        mass_transport: None,
    });
    let credentials = reporting::Credentials::token(credentials::DITIO_ACCESS_TOKEN);
    let builder = reporting::Client::builder(environment, credentials).retry(RetryPolicy::none()).clock(clock);
    builder.build().unwrap().session().clone()
}

/// Ditio's reporting API with few rows, and a client whose clock is set by the tests.
pub(crate) struct Ditio {
    pub(crate) simulator: Simulator,
    pub(crate) tables: DitioReporting,
    session: Session,
    clock: FakeClock,
}

impl Ditio {
    pub(crate) async fn start() -> Self {
        let simulator = Simulator::builder().scale(20).start().await.unwrap();
        let (local, clock) = Clock::fake();
        let (tables, session) = (simulator.ditio_reporting(), client(simulator.url(), local));
        let this = Self { simulator, tables, session, clock };
        this.set_clock(0);
        this
    }

    /// Sets the client's clock to the service's time plus `seconds`.
    pub(crate) fn set_clock(&self, seconds: i64) {
        let by = Duration::from_secs(seconds.unsigned_abs());
        let now = SystemTime::from(self.simulator.now());
        self.clock.set_wall(if seconds < 0 { now - by } else { now + by });
    }

    pub(crate) fn copy(&self, name: &str, page_size: u32) -> Copy {
        Copy::new(&self.session, table(reporting::TABLES, name), page_size)
    }

    pub(crate) fn id(&self, table: DitioTable, position: usize) -> String {
        self.tables.rows(table)[position]["id"].as_str().unwrap().to_owned()
    }

    /// Adds a row, changes one and deletes one.
    pub(crate) fn write(&self, table: DitioTable) {
        let (changed, deleted) = (self.id(table, 0), self.id(table, 3));
        self.tables.insert(table, [json!({"description": "new", "workDate": "2026-02-20T00:00:00"})]);
        self.tables.update(table, [changed], json!({"description": "changed"}));
        self.tables.delete(table, [deleted]);
    }

    /// Moves the service's clock, and the client's clock with it.
    pub(crate) fn wait(&self, seconds: u64, skew: i64) {
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
