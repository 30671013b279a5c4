//! Copies of tables under changes, faults and crashes: in the end every copy has exactly the rows that the services list.
//!
//! [`workload`] changes rows by seed, [`truth`] lists them through plain HTTP, [`read`] reads copies by means other than
//! the mirror's.

mod cell;
mod copy;
mod files;
mod others;
mod postgres;
mod read;
mod scenario;
#[path = "../../crates/mirror/tests/support/postgres.rs"]
mod server;
mod sqlite;
mod truth;
mod workload;
mod world;

use keyfob_mirror::Schema;
use keyfob_simulator::Simulator;

use crate::truth::Http;
use crate::workload::{Workload, tables};

#[tokio::test]
async fn the_workload_changes_every_table_and_the_truth_has_the_changes() {
    let simulator = Simulator::builder().scale(300).start().await.unwrap();
    let http = Http::new(simulator.url());
    let mut workload = Workload::new(1, &simulator, &http);
    for table in tables() {
        let schema = Schema::new(table, true);
        let before = http.rows(&schema).await;
        for _ in 0..30 {
            workload.change(table).await;
        }
        let after = http.rows(&schema).await;
        let deleted = before.keys().filter(|key| !after.contains_key(*key)).count();
        let inserted = after.keys().filter(|key| !before.contains_key(*key)).count();
        let updated = before.iter().filter(|(key, row)| after.get(*key).is_some_and(|after| after != *row)).count();
        // Of the materials, only inserted ones can be deleted.
        assert!(
            inserted > 0 && (updated + deleted > 0 || table.name == "materials"),
            "{}: {inserted}, {updated}, {deleted}",
            table.name
        );
        assert!(after.values().all(|row| row.len() > 1), "{}", table.name);
    }
}
