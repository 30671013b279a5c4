//! Every table of every API against the simulator.

use std::collections::BTreeSet;

use keyfob_client::ApiClient;
use keyfob_client::table::Table;
use keyfob_simulator::{Simulator, Vendor};

use crate::copy::{Copy, window};

/// Copies every table of an API in pages of different sizes. Returns the names of the tables with rows.
async fn check<C: ApiClient>(simulator: &Simulator, failures: &mut Vec<String>) -> BTreeSet<&'static str> {
    let variables = simulator.environment();
    let client = C::builder(C::environment(&variables).unwrap(), C::credentials(&variables).unwrap()).build().unwrap();
    let mut filled = BTreeSet::new();
    for table in C::TABLES {
        let mut copy = copy(&client, table, 3);
        let mut source = copy.open().unwrap();
        let mut rejects = Vec::new();
        loop {
            match source.next().await {
                Ok(Some(changes)) => {
                    rejects.extend(
                        changes.batch.rejects().iter().map(|reject| format!("{}: {}", reject.field, reject.expected)),
                    );
                    copy.take(changes);
                }
                Ok(None) => break,
                Err(error) => {
                    failures.push(format!("{}: {error}", table.name));
                    break;
                }
            }
        }
        rejects.dedup();
        if !rejects.is_empty() {
            failures.push(format!("{}: values of other types: {rejects:?}", table.name));
        }
        let mut whole = self::copy(&client, table, 100_000);
        whole.run().await;
        if whole.rows != copy.rows {
            failures.push(format!(
                "{}: {} rows in small pages, {} in one",
                table.name,
                copy.rows.len(),
                whole.rows.len()
            ));
        }
        // The copy is complete, so another run changes nothing.
        let before = copy.rows.clone();
        copy.run().await;
        if copy.rows != before {
            failures.push(format!("{}: another run changes rows", table.name));
        }
        if !copy.rows.is_empty() {
            filled.insert(table.name);
        }
    }
    filled
}

fn copy<C: ApiClient>(client: &C, table: &'static Table, page_size: u32) -> Copy {
    let mut copy = Copy::new(client.as_ref(), table, page_size);
    if table.window.is_some_and(|window| window.from_required) {
        copy.options.window = window(Some("2000-01-01"), None);
    }
    copy
}

#[tokio::test]
async fn every_table_is_copied_whole_and_without_rejects_in_pages_of_any_size() {
    let simulator = Simulator::builder().scale(20).start().await.unwrap();
    let mut failures = Vec::new();
    let mut filled = BTreeSet::new();
    filled.extend(check::<keyfob_ditio_reporting::Client>(&simulator, &mut failures).await);
    filled.extend(check::<keyfob_ditio_core::Client>(&simulator, &mut failures).await);
    filled.extend(check::<keyfob_itempath::Client>(&simulator, &mut failures).await);
    filled.extend(check::<keyfob_dvinci::Client>(&simulator, &mut failures).await);
    filled.extend(check::<keyfob_digitaleo::Client>(&simulator, &mut failures).await);
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(filled.len() > 30, "only these tables have rows: {filled:?}");
    assert!(simulator.token_requests(Vendor::Ditio) <= 2, "tables share a token");
}
