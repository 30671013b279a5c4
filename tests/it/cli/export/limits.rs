//! Exports from a service that limits the time between dates, and the age of changes.

use std::time::Duration;

use keyfob_simulator::DitioTable;
use serde_json::Value;

use super::{check, export};
use crate::cli::run::{Running, folder};

const TABLE: DitioTable = DitioTable::MachineRegistrations;

#[test]
fn an_export_of_machine_registrations_is_complete_and_updated_within_the_limits_of_the_service() {
    let running = Running::in_real_time();
    let service = running.simulator.ditio_reporting();
    service.switch(|switches| switches.strict_machine_registrations = true);
    let out = folder("limits").join("machines.ndjson");
    export(&running, "machine_registrations", &out, &[]).failed(1, &["machine_registrations", "400"]);

    let rows = service.rows(TABLE);
    let day = |row: &Value| row["stopDateTime"].as_str().unwrap()[..10].to_owned();
    let from = rows.iter().map(day).min().unwrap();
    export(&running, "machine_registrations", &out, &["--from", &from]).json();
    check(&out, service.rows(TABLE));
    service.delete(TABLE, [rows[3]["id"].as_str().unwrap()]);
    let report = export(&running, "machine_registrations", &out, &["--from", &from, "--resume"]).json();
    assert_eq!(report["deletions"], 1);
    check(&out, service.rows(TABLE));

    service.delete(TABLE, [rows[5]["id"].as_str().unwrap()]);
    running.simulator.advance(Duration::from_secs(4 * 24 * 60 * 60));
    let run = export(&running, "machine_registrations", &out, &["--from", &from, "--resume"]);
    assert!(run.status == 0 && run.stderr.contains("all rows were listed again"), "{run:?}");
    check(&out, service.rows(TABLE));
}
