//! Mirrors that run at the same time.

use std::process::{Child, Command};
use std::time::Duration;

use keyfob::client::table::Table;
use keyfob::ditio_reporting;
use keyfob_mirror::ErrorKind;
use keyfob_simulator::Vendor;

use super::crashes::slow_pages;
use super::{Place, command, wait};
use crate::copy::To;
use crate::workload::table;
use crate::world::{Folder, World};

/// Starts a process that updates a copy, and waits until it lists rows and so has the lock. Its pages take long until the
/// faults are cleared.
pub(crate) async fn holder(world: &World, table: &Table, to: &To) -> Child {
    hold(world, table, command(world, table, to)).await
}

/// Returns the number of requests for a table. A request is logged when it is received.
pub(crate) fn listed(world: &World, table: &Table) -> usize {
    let requests = world.simulator.requests();
    requests.iter().filter(|request| request.path.contains(table.operation.path)).count()
}

async fn hold(world: &World, table: &Table, mut command: Command) -> Child {
    slow_pages(world, table, Duration::from_secs(3));
    let before = listed(world, table);
    let mut child = command.spawn().unwrap();
    // A request is logged when it is received, so that the process now waits for its first page.
    while listed(world, table) == before {
        if child.try_wait().unwrap().is_some() {
            panic!("the process ended: {}", wait(child).await.1);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    child
}

/// Two mirrors of one table: one works, the other says who has the lock.
pub(crate) async fn one_table(place: &Place, seed: u64) {
    let world = World::start(seed).await;
    let registrations = table(ditio_reporting::TABLES, "time_registrations");
    let to = place.of(registrations);
    let child = holder(&world, registrations, &to).await;
    let error = world.try_run(registrations, &to).await.expect_err("the table is locked");
    assert_eq!(error.kind(), ErrorKind::Locked, "{error}");
    let process = child.id().to_string();
    assert!(error.to_string().contains(&process), "the message does not name process {process}: {error}");
    world.simulator.clear_faults();
    let (status, messages) = wait(child).await;
    assert!(status.success(), "{messages}");
    world.check(registrations, &to, "by the holder of the lock").await;
    world.run(registrations, &to).await;
}

/// Two processes on different tables share one token through a store.
pub(crate) async fn one_token(place: &Place, seed: u64) {
    let world = World::start(seed).await;
    let folder = Folder::new("tokens");
    let tables = ["time_registrations", "projects", "resources"].map(|name| table(ditio_reporting::TABLES, name));
    let command = |table: &Table| {
        let mut command = command(&world, table, &place.of(table));
        command.env("TOKEN_STORE", folder.path().join("store"));
        command
    };
    // The others start while the first one works, with the token that it has requested.
    let first = hold(&world, tables[0], command(tables[0])).await;
    let others = [command(tables[1]).spawn().unwrap(), command(tables[2]).spawn().unwrap()];
    world.simulator.clear_faults();
    let [second, third] = others;
    for child in [first, second, third] {
        let (status, messages) = wait(child).await;
        assert!(status.success(), "{messages}");
    }
    assert_eq!(world.simulator.token_requests(Vendor::Ditio), 1);
    for table in tables {
        world.check(table, &place.of(table), "with a shared token").await;
    }
}
