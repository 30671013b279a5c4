//! Mirrors that are stopped by a signal.

use std::time::Duration;

use keyfob_simulator::{Fault, Vendor};

use super::super::run::{Running, folder};
use super::{NAME, ROUTE, check, command, mirror, summary};

#[test]
fn ctrl_c_and_sigterm_stop_a_mirror_and_the_next_run_continues() {
    for (signal, status, word) in [("INT", 130, "interrupted"), ("TERM", 143, "terminated")] {
        let running = Running::in_real_time();
        let to = folder("mirror-stopped").join("ditio.db");
        let pages = || running.simulator.requests().iter().filter(|request| request.path == ROUTE).count();
        let fault = Fault::delay(Duration::from_secs(3600)).on(Vendor::Ditio).path(ROUTE).every(3).times(1);
        running.simulator.inject(fault);
        let waiting = command(&running, &to, &[NAME, "ditio-reporting/projects"]).start_until(|| pages() >= 3);
        waiting.signal(signal);
        let run = waiting.end();
        assert_eq!(run.status, status, "{run:?}");
        assert!(run.stderr.contains(word) && run.stderr.contains("run the same command to continue"), "{run:?}");
        let stopped = running.simulator.requests();
        assert!(!stopped.iter().any(|request| request.path.ends_with("/projects")), "no further table is begun");
        running.simulator.clear_faults();
        summary(&mirror(&running, &to, &[NAME]));
        check(&running, &to);
        let next = &running.simulator.requests()[stopped.len()..];
        let page = next.iter().find(|request| request.path == ROUTE).unwrap();
        assert!(page.query.contains("ContinuationToken="), "the pages before are in the copy: {}", page.query);
    }
}
