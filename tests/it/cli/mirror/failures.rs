//! Failures of the service and of the destination: exit status, message, and what remains.

use std::time::Duration;

use keyfob_simulator::{Fault, Vendor};
use serde_json::Value;

use super::super::run::{Running, folder};
use super::{NAME, ROUTE, check, command, mirror, summary};

#[test]
fn refused_credentials_and_an_unavailable_service_have_their_status() {
    let running = Running::in_real_time();
    let to = folder("refused").join("ditio.db");
    let run = command(&running, &to, &[NAME]).env("DITIO_CLIENT_SECRET", "canary-secret").run();
    assert_eq!(run.status, 3, "{run:?}");
    assert!(run.stderr.contains("check DITIO_CLIENT_ID and DITIO_CLIENT_SECRET"), "{run:?}");
    assert!(!run.stderr.contains("received so far"), "nothing was received: {run:?}");
    assert!(!run.stderr.contains("canary") && !run.stdout.contains("canary"), "{run:?}");

    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path(ROUTE).always());
    let run = command(&running, &to, &[NAME, "--no-retry"]).run();
    assert_eq!(run.status, 5, "{run:?}");
    assert!(run.stderr.starts_with("error: ditio-reporting time_registrations: "), "{run:?}");
    running.simulator.clear_faults();
    summary(&mirror(&running, &to, &[NAME]));
    check(&running, &to);
}

#[test]
fn a_database_that_cannot_be_reached_is_the_only_message() {
    let running = Running::in_real_time();
    let keyfob = running.keyfob(&["mirror", "ditio-reporting", "--to", "postgres://me:canary@127.0.0.1:1/x"]);
    let run = keyfob.run();
    assert_eq!(run.status, 5, "{run:?}");
    assert!(
        run.stderr.starts_with("error: cannot read the state of the copies in postgres://127.0.0.1:1/x"),
        "{run:?}"
    );
    assert!(run.stderr.contains("check that the server runs") && run.stderr.lines().count() == 1, "{run:?}");
    assert!(!run.stderr.contains("canary"), "{run:?}");
    assert!(running.simulator.requests().is_empty());
}

#[test]
fn a_table_that_fails_does_not_stop_the_others_and_decides_the_status() {
    let running = Running::in_real_time();
    let to = folder("one-fails").join("ditio.db");
    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path(ROUTE).always());
    let tables = "ditio-reporting/time_registrations,projects,users";
    let run = mirror(&running, &to, &[tables, "--no-retry"]);
    assert_eq!(run.status, 5, "{run:?}");
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    let failed: Vec<_> = summary["tables"].as_array().unwrap().iter().map(|table| table["error"].is_string()).collect();
    assert_eq!(failed, [true, false, false], "{summary}");
    assert_eq!(run.stderr.matches("error: ").count(), 1, "{run:?}");
    let status = mirror(&running, &to, &["--status"]).json();
    let tables = status["tables"].as_array().unwrap();
    let hours = tables.iter().find(|table| table["table"] == "time_registrations").unwrap();
    assert!(hours["lastRun"]["error"].as_str().unwrap().contains("503"), "{hours}");
}

#[test]
fn an_outage_longer_than_the_retries_of_a_single_call_does_not_end_a_mirror() {
    let running = Running::in_real_time();
    let to = folder("mirror-outage").join("ditio.db");
    // One more than the attempts of a call without `--retry-for`.
    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path(ROUTE).times(4));
    summary(&mirror(&running, &to, &[NAME]));
    check(&running, &to);
}

#[test]
fn the_second_mirror_of_a_table_names_the_first_one() {
    let running = Running::in_real_time();
    let to = folder("mirror-locked").join("ditio.db");
    let pages = || running.simulator.requests().iter().filter(|request| request.path == ROUTE).count();
    running.simulator.inject(Fault::delay(Duration::from_secs(3600)).on(Vendor::Ditio).path(ROUTE).every(2).times(1));
    let first = command(&running, &to, &[NAME]).start_until(|| pages() >= 2);
    let second = mirror(&running, &to, &[NAME]);
    assert_eq!(second.status, 6, "{second:?}");
    assert!(second.stderr.contains(&first.id().to_string()), "{second:?}");
    let status = mirror(&running, &to, &["--status"]).json();
    assert!(status["tables"][0]["writer"].as_str().unwrap().contains(&first.id().to_string()), "{status}");
    // Other tables are not locked.
    summary(&mirror(&running, &to, &["ditio-reporting/projects"]));
    drop(first);
    summary(&mirror(&running, &to, &[NAME]));
    check(&running, &to);
}

#[test]
fn values_of_another_type_are_reported_and_do_not_stop_a_table() {
    let running = Running::in_real_time();
    let to = folder("mirror-rejects").join("ditio.db");
    let service = running.simulator.ditio_reporting();
    let id = service.rows(super::TABLE)[5]["id"].as_str().unwrap().to_owned();
    service.update(super::TABLE, [id.as_str()], serde_json::json!({ "qty": "canary" }));
    let run = mirror(&running, &to, &[NAME]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stderr.contains("warning: ") && run.stderr.contains("_keyfob_rejects"), "{run:?}");
    assert!(!run.stderr.contains("canary"), "{run:?}");
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&summary["tables"][0]["rows"], &summary["tables"][0]["rejects"]), (&1000.into(), &1.into()));
}
