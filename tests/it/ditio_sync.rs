//! Property tests of synchronization: after any schedule of writes, faults and crashes a copy equals its table.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    time::{Duration, SystemTime},
};

use futures::StreamExt;
use keyfob::{
    RetryPolicy,
    client::auth::{Clock, FakeClock},
    ditio_reporting::{
        Client, Credentials,
        sync::{Change, Changes, Record, Table},
    },
};
use keyfob_simulator::{DitioReporting, DitioTable, Fault, Simulator, Vendor, credentials};
use proptest::{
    prelude::{Strategy, any, prop_oneof},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::ditio::environment;

/// Number of rows to which a table is reset before each schedule.
const ROWS: usize = 6;

/// Random schedule of writes to a table, reads by its copy, faults and crashes.
#[derive(Clone, Debug)]
struct Schedule {
    page_size: i64,
    empty_pages: bool,
    repeated_deletions: bool,
    /// Seconds by which the client's clock is ahead of the service's: also more than the overlap of 600 s.
    clock_skew: i64,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Insert {
        count: usize,
    },
    /// Inserts the row that was deleted last.
    Restore,
    Update {
        from: usize,
        count: usize,
    },
    Delete {
        from: usize,
        count: usize,
    },
    Wait {
        seconds: u64,
    },
    /// Applies this many changes to the copy, and optionally stores the checkpoint after the last one.
    Apply {
        count: usize,
        store: bool,
    },
    /// Makes one request fail; the copy resumes from its stored checkpoint.
    Fail,
    Crash(Crash),
}

/// State that survives a crash of the copy.
#[derive(Clone, Copy, Debug)]
enum Crash {
    /// All applied rows, and the stored checkpoint, which may be older.
    Rows,
    /// The rows at the time of the stored checkpoint, as if both were written in one transaction.
    Transaction,
    /// A checkpoint stored after receiving a change that was not applied.
    Received,
    /// A checkpoint whose cursor the service no longer accepts.
    StaleCursor,
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let count = 1..4_usize;
    let from = 0..ROWS;
    let step = prop_oneof![
        3 => count.clone().prop_map(|count| Step::Insert { count }),
        1 => proptest::strategy::Just(Step::Restore),
        4 => (from.clone(), count.clone()).prop_map(|(from, count)| Step::Update { from, count }),
        4 => (from, count).prop_map(|(from, count)| Step::Delete { from, count }),
        3 => prop_oneof![0..3_u64, 500..700_u64, 3_000..90_000_u64].prop_map(|seconds| Step::Wait { seconds }),
        8 => (prop_oneof![1..6_usize, 1..20_usize], any::<bool>()).prop_map(|(count, store)| Step::Apply { count, store }),
        1 => proptest::strategy::Just(Step::Fail),
        4 => proptest::sample::select(vec![Crash::Rows, Crash::Transaction, Crash::Received, Crash::StaleCursor])
            .prop_map(Step::Crash),
    ];
    let steps = proptest::collection::vec(step, 0..14);
    (2..6_i64, proptest::bool::weighted(0.25), any::<bool>(), -4_000..90_000_i64, steps).prop_map(
        |(page_size, empty_pages, repeated_deletions, clock_skew, steps)| Schedule {
            page_size,
            empty_pages,
            repeated_deletions,
            clock_skew,
            steps,
        },
    )
}

/// Copy of a table, maintained as in a user program.
struct Copy<O: Table> {
    client: Client,
    listing: O,
    rows: BTreeMap<String, O::Item>,
    checkpoint: Option<String>,
    /// The rows at the time the checkpoint was stored.
    committed: BTreeMap<String, O::Item>,
    changes: Option<Changes<O>>,
}

impl<O> Copy<O>
where
    O: Table,
    O::Item: Clone,
{
    fn new(client: &Client, listing: O) -> Self {
        let (rows, committed) = (BTreeMap::new(), BTreeMap::new());
        Self { client: client.clone(), listing, rows, checkpoint: None, committed, changes: None }
    }

    /// Receives the next change without applying it. After the end or a failure, the next call starts a new stream.
    async fn receive(&mut self) -> Received<O::Item> {
        if self.changes.is_none() {
            let stored = self.checkpoint.as_ref().map(|text| serde_json::from_str(text).unwrap());
            self.changes = Some(self.client.sync(self.listing.clone(), stored));
            if self.checkpoint.is_none() {
                self.store();
            }
        }
        match self.changes.as_mut().expect("the stream was started above").next().await {
            Some(Ok(change)) => Received::Change(change),
            Some(Err(error)) => {
                assert_eq!(error.status().unwrap(), 500, "{error}");
                self.changes = None;
                Received::Failure
            }
            None => {
                self.store();
                self.changes = None;
                Received::End
            }
        }
    }

    fn apply(&mut self, change: Change<O::Item>) {
        match change {
            Change::Upsert(row) => drop(self.rows.insert(row.id().unwrap().to_owned(), row)),
            Change::Delete { id, at } => {
                assert!(at.is_some());
                self.rows.remove(&id);
            }
        }
    }

    fn store(&mut self) {
        let changes = self.changes.as_ref().unwrap();
        self.checkpoint = Some(serde_json::to_string(&changes.checkpoint()).unwrap());
        self.committed.clone_from(&self.rows);
    }

    /// Applies up to `count` changes, and stores the checkpoint after the last one if `store` is set.
    async fn take(&mut self, count: usize, store: bool) {
        for left in (0..count).rev() {
            let Received::Change(change) = self.receive().await else { return };
            self.apply(change);
            if store && left == 0 {
                self.store();
            }
        }
    }

    async fn crash(&mut self, crash: Crash) {
        match crash {
            Crash::Rows => {}
            Crash::Transaction => self.rows.clone_from(&self.committed),
            Crash::Received => {
                if let Received::Change(_) = self.receive().await {
                    self.store();
                }
            }
            Crash::StaleCursor => {
                let mut stored: Value = self.checkpoint.as_deref().map_or(Value::Null, |text| text.parse().unwrap());
                if stored["cursor"].is_string() {
                    stored["cursor"] = "eyJ1bmtub3duIn0=".into();
                    self.checkpoint = Some(stored.to_string());
                }
            }
        }
        self.changes = None;
    }

    /// Applies all remaining changes.
    async fn drain(&mut self) {
        for _ in 0..10_000 {
            match self.receive().await {
                Received::Change(change) => self.apply(change),
                Received::Failure => {}
                Received::End => return,
            }
        }
        panic!("the changes do not end");
    }
}

enum Received<T> {
    Change(Change<T>),
    Failure,
    End,
}

/// Table of the simulator, with the operations that change it.
struct Original {
    simulator: Simulator,
    tables: DitioReporting,
    table: DitioTable,
    deleted: Option<String>,
    writes: u64,
}

impl Original {
    /// Returns the fields that a write sets, among them the time by which most tables are ordered.
    fn change(&mut self) -> Value {
        self.writes += 1;
        let day = 1 + self.writes * 7 % 28;
        let at = format!("2026-02-{day:02}T07:00:00");
        json!({"description": self.writes.to_string(), "workDate": at, "stopDateTime": at, "date": at, "loadDateTime": at})
    }

    fn ids(&self, from: usize, count: usize) -> Vec<String> {
        let rows = self.tables.rows(self.table);
        let from = from % rows.len().max(1);
        rows.iter().skip(from).take(count).map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    fn insert(&mut self, id: Option<&str>, count: usize) {
        let rows = (0..count).map(|_| {
            let mut row = self.change();
            if let Some(id) = id {
                row["id"] = id.into();
            }
            row
        });
        let rows: Vec<Value> = rows.collect();
        self.tables.insert(self.table, rows);
    }

    fn delete(&mut self, ids: &[String]) {
        self.tables.delete(self.table, ids);
        self.deleted = ids.last().cloned().or(self.deleted.take());
    }

    fn rows<T: DeserializeOwned + Record>(&self) -> BTreeMap<String, T> {
        let rows = self.tables.rows(self.table).into_iter().map(|row| serde_json::from_value::<T>(row).unwrap());
        rows.map(|row| (row.id().unwrap().to_owned(), row)).collect()
    }

    /// Resets the table to [`ROWS`] rows and moves the clock past the previous schedule.
    fn reset(&mut self, schedule: &Schedule) {
        self.simulator.clear_faults();
        self.simulator.advance(Duration::from_secs(90_000));
        let rows = self.tables.rows(self.table).len();
        if rows > ROWS {
            self.delete(&self.ids(0, rows - ROWS));
        } else {
            self.insert(None, ROWS - rows);
        }
        self.simulator.advance(Duration::from_secs(90_000));
        self.tables.switch(|switches| {
            switches.empty_pages = schedule.empty_pages;
            switches.repeated_deletions = schedule.repeated_deletions;
        });
    }

    /// Sets the client's clock to the simulator's time plus `clock_skew` seconds.
    fn set_clock(&self, fake: &FakeClock, clock_skew: i64) {
        let now = SystemTime::from(self.simulator.now());
        let by = Duration::from_secs(clock_skew.unsigned_abs());
        fake.set_wall(if clock_skew < 0 { now - by } else { now + by });
    }
}

/// Runs a schedule, then asserts that the copy equals the table.
async fn run<O>(original: &mut Original, copy: &mut Copy<O>, fake: &FakeClock, schedule: &Schedule)
where
    O: Table,
    O::Item: Clone + Debug + DeserializeOwned + PartialEq,
{
    original.reset(schedule);
    for step in &schedule.steps {
        original.set_clock(fake, schedule.clock_skew);
        match step {
            Step::Insert { count } => original.insert(None, *count),
            Step::Restore => {
                let id = original.deleted.take();
                original.insert(id.as_deref(), 1);
            }
            Step::Update { from, count } => {
                let (ids, change) = (original.ids(*from, *count), original.change());
                original.tables.update(original.table, ids, change);
            }
            Step::Delete { from, count } => original.delete(&original.ids(*from, *count)),
            Step::Wait { seconds } => original.simulator.advance(Duration::from_secs(*seconds)),
            Step::Apply { count, store } => copy.take(*count, *store).await,
            Step::Fail => {
                let _ = original.simulator.inject(Fault::status(500).on(Vendor::Ditio).times(1));
            }
            Step::Crash(crash) => copy.crash(*crash).await,
        }
    }
    original.set_clock(fake, schedule.clock_skew);
    // A stream started before the last write may miss it; a stream started now does not.
    if copy.changes.is_some() {
        copy.crash(Crash::Rows).await;
    }
    copy.drain().await;
    assert_eq!(copy.rows, original.rows(), "after {schedule:?}");
}

/// Checks a table against this many random schedules.
fn check<O>(table: DitioTable, schedules: u32, listing: impl Fn(&Client, i64) -> O)
where
    O: Table,
    O::Item: Clone + Debug + DeserializeOwned + PartialEq,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::builder().scale(ROWS as u64).start()).unwrap();
    let (clock, fake) = Clock::fake();
    let client = Client::builder(environment(simulator.url()), Credentials::token(credentials::DITIO_ACCESS_TOKEN))
        .retry(RetryPolicy::none())
        .clock(clock)
        .build()
        .unwrap();
    let tables = simulator.ditio_reporting();
    let original = Original { simulator, tables, table, deleted: None, writes: 0 };
    let original = std::cell::RefCell::new(original);
    let config = Config { cases: schedules, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&schedule(), |schedule| {
        let mut copy = Copy::new(&client, listing(&client, schedule.page_size));
        runtime.block_on(run(&mut original.borrow_mut(), &mut copy, &fake, &schedule));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{table}: {error}");
    }
}

// One table for each format of deletions and each order of rows.

#[test]
fn a_copy_of_mass_types_survives_any_schedule() {
    check(DitioTable::FlowMassTypes, 350, |client, size| client.flow_mass_types().chunk_limit(size));
}

#[test]
fn a_copy_of_time_registrations_survives_any_schedule() {
    check(DitioTable::TimeRegistrations, 350, |client, size| client.time_registrations().chunk_limit(size));
}

#[test]
fn a_copy_of_machine_registrations_survives_any_schedule() {
    check(DitioTable::MachineRegistrations, 350, |client, size| client.machine_registrations().chunk_limit(size));
}

#[test]
fn a_copy_of_absences_survives_any_schedule() {
    check(DitioTable::AbsenceRegistrations, 350, |client, size| {
        client.absence_registrations().include_sensitive_data(true).chunk_limit(size)
    });
}

#[test]
fn a_copy_of_checklists_survives_any_schedule() {
    check(DitioTable::ChecklistRegistrations, 350, |client, size| client.checklist_registrations().chunk_limit(size));
}

#[test]
fn a_copy_of_projects_survives_any_schedule() {
    check(DitioTable::Project, 350, |client, size| client.projects().chunk_limit(size));
}
