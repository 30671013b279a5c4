//! Changes between runs, clocks that differ, and columns that are added.

use std::time::Duration;

use keyfob::client::table::Table;
use keyfob::ditio_reporting;

use super::Place;
use crate::workload::{table, tables};
use crate::world::World;

/// Random inserts, updates and deletions between runs.
pub(crate) async fn random_changes(place: &Place, seed: u64) {
    let mut world = World::start(seed).await;
    for round in 0..6 {
        for table in tables() {
            let to = place.of(table);
            world.run(table, &to).await;
            world.check(table, &to, &format!("round {round}")).await;
            for _ in 0..world.workload.random.below(3) {
                world.workload.change(table).await;
            }
        }
        let seconds = [0, 30, 700, 90_000][world.workload.random.position(4)];
        world.simulator.advance(Duration::from_secs(seconds));
    }
}

/// A clock that differs from the clock of the service by this number of seconds.
pub(crate) async fn clock(place: &Place, seed: u64, skew: i64) {
    let mut world = World::start(seed).await;
    let registrations = table(ditio_reporting::TABLES, "time_registrations");
    let to = place.of(registrations);
    for round in 0..6 {
        world.set_clock(skew);
        world.run(registrations, &to).await;
        world.check(registrations, &to, &format!("round {round}, clock {skew} s ahead")).await;
        let seconds = 1 + world.workload.random.below(900);
        world.workload.change(registrations).await;
        world.simulator.advance(Duration::from_secs(seconds));
        world.workload.change(registrations).await;
    }
}

/// A description with new columns, for a copy that does not have them.
pub(crate) async fn new_columns(place: &Place, seed: u64) {
    let mut world = World::start(seed).await;
    for new in tables() {
        let to = place.of(new);
        // Without the last columns and one in the middle. The key is the first.
        let columns = new.columns.iter().enumerate().filter(|(position, _)| *position != 5).map(|(_, column)| *column);
        let columns: Vec<_> = columns.take(new.columns.len() - 3).collect();
        let old: &'static Table = Box::leak(Box::new(Table { columns: columns.leak(), ..*new }));
        world.run(old, &to).await;
        world.check(old, &to, "the old description").await;
        world.workload.change(new).await;
        world.run(new, &to).await;
        world.check(new, &to, "the new description").await;
        world.workload.change(new).await;
        world.run(new, &to).await;
        world.check(new, &to, "the run after").await;
    }
}
