//! Processes that are killed, and disks that are full.

use std::time::Duration;

use keyfob::client::table::Table;
use keyfob::{ditio_reporting, itempath};
use keyfob_simulator::{DitioTable, Fault};
use serde_json::json;

use super::locks::listed;
use super::{Place, command, keyfob, wait};
use crate::copy::To;
use crate::workload::table;
use crate::world::{World, file};

/// Number of times that a process is killed, for each of two tables.
const KILLS: u32 = 10;

/// `kill -9` of `keyfob mirror` at random moments, during the first listing and later. `remove` removes the copy, so that
/// half of the processes are killed during the first listing.
pub(crate) async fn kill(place: &Place, seed: u64, remove: impl Fn(&To)) {
    for table in [table(ditio_reporting::TABLES, "time_registrations"), table(itempath::TABLES, "materials")] {
        let mut world = World::of_rows(seed, 1_500).await;
        let to = place.of(table);
        let mut killed = 0;
        for run in 0.. {
            if killed == KILLS {
                break;
            }
            assert!(run < 10 * KILLS, "only {killed} of {run} processes were killed before they ended");
            let before = listed(&world, table);
            let mut child = keyfob(&world, table, &to).spawn().unwrap();
            // After a random number of pages, of which an update has few, and some microseconds.
            let pages = if run % 2 == 0 { 1 } else { 1 + world.workload.random.position(40) };
            while listed(&world, table) < before + pages && child.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_micros(world.workload.random.below(20_000))).await;
            child.kill().unwrap();
            let (status, messages) = wait(child).await;
            assert!(status.success() || status.code().is_none(), "run {run}: {status}: {messages}");
            killed += u32::from(!status.success());
            world.workload.change(table).await;
            world.simulator.advance(Duration::from_secs(world.workload.random.below(900)));
            if run % 5 == 4 {
                let (status, messages) = wait(keyfob(&world, table, &to).spawn().unwrap()).await;
                assert!(status.success(), "after run {run}: {status}: {messages}");
                world.check(table, &to, &format!("after run {run}")).await;
            }
            if run % 10 == 4 {
                remove(&to);
            }
        }
        let (status, messages) = wait(keyfob(&world, table, &to).spawn().unwrap()).await;
        assert!(status.success(), "after {KILLS} kills: {status}: {messages}");
        world.check(table, &to, &format!("after {KILLS} kills")).await;
    }
}

/// A file that cannot grow: the run fails, what was copied before remains, and the next run continues.
pub(crate) async fn full_disk(place: &Place, seed: u64) {
    let mut world = World::start(seed).await;
    let registrations = table(ditio_reporting::TABLES, "time_registrations");
    let to = place.of(registrations);
    world.run(registrations, &to).await;
    let path = file(&to).to_owned();
    let before = std::fs::read(&path).unwrap();
    let rows = (0..3_000).map(|number| json!({"description": format!("{number}").repeat(30), "qty": number}));
    world.simulator.ditio_reporting().insert(DitioTable::TimeRegistrations, rows);
    // In blocks of 512 bytes, for every file of the process.
    let limit = before.len() / 512 + 40;
    let mut child = std::process::Command::new("sh");
    let script = format!("ulimit -f {limit}; trap '' XFSZ; exec \"$0\" \"$@\"");
    let run = command(&world, registrations, &to);
    child.arg("-c").arg(script).arg(run.get_program()).args(run.get_args());
    child.stderr(std::process::Stdio::piped());
    let (status, error) = wait(child.spawn().unwrap()).await;
    assert!(status.code() == Some(1), "{status}: {error}");
    assert!(error.contains("Destination"), "{error}");
    if !to.0.starts_with("sqlite:") {
        assert!(std::fs::read(&path).unwrap() == before, "the file has changed");
    }
    // Readable, with the old rows or some of the new ones too.
    let schema = keyfob_mirror::Schema::new(registrations, true);
    assert!(crate::world::read(&schema, &to).len() >= 260);
    world.workload.change(registrations).await;
    world.run(registrations, &to).await;
    world.check(registrations, &to, "with space again").await;
}

/// Kills a process that has the lock of a table, and copies the table.
pub(crate) async fn lock_holder_killed(place: &Place, seed: u64) {
    let mut world = World::start(seed).await;
    let registrations: &'static Table = table(ditio_reporting::TABLES, "time_registrations");
    let to = place.of(registrations);
    world.workload.change(registrations).await;
    let mut child = super::locks::holder(&world, registrations, &to).await;
    child.kill().unwrap();
    wait(child).await;
    world.simulator.clear_faults();
    world.run(registrations, &to).await;
    world.check(registrations, &to, "after the holder of the lock").await;
}

/// Injects the fault of pages that take long.
pub(crate) fn slow_pages(world: &World, table: &Table, delay: Duration) {
    let path = format!("*{}*", table.operation.path);
    world.simulator.inject(Fault::delay(delay).path(path).always());
}
