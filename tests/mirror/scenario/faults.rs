//! Faults of the services: errors, truncated responses, rejected tokens, slow pages.

use std::time::Duration;

use keyfob::client::table::Table;
use keyfob_simulator::{Fault, Vendor};

use super::Place;
use crate::workload::tables;
use crate::world::World;

fn vendor(table: &Table) -> Vendor {
    match table.operation.api {
        "ditio-reporting" => Vendor::Ditio,
        "itempath" => Vendor::ItemPath,
        "digitaleo" => Vendor::Digitaleo,
        other => panic!("no vendor of {other}"),
    }
}

/// Returns a random fault: short ones are survived by the retries, long ones end the run.
fn fault(world: &mut World) -> Fault {
    let times = [1, 2, 20, 20][world.workload.random.position(4)];
    let fault = match world.workload.random.below(8) {
        0 => Fault::status(503),
        1 => Fault::status(503).retry_after("0"),
        2 => Fault::truncated(),
        3 => Fault::status(401),
        4 => Fault::reset_after(),
        5 => Fault::html(502),
        6 => return Fault::delay(Duration::from_millis(150)).times(2),
        _ => return Fault::drip(2_000, Duration::from_millis(2)).times(2),
    };
    if world.workload.random.below(2) == 0 { fault.times(times) } else { fault.every(3).times(times) }
}

/// Runs during faults, of which some fail, and changes between them.
pub(crate) async fn survive(place: &Place, seed: u64) {
    let mut world = World::start(seed).await;
    let (mut failed, mut succeeded) = (0, 0);
    for round in 0..3 {
        for table in tables() {
            let to = place.of(table);
            for _ in 0..2 {
                let fault = fault(&mut world).on(vendor(table));
                world.simulator.inject(fault);
                match world.try_run(table, &to).await {
                    Ok(_) => succeeded += 1,
                    Err(_) => failed += 1,
                }
                world.simulator.clear_faults();
                world.workload.change(table).await;
            }
            world.simulator.advance(Duration::from_secs(world.workload.random.below(2_000)));
            world.run(table, &to).await;
            world.check(table, &to, &format!("round {round}")).await;
        }
    }
    assert!(failed >= 3 && succeeded >= 5, "{failed} runs failed and {succeeded} succeeded: the faults test little");
}
