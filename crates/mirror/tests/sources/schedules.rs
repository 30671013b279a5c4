//! Property tests: after any schedule of writes, faults and crashes, a copy has the rows of its table.

use std::time::Duration;

use keyfob_mirror::ErrorKind;
use keyfob_mirror::source::Source;
use keyfob_simulator::{DitioTable, Fault};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use crate::copy::Copy;
use crate::ditio::Ditio;

#[derive(Clone, Debug)]
struct Schedule {
    page_size: u32,
    empty_pages: bool,
    repeated_deletions: bool,
    /// Seconds by which the client's clock is ahead of the service's: also more than the overlap of 600 s.
    skew: i64,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Insert,
    Update(usize),
    Delete(usize),
    Wait(u64),
    /// Applies this many pages.
    Apply(usize),
    /// Makes one request fail.
    Fail,
    /// Continues from the progress that was stored last.
    Crash,
    /// As `Crash`, and the service no longer accepts the cursor.
    StaleCursor,
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let step = prop_oneof![
        2 => Just(Step::Insert),
        4 => (0..9_usize).prop_map(Step::Update),
        3 => (0..9_usize).prop_map(Step::Delete),
        4 => prop_oneof![0..3_u64, 500..700_u64, 3_000..90_000_u64].prop_map(Step::Wait),
        8 => prop_oneof![1..3_usize, 1..9_usize].prop_map(Step::Apply),
        1 => Just(Step::Fail),
        3 => Just(Step::Crash),
        1 => Just(Step::StaleCursor),
    ];
    let steps = proptest::collection::vec(step, 0..14);
    (2..6_u32, proptest::bool::weighted(0.25), any::<bool>(), -4_000..90_000_i64, steps).prop_map(
        |(page_size, empty_pages, repeated_deletions, skew, steps)| Schedule {
            page_size,
            empty_pages,
            repeated_deletions,
            skew,
            steps,
        },
    )
}

/// Runs a schedule. The first runs of a copy are finished or not, as the schedule has it.
async fn run(ditio: &Ditio, table: DitioTable, name: &str, schedule: &Schedule) {
    ditio.simulator.clear_faults();
    ditio.simulator.advance(Duration::from_secs(90_000));
    ditio.tables.switch(|switches| {
        switches.empty_pages = schedule.empty_pages;
        switches.repeated_deletions = schedule.repeated_deletions;
    });
    let id = |position: usize| {
        let rows = ditio.tables.rows(table);
        rows.get(position % rows.len().max(1)).map(|row| row["id"].as_str().unwrap().to_owned())
    };
    let mut copy = ditio.copy(name, schedule.page_size);
    let mut source: Option<Box<dyn Source>> = None;
    for (number, step) in schedule.steps.iter().enumerate() {
        ditio.set_clock(schedule.skew);
        match step {
            Step::Insert => drop(ditio.tables.insert(table, [json!({"description": number.to_string()})])),
            Step::Update(position) => {
                ditio.tables.update(table, id(*position), json!({"description": number.to_string()}));
            }
            Step::Delete(position) => {
                ditio.tables.delete(table, id(*position));
            }
            Step::Wait(seconds) => ditio.simulator.advance(Duration::from_secs(*seconds)),
            Step::Apply(pages) => apply(&mut copy, &mut source, *pages).await,
            Step::Fail => {
                let _ = ditio.simulator.inject(Fault::status(500).times(1));
            }
            Step::Crash => source = None,
            Step::StaleCursor => {
                source = None;
                if copy.progress["run"]["cursor"].is_string() {
                    copy.progress["run"]["cursor"] = "eyJ1bmtub3duIn0=".into();
                }
            }
        }
    }
    // A run that was started before the last write may miss it; a run started now does not.
    ditio.simulator.clear_faults();
    ditio.set_clock(schedule.skew);
    copy.run().await;
    copy.check(ditio.tables.count(table)).await;
}

async fn apply(copy: &mut Copy, source: &mut Option<Box<dyn Source>>, pages: usize) {
    let mut open = source.take().unwrap_or_else(|| copy.open().unwrap());
    match copy.apply(&mut *open, pages).await {
        Ok(true) => {}
        Ok(false) => *source = Some(open),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Api, "{error}"),
    }
}

fn check(table: DitioTable, name: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ditio = runtime.block_on(Ditio::start());
    let config = Config { cases: 150, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&schedule(), |schedule| {
        runtime.block_on(run(&ditio, table, name, &schedule));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{table}: {error}");
    }
}

// One table for each format of deletions.

#[test]
fn a_copy_of_time_registrations_survives_any_schedule() {
    check(DitioTable::TimeRegistrations, "time_registrations");
}

#[test]
fn a_copy_of_projects_survives_any_schedule() {
    check(DitioTable::Project, "projects");
}
