//! Wrong usage, which is reported before anything is sent.

use super::super::run::{Running, folder};

#[test]
fn a_usage_error_is_reported_before_anything_is_sent() {
    let running = Running::in_real_time();
    let to = folder("mirror-usage").join("ditio.db");
    let to = to.to_str().unwrap();
    let check = |arguments: &[&str], words: &[&str]| {
        let run = running.keyfob(&[&["mirror"], arguments].concat()).run();
        run.failed(2, words);
        assert!(!run.stderr.contains("canary"), "{run:?}");
    };
    check(&["ditio-reporting"], &["--to is missing", "sqlite:FILE", "postgres://USER@HOST/DATABASE", "FILE.parquet"]);
    check(&["ditio-report", "--to", to], &["no API ditio-report", "did you mean ditio-reporting"]);
    check(
        &["ditio-reporting/time_registration", "--to", to],
        &["Ditio reporting has no table time_registration", "did you mean time_registrations"],
    );
    check(
        &["ditio-reporting/item_registrations", "--to", to],
        &["item_registrations of Ditio reporting is not a table", "keyfob call ditio-reporting item_registrations"],
    );
    check(&["bits", "--to", to], &["Bits has no tables to copy", "ditio-reporting"]);
    check(
        &["ditio-reporting/projects", "--to", "mysql://me:canary@db/x"],
        &["mysql:// is not a destination", "sqlite:FILE"],
    );
    check(&["ditio-reporting/projects", "--to", "copy.xlsx"], &["copy.xlsx is not a destination", "FILE.ndjson"]);
    check(&["ditio-reporting/projects", "--to", to, "--schema", "x"], &["--schema", "PostgreSQL"]);
    check(&["ditio-reporting/projects", "--to", "postgres://db/x", "--prefix", "x"], &["--prefix", "SQLite"]);
    check(&["ditio-reporting/projects", "--to", to, "--since-date", "2026-01-01"], &["projects has no time window"]);
    check(&["ditio-reporting/crew_list_registrations", "--to", to], &["crew_list_registrations requires --since-date"]);
    check(
        &["ditio-reporting/time_registrations", "--to", to, "--since-date", "1.1.26"],
        &["--since-date 1.1.26 is not a date", "2026-01-31"],
    );
    assert!(running.simulator.requests().is_empty());
}

#[test]
fn the_destination_may_come_from_the_environment() {
    let running = Running::in_real_time();
    let to = folder("mirror-environment").join("core.db");
    let run = running.keyfob(&["mirror", "ditio-core/projects"]).env("KEYFOB_MIRROR_TO", to.to_str().unwrap()).run();
    assert_eq!(run.json()["tables"][0]["table"], "projects");
    assert!(to.exists());
    let help = running.keyfob(&["mirror", "--help"]).env("KEYFOB_MIRROR_TO", "postgres://me:canary@db/x").run();
    assert!(help.stdout.contains("KEYFOB_MIRROR_TO") && !help.stdout.contains("canary"), "{help:?}");
}
