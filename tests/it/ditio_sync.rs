//! Copies of Ditio reporting's tables: whatever happens on the way, a copy ends up as the original.

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

/// A table is kept at about this many rows.
const ROWS: usize = 6;

/// What happens, one after the other, to a table, to its copy, and to the way between them.
#[derive(Clone, Debug)]
struct Schedule {
    page_size: i64,
    empty_pages: bool,
    repeated_deletions: bool,
    /// How far the client's clock is ahead of the service's, in seconds: less than the overlap.
    ahead: i64,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Insert {
        count: usize,
    },
    /// Inserts what was deleted last.
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
    /// The copy applies this many changes, and may store its checkpoint after the last of them.
    Apply {
        count: usize,
        store: bool,
    },
    /// A call fails, and the copy goes on from its stored checkpoint.
    Fail,
    Crash(Crash),
}

/// What the copy is left with.
#[derive(Clone, Copy, Debug)]
enum Crash {
    /// All that it applied, and a checkpoint that may be older.
    Rows,
    /// What it had when it stored its checkpoint: both are written in one transaction.
    Transaction,
    /// A checkpoint that was stored when a change was received, and that change not applied.
    Received,
    /// A checkpoint whose cursor the service does not accept any more.
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
    (2..6_i64, proptest::bool::weighted(0.25), any::<bool>(), -4_000..599_i64, steps).prop_map(
        |(page_size, empty_pages, repeated_deletions, ahead, steps)| Schedule {
            page_size,
            empty_pages,
            repeated_deletions,
            ahead,
            steps,
        },
    )
}

/// A copy of a table, as a user would keep it.
struct Copy<O: Table> {
    client: Client,
    listing: O,
    rows: BTreeMap<String, O::Item>,
    checkpoint: Option<String>,
    /// The rows when the checkpoint was stored.
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

    /// The next change, not applied. After the end and after a failure a new stream is begun by the next call.
    async fn receive(&mut self) -> Received<O::Item> {
        if self.changes.is_none() {
            let stored = self.checkpoint.as_ref().map(|text| serde_json::from_str(text).unwrap());
            self.changes = Some(self.client.sync(self.listing.clone(), stored));
            if self.checkpoint.is_none() {
                self.store();
            }
        }
        match self.changes.as_mut().expect("it was begun").next().await {
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

    /// Takes everything that there is.
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

/// A table of the simulator, and what is done to it.
struct Original {
    simulator: Simulator,
    tables: DitioReporting,
    table: DitioTable,
    deleted: Option<String>,
    writes: u64,
}

impl Original {
    /// What a write sets: for most tables also the time that orders them.
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

    /// Prepares the table for another schedule: of the usual size, and long after the last one.
    fn renew(&mut self, schedule: &Schedule) {
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

    /// Sets the client's clock.
    fn tell(&self, fake: &FakeClock, ahead: i64) {
        let now = SystemTime::from(self.simulator.now());
        let by = Duration::from_secs(ahead.unsigned_abs());
        fake.set_wall(if ahead < 0 { now - by } else { now + by });
    }
}

/// Runs a schedule, and compares the copy with the original at its end.
async fn run<O>(original: &mut Original, copy: &mut Copy<O>, fake: &FakeClock, schedule: &Schedule)
where
    O: Table,
    O::Item: Clone + Debug + DeserializeOwned + PartialEq,
{
    original.renew(schedule);
    for step in &schedule.steps {
        original.tell(fake, schedule.ahead);
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
    original.tell(fake, schedule.ahead);
    // A stream that was begun before the last write need not have it, one that is begun now has.
    if copy.changes.is_some() {
        copy.crash(Crash::Rows).await;
    }
    copy.drain().await;
    assert_eq!(copy.rows, original.rows(), "after {schedule:?}");
}

/// Puts a table through so many schedules.
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

// The most for the table whose rows cost the least to make; some for each other form of a deletion and order of rows.

#[test]
fn a_copy_of_types_of_mass_survives_any_schedule() {
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
