//! `keyfob mirror`: the copy has the rows of the service, and the output says what happened.

mod changes;
mod failures;
#[cfg(unix)]
mod interruption;
mod usage;

use std::path::Path;

use keyfob_simulator::DitioTable;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use super::run::{Keyfob, Run, Running, folder};

const TABLE: DitioTable = DitioTable::TimeRegistrations;
const NAME: &str = "ditio-reporting/time_registrations";
const ROUTE: &str = "/ditio/reporting/v1/time-registrations";

fn mirror(running: &Running, to: &Path, arguments: &[&str]) -> Run {
    command(running, to, arguments).run()
}

fn command(running: &Running, to: &Path, arguments: &[&str]) -> Keyfob {
    running.keyfob(&[&["mirror", "--page-size", "100", "--to", to.to_str().unwrap()], arguments].concat())
}

/// Returns the summary of the only table of a run.
#[track_caller]
fn summary(run: &Run) -> Value {
    let summary = run.json();
    assert_eq!(summary["tables"].as_array().unwrap().len(), 1, "{summary}");
    summary["tables"][0].clone()
}

fn open(database: &Path) -> Connection {
    Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// Returns a value that a query selects, as text.
fn value(database: &Path, query: &str) -> Option<String> {
    open(database).query_row(query, [], |row| row.get(0)).unwrap()
}

/// Returns the ids of the copy of the time registrations, in their order.
fn ids(database: &Path) -> Vec<String> {
    let connection = open(database);
    let mut statement = connection.prepare("select id from ditio_reporting_time_registrations order by id").unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.collect::<Result<_, _>>().unwrap()
}

/// Asserts that the copy of the time registrations has the rows of the service.
#[track_caller]
fn check(running: &Running, database: &Path) {
    let rows = running.simulator.ditio_reporting().rows(TABLE);
    let mut expected: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    expected.sort();
    assert_eq!(ids(database), expected);
}

/// Changes a row of the service and deletes another.
fn change(running: &Running) {
    let service = running.simulator.ditio_reporting();
    let rows = service.rows(TABLE);
    let id = |index: usize| rows[index]["id"].as_str().unwrap();
    service.update(TABLE, [id(7)], json!({ "qty": 4321.5 }));
    service.delete(TABLE, [id(3)]);
}

#[test]
fn the_first_run_copies_all_rows_and_later_runs_apply_changes_and_deletions() {
    let running = Running::in_real_time();
    let database = folder("mirror").join("ditio.db");
    let first = summary(&mirror(&running, &database, &[NAME]));
    assert_eq!((&first["api"], &first["table"]), (&"ditio-reporting".into(), &"time_registrations".into()));
    assert_eq!((&first["rows"], &first["upserts"], &first["deletions"]), (&1000.into(), &1000.into(), &0.into()));
    check(&running, &database);

    let second = summary(&mirror(&running, &database, &[NAME]));
    assert_eq!((&second["rows"], &second["upserts"], &second["deletions"]), (&1000.into(), &0.into(), &0.into()));

    change(&running);
    let third = summary(&mirror(&running, &database, &[NAME]));
    assert_eq!((&third["rows"], &third["upserts"], &third["deletions"]), (&999.into(), &1.into(), &1.into()));
    check(&running, &database);
    let changed =
        value(&database, "select cast(count(*) as text) from ditio_reporting_time_registrations where qty = 4321.5");
    assert_eq!(changed.as_deref(), Some("1"));

    let full = summary(&mirror(&running, &database, &[NAME, "--full"]));
    assert_eq!((&full["received"], &full["rows"], &full["upserts"]), (&999.into(), &999.into(), &0.into()));
}

#[test]
fn a_dry_run_reports_the_rows_of_the_copy_and_the_changes_and_writes_nothing() {
    let running = Running::in_real_time();
    let database = folder("dry").join("ditio.db");
    let empty = summary(&mirror(&running, &database, &[NAME, "--dry-run"]));
    assert_eq!((&empty["rows"], &empty["upserts"]), (&0.into(), &1000.into()));
    assert!(!database.exists());
    mirror(&running, &database, &[NAME]);
    let before = ids(&database);
    change(&running);
    let dry = summary(&mirror(&running, &database, &[NAME, "--dry-run"]));
    assert_eq!((&dry["rows"], &dry["upserts"], &dry["deletions"]), (&1000.into(), &1.into(), &1.into()));
    assert_eq!(ids(&database), before);
    let full = summary(&mirror(&running, &database, &[NAME, "--dry-run", "--full"]));
    assert_eq!((&full["rows"], &full["upserts"], &full["deletions"]), (&1000.into(), &1.into(), &1.into()));
}

#[test]
fn tables_of_several_apis_are_copied_in_one_run() {
    let running = Running::in_real_time();
    let database = folder("several").join("all.db");
    let run = mirror(&running, &database, &["digitaleo", "ditio-core/projects,machines", "itempath/materials"]);
    let summary = run.json();
    let names: Vec<_> = summary["tables"].as_array().unwrap().iter().map(|table| &table["table"]).collect();
    assert_eq!(names, ["contacts", "lists", "fields", "campaigns", "projects", "machines", "materials"]);
    for table in summary["tables"].as_array().unwrap() {
        let name = format!("{}_{}", table["api"].as_str().unwrap(), table["table"].as_str().unwrap()).replace('-', "_");
        let rows = value(&database, &format!("select cast(count(*) as text) from {name}"));
        assert_eq!(rows, Some(table["rows"].to_string()), "{name}");
    }
}

#[test]
fn every_table_of_the_default_selection_can_be_copied() {
    let running = Running::in_real_time();
    let database = folder("every").join("all.db");
    let run = mirror(&running, &database, &["ditio-reporting", "ditio-core", "itempath", "dvinci", "digitaleo"]);
    assert_eq!(run.status, 0, "{run:?}");
    // A table that requires a date is left out, and named.
    assert!(run.stderr.contains("crew_list_registrations is left out: it requires --since-date"), "{run:?}");
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(summary["tables"].as_array().unwrap().len() > 60, "{summary}");
}

#[test]
fn sensitive_columns_are_copied_on_request_only() {
    let running = Running::in_real_time();
    let folder = folder("sensitive");
    for (file, arguments, expected) in [("a.db", [].as_slice(), "0"), ("b.db", &["--include-sensitive"], "1")] {
        let database = folder.join(file);
        summary(&mirror(&running, &database, &[&["dvinci/persons"], arguments].concat()));
        let query =
            "select cast(count(*) as text) from pragma_table_info('dvinci_persons') where name = 'date_of_birth'";
        assert_eq!(value(&database, query).as_deref(), Some(expected), "{file}");
    }
}

#[test]
fn the_status_has_rows_the_last_run_and_the_lag() {
    let running = Running::in_real_time();
    let database = folder("status").join("ditio.db");
    let status = || mirror(&running, &database, &["--status"]).json();
    assert_eq!(status()["tables"], json!([]));
    assert!(!database.exists());
    summary(&mirror(&running, &database, &[NAME]));
    change(&running);
    summary(&mirror(&running, &database, &[NAME]));
    let requests = running.simulator.requests().len();
    let status = status();
    let table = &status["tables"][0];
    assert_eq!((&table["api"], &table["table"]), (&"ditio-reporting".into(), &"time_registrations".into()));
    assert_eq!((&table["rows"], &table["rejects"], &table["writer"]), (&999.into(), &0.into(), &Value::Null));
    assert_eq!((&table["lastRun"]["upserts"], &table["lastRun"]["error"]), (&1.into(), &Value::Null));
    assert!(table["lagSeconds"].as_u64().unwrap() < 3600, "{table}");
    assert_eq!(running.simulator.requests().len(), requests, "nothing is sent");
    assert_eq!(mirror(&running, &database, &["--status", "ditio-reporting/users"]).json()["tables"], json!([]));
}

#[test]
fn a_window_limits_the_copy() {
    let running = Running::in_real_time();
    let database = folder("window").join("ditio.db");
    let rows = running.simulator.ditio_reporting().rows(TABLE);
    let day = &rows[500]["workDate"].as_str().unwrap()[..10];
    let copied = summary(&mirror(&running, &database, &[NAME, "--since-date", day, "--until-date", day]));
    let number = copied["rows"].as_u64().unwrap();
    assert!(0 < number && number < 1000, "{copied}");
    let other = mirror(&running, &database, &[NAME, "--since-date", "2020-01-01"]);
    assert_eq!(other.status, 2, "{other:?}");
}

#[test]
fn one_table_is_copied_into_a_file() {
    let running = Running::in_real_time();
    let file = folder("file").join("hours.csv");
    let copied = summary(&mirror(&running, &file, &[NAME]));
    assert_eq!(copied["rows"], 1000);
    change(&running);
    let copied = summary(&mirror(&running, &file, &[NAME]));
    assert_eq!((&copied["rows"], &copied["deletions"]), (&999.into(), &1.into()));
    assert_eq!(csv::Reader::from_path(&file).unwrap().records().count(), 999);
    mirror(&running, &file, &["digitaleo"]).failed(2, &["hours.csv", "one table"]);
}
