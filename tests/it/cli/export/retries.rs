//! Retries of batch jobs.

use keyfob_simulator::{Fault, Vendor};

use super::{ROUTE, TABLE, check, export};
use crate::cli::run::{Running, folder};

#[test]
fn an_outage_longer_than_the_retries_of_a_single_call_does_not_end_an_export() {
    let running = Running::in_real_time();
    let out = folder("outage").join("hours.csv");
    // One more than the attempts of a call without `--retry-for`.
    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path(ROUTE).times(4));
    export(&running, "time_registrations", &out, &[]).json();
    check(&out, running.simulator.ditio_reporting().rows(TABLE));
}

#[test]
fn a_call_is_retried_for_the_time_given() {
    let running = Running::start();
    let call = |arguments: &[&str]| {
        running.simulator.clear_faults();
        running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path("/ditio/core/api").times(4));
        running.keyfob(&[&["call", "ditio-core", "machine_types"], arguments].concat()).run()
    };
    call(&[]).failed(5, &["503"]);
    call(&["--retry-for", "5m"]).json();
    for invalid in [["--retry-for", "soon"].as_slice(), &["--retry-for", "5m", "--no-retry"]] {
        assert_eq!(call(invalid).status, 2);
    }
}
