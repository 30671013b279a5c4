//! Copies in `PostgreSQL`, in a server that the tests start.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyfob::ditio_reporting;

use crate::copy::To;
use crate::read::postgres::psql;
use crate::scenario::{Place, changes, command, crashes, faults, locks, wait};
use crate::server::{PostgresServer, Stop};
use crate::workload::table;
use crate::world::World;

/// A server with a database for each place.
struct Databases {
    server: PostgresServer,
    count: AtomicUsize,
}

impl Databases {
    fn start() -> Self {
        Self { server: PostgresServer::start(), count: AtomicUsize::new(0) }
    }

    fn place(&self) -> Place {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let url = self.server.create_database(&format!("copies{number}"));
        Place::new(move |_| To(url.clone()))
    }
}

fn remove(to: &To) {
    psql(&to.0, "drop schema copy cascade").unwrap();
}

#[tokio::test]
async fn changes_and_faults_lose_nothing_in_postgresql() {
    let databases = Databases::start();
    changes::random_changes(&databases.place(), 301).await;
    faults::survive(&databases.place(), 302).await;
}

#[tokio::test]
async fn kills_at_random_moments_lose_nothing_in_postgresql() {
    let databases = Databases::start();
    crashes::kill(&databases.place(), 303, remove).await;
    crashes::lock_holder_killed(&databases.place(), 305).await;
}

#[tokio::test]
async fn copies_in_postgresql_have_locks_and_survive_clocks_columns_and_restarts() {
    let databases = Databases::start();
    locks::one_table(&databases.place(), 306).await;
    locks::one_token(&databases.place(), 307).await;
    for skew in [-3_600, 3_600] {
        changes::clock(&databases.place(), 308, skew).await;
    }
    changes::new_columns(&databases.place(), 309).await;
    restart(&databases, 310).await;
}

/// A server that crashes and starts again in the middle of runs.
async fn restart(databases: &Databases, seed: u64) {
    let mut world = World::of_rows(seed, 1_000).await;
    let registrations = table(ditio_reporting::TABLES, "time_registrations");
    let to = databases.place().of(registrations);
    crashes::slow_pages(&world, registrations, Duration::from_millis(40));
    for round in 0..5 {
        let child = command(&world, registrations, &to).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(world.workload.random.below(900))).await;
        databases.server.restart(Stop::Crash);
        wait(child).await;
        if round == 1 {
            remove_if_present(&to);
        }
        world.workload.change(registrations).await;
    }
    world.simulator.clear_faults();
    world.run(registrations, &to).await;
    world.check(registrations, &to, "after restarts of the server").await;
}

fn remove_if_present(to: &To) {
    psql(&to.0, "drop schema if exists copy cascade").unwrap();
}
