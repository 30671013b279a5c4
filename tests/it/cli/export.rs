//! `keyfob export`: the file has the rows of the service, after the first run and after each `--resume`.

#[cfg(unix)]
mod access;
mod checkpoint;
#[cfg(unix)]
mod interruption;
mod limits;
mod rejects;
mod retries;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, TimeDelta};
use keyfob::Timestamp;
use keyfob_simulator::{DitioTable, Fault, Vendor};
use parquet::{
    file::reader::SerializedFileReader,
    record::{Field, reader::RowIter},
};
use serde_json::{Value, json};

use super::run::{Keyfob, Run, Running, folder};
use crate::operations::compare::lost;

const TABLE: DitioTable = DitioTable::TimeRegistrations;
const ROUTE: &str = "/ditio/reporting/v1/time-registrations";

type Rows = BTreeMap<String, Value>;

fn export(running: &Running, table: &str, out: &Path, arguments: &[&str]) -> Run {
    command(running, table, out, arguments).run()
}

fn command(running: &Running, table: &str, out: &Path, arguments: &[&str]) -> Keyfob {
    let fixed = ["export", "ditio-reporting", table, "--page-size", "100", "--out", out.to_str().unwrap()];
    running.keyfob(&[&fixed, arguments].concat())
}

fn by_id(rows: impl IntoIterator<Item = Value>) -> Rows {
    let rows: Vec<_> = rows.into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect();
    let map: Rows = rows.iter().cloned().collect();
    assert_eq!(map.len(), rows.len(), "a row is exported twice");
    map
}

/// Reads the rows of an exported file of any format.
fn exported(path: &Path) -> Rows {
    match path.extension().unwrap().to_str().unwrap() {
        "ndjson" => by_id(fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap())),
        "csv" => {
            let mut reader = csv::Reader::from_path(path).unwrap();
            let names = reader.headers().unwrap().clone();
            by_id(reader.records().map(|record| {
                let record = record.unwrap();
                let cells = names.iter().zip(&record).map(|(name, cell)| (name.to_owned(), Value::from(cell)));
                Value::Object(cells.filter(|(_, cell)| cell != "").collect())
            }))
        }
        "parquet" => {
            let file = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
            by_id(RowIter::from_file_into(Box::new(file)).map(|row| {
                let cells = row.unwrap().into_columns().into_iter();
                Value::Object(cells.map(|(name, cell)| (name, value(cell))).collect())
            }))
        }
        other => panic!("{other}"),
    }
}

fn value(cell: Field) -> Value {
    match cell {
        Field::Null => Value::Null,
        Field::Str(text) => text.into(),
        Field::Int(number) => number.into(),
        Field::Long(number) => number.into(),
        Field::Double(number) => number.into(),
        Field::Bool(flag) => flag.into(),
        Field::Date(days) => (NaiveDate::default() + TimeDelta::days(days.into())).to_string().into(),
        Field::TimestampMicros(micros) => DateTime::from_timestamp_micros(micros)
            .unwrap()
            .naive_utc()
            .format("%Y-%m-%dT%H:%M:%S%.f")
            .to_string()
            .into(),
        decimal @ Field::Decimal(_) => decimal.to_string().into(),
        other => panic!("{other}"),
    }
}

/// Returns the name of the column for a field.
fn column(field: &str) -> String {
    let words = field.chars().map(|c| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() });
    words.collect()
}

/// Asserts that the file has exactly the rows of the service, with all their values.
#[track_caller]
fn check(path: &Path, expected: Vec<Value>) {
    let (exported, expected) = (exported(path), by_id(expected));
    assert_eq!(exported.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (id, row) in &expected {
        let extra = nested(&exported[id]["_extra"]);
        for (field, value) in row.as_object().unwrap() {
            let copy = exported[id].get(column(field)).filter(|copy| !copy.is_null()).unwrap_or(&extra[field]);
            assert!(is_same(value, copy), "{id}: {field}: {value} {copy}");
        }
    }
}

/// Returns `true` if a value is that of the service: a time with or without its offset, a day of a time, and JSON as text.
fn is_same(value: &Value, copy: &Value) -> bool {
    let times = |value: &Value| {
        let time: Timestamp = value.as_str()?.parse().ok()?;
        Some((time.naive(), time.to_utc().map_or_else(|| time.naive(), |utc| utc.naive_utc())))
    };
    lost(value, copy).is_empty()
        || lost(value, &nested(copy)).is_empty()
        || matches!((times(value), times(copy)), (Some((local, utc)), Some((copy, _)))
            if copy == local || copy == utc || copy == local.date().into())
}

/// Returns a nested value, which is JSON in a text unless the format is NDJSON.
fn nested(copy: &Value) -> Value {
    copy.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| copy.clone())
}

/// Changes a row of the service and deletes another.
fn change(running: &Running) {
    let service = running.simulator.ditio_reporting();
    let rows = service.rows(TABLE);
    let id = |index: usize| rows[index]["id"].as_str().unwrap();
    service.update(TABLE, [id(7)], json!({ "qty": 3.25 }));
    service.delete(TABLE, [id(3)]);
}

/// Returns the number of pages of the table that were requested.
fn pages(running: &Running) -> usize {
    running.simulator.requests().iter().filter(|request| request.path == ROUTE).count()
}

fn sibling(out: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", out.display()))
}

#[test]
fn every_format_follows_the_rows_of_the_service() {
    for format in ["ndjson", "csv", "parquet"] {
        let running = Running::in_real_time();
        let service = running.simulator.ditio_reporting();
        let out = folder("export").join(format!("hours.{format}"));
        let report = export(&running, "time_registrations", &out, &[]).json();
        assert_eq!(
            report,
            json!({ "table": "time_registrations", "out": out.to_str().unwrap(), "rows": 1000,
            "upserts": 1000, "deletions": 0 })
        );
        check(&out, service.rows(TABLE));

        let rows = service.rows(TABLE);
        let ids: Vec<&str> = rows.iter().step_by(200).map(|row| row["id"].as_str().unwrap()).collect();
        service.update(TABLE, [ids[0], ids[1]], json!({ "qty": 11.25, "description": "Støp, \"dekke\"\nakse 2" }));
        service.delete(TABLE, [ids[2], ids[3]]);
        service.insert(TABLE, [json!({ "workDate": "2026-03-01T00:00:00", "brandNew": { "depth": 2 } })]);
        let report = export(&running, "time-registrations", &out, &["--resume"]).json();
        assert_eq!((&report["rows"], &report["deletions"]), (&999.into(), &2.into()));
        check(&out, service.rows(TABLE));
        let before = fs::read(&out).unwrap();
        export(&running, "time_registrations", &out, &["--resume"]).json();
        assert_eq!(exported(&out).len(), 999);
        export(&running, "time_registrations", &out, &["--resume"]).json();
        assert_eq!(fs::read(&out).unwrap().len(), before.len(), "a row that is listed again is not duplicated");
        for end in [".part", ".part.keys", ".new", ".index.new", ".checkpoint.new", ".lock"] {
            assert!(!sibling(&out, end).exists(), "{end} was left behind");
        }
    }
}

#[test]
fn an_interrupted_export_leaves_no_file_and_resumes_at_the_page_that_failed() {
    let running = Running::in_real_time();
    let out = folder("interrupted").join("hours.csv");
    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path(ROUTE).every(4).times(1));
    let run = export(&running, "time_registrations", &out, &["--no-retry"]);
    run.failed(5, &["503"]);
    assert!(run.stderr.contains("with --resume to continue"), "{run:?}");
    assert!(!out.exists() && sibling(&out, ".part").exists());
    running.simulator.ditio_reporting().delete(TABLE, [first_id(&running)]);
    let failed = running.simulator.requests().pop().unwrap();
    let before = running.simulator.requests().len();
    export(&running, "time_registrations", &out, &["--resume"]).json();
    check(&out, running.simulator.ditio_reporting().rows(TABLE));
    let requests = running.simulator.requests().split_off(before);
    let pages: Vec<_> = requests.iter().filter(|request| request.path == ROUTE).collect();
    assert!(failed.query.contains("ContinuationToken="), "{}", failed.query);
    assert_eq!(pages[0].query, failed.query, "the pages before the failure are saved");
    assert!(pages.last().unwrap().query.contains("ModifiedSince="), "changes made during the export are fetched");
}

fn first_id(running: &Running) -> String {
    running.simulator.ditio_reporting().rows(TABLE)[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_export_with_a_time_window_keeps_its_window() {
    let running = Running::in_real_time();
    let service = running.simulator.ditio_reporting();
    // Ordered by date.
    let rows = service.rows(TABLE);
    let day = |index: usize| worked(&rows[index]).date().to_string();
    let (from, to, after) = (day(300), day(500), day(999));
    assert!(from < to && to < after);
    let inside = |row: &Value| (from.as_str()..=to.as_str()).contains(&worked(row).date().to_string().as_str());
    let (within, without): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(inside);
    let out = folder("window").join("some.ndjson");
    let days = ["--from", &from, "--to", &to];
    export(&running, "time_registrations", &out, &days).json();
    check(&out, within.clone());
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    service.update(TABLE, [id(&within[0])], json!({ "workDate": format!("{after}T00:00:00Z") }));
    service.update(TABLE, [id(&without[0])], json!({ "workDate": format!("{to}T23:00:00Z") }));
    service.update(TABLE, [id(&without[1])], json!({ "qty": 1 }));
    // The dates may be repeated with --resume, but not changed.
    export(&running, "time_registrations", &out, &["--resume"]).json();
    check(&out, service.rows(TABLE).into_iter().filter(inside).collect());
    export(&running, "time_registrations", &out, &[&days[..], &["--resume"]].concat()).json();
    let other = export(&running, "time_registrations", &out, &["--from", &to, "--resume"]);
    other.failed(2, &["other dates", "without --resume"]);
}

/// Returns the work date, in UTC if the offset is known.
fn worked(row: &Value) -> chrono::NaiveDateTime {
    let time: keyfob::Timestamp = row["workDate"].as_str().unwrap().parse().unwrap();
    time.to_utc().map_or_else(|| time.naive(), |utc| utc.naive_utc())
}

#[test]
fn every_table_can_be_exported() {
    let running = Running::in_real_time();
    let service = running.simulator.ditio_reporting();
    let folder = folder("tables");
    for (table, of) in [
        ("projects", DitioTable::Project),
        ("work_orders", DitioTable::WorkBreakdownStructure),
        ("users", DitioTable::User),
        ("resources", DitioTable::Resource),
        ("machine_registrations", DitioTable::MachineRegistrations),
        ("payroll_lines_extended", DitioTable::PayrollLinesExtended),
        ("incident_registrations", DitioTable::IncidentRegistrations),
        ("machine_incident_registrations", DitioTable::MachineIncidentRegistrations),
        ("checklist_registrations", DitioTable::ChecklistRegistrations),
        ("machine_checklist_registrations", DitioTable::MachineChecklistRegistrations),
        ("images", DitioTable::Images),
        ("flow_trip_registrations", DitioTable::FlowTripRegistrations),
        ("flow_locations", DitioTable::FlowLocations),
        ("flow_mass_types", DitioTable::FlowMassTypes),
    ] {
        let out = folder.join(format!("{table}.ndjson"));
        export(&running, table, &out, &["--include-sensitive"]).json();
        check(&out, service.rows(of));
    }
    for (table, arguments) in [
        ("absence_registrations", [].as_slice()),
        ("payroll_lines", &[]),
        ("crew_list_registrations", &["--from", "2020-01-01"]),
    ] {
        let out = folder.join(format!("{table}.csv"));
        let rows = export(&running, table, &out, arguments).json()["rows"].as_u64().unwrap();
        assert_eq!(rows, exported(&out).len() as u64);
        assert!(rows > 0, "{table}");
    }
}

#[test]
fn sensitive_columns_are_exported_on_request_only() {
    let running = Running::in_real_time();
    let out = folder("sensitive").join("users.csv");
    let columns = |arguments: &[&str]| {
        export(&running, "users", &out, arguments).json();
        let text = fs::read_to_string(&out).unwrap();
        let header: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        // The service sends birth dates, which are not described.
        (header.contains(&"_extra".to_owned()), header.contains(&"id".to_owned()))
    };
    assert_eq!(columns(&[]), (false, true));
    assert_eq!(columns(&["--resume", "--include-sensitive"]), (true, true));
    check(&out, running.simulator.ditio_reporting().rows(DitioTable::User));
}

#[test]
fn a_usage_error_is_reported_before_anything_is_sent() {
    let running = Running::in_real_time();
    let folder = folder("usage");
    let out = folder.join("x.csv");
    let exported = |table: &str, arguments: &[&str]| export(&running, table, &out, arguments);
    exported("time_registration", &[]).failed(2, &["no table time_registration", "did you mean time_registrations"]);
    exported("item_registrations", &[]).failed(2, &["not a table", "keyfob call ditio-reporting item_registrations"]);
    exported("projects", &["--from", "2026-01-01"]).failed(2, &["projects has no time window"]);
    exported("machine_registrations", &["--to", "2026-01-01"]).failed(2, &["requires --from with --to"]);
    exported("crew_list_registrations", &[]).failed(2, &["--from", "only some of the rows"]);
    exported("time_registrations", &["--from", "1.1.26"]).failed(2, &["--from 1.1.26 is not a date", "2026-01-31"]);
    exported("time_registrations", &["--from", "2026-02-01", "--to", "2026-01-31"])
        .failed(2, &["--to is earlier than --from"]);
    export(&running, "projects", &folder.join("x.xlsx"), &[]).failed(2, &[".ndjson, .csv or .parquet"]);
    export(&running, "projects", &folder.join("no/x.csv"), &[]).failed(2, &["the directory", "does not exist"]);
    let run = running.keyfob(&["export", "bits", "projects", "--out", "x.csv"]).run();
    run.failed(2, &["Bits has no tables to copy"]);
    export(&running, "projects", &folder.join("x.ndjson"), &["--neutralize-formulas"]).failed(2, &[".csv files only"]);
    fs::create_dir(folder.join("folder.csv")).unwrap();
    export(&running, "projects", &folder.join("folder.csv"), &[]).failed(2, &["is not a regular file"]);
    fs::write(&out, "id\n").unwrap();
    let run = exported("projects", &["--resume"]);
    run.failed(2, &["its checkpoint", "does not exist"]);
    assert!(run.stderr.contains("without --resume"), "{run:?}");
    assert!(running.simulator.requests().is_empty());
    // A checkpoint belongs to its table.
    exported("projects", &[]).json();
    exported("users", &["--resume"]).failed(2, &["projects"]);
    let arguments = ["export", "ditio-reporting", "projects", "--resume", "--out", out.to_str().unwrap()];
    running.keyfob(&arguments).env("DITIO_CLIENT_ID", "other").run().failed(2, &["other credentials"]);
    fs::remove_file(&out).unwrap();
    exported("projects", &["--resume"]).failed(2, &["no longer exists"]);
}

#[test]
fn tables_of_other_apis_can_be_exported() {
    let running = Running::in_real_time();
    let folder = folder("apis");
    for (api, table) in [("itempath", "materials"), ("digitaleo", "contacts"), ("dvinci", "job_openings")] {
        let out = folder.join(format!("{table}.ndjson"));
        for arguments in [[].as_slice(), &["--resume"]] {
            let fixed = ["export", api, table, "--out", out.to_str().unwrap()];
            let report = running.keyfob(&[&fixed, arguments].concat()).run().json();
            assert_eq!(report["rows"].as_u64().unwrap(), fs::read_to_string(&out).unwrap().lines().count() as u64);
            assert_eq!(report["upserts"] == 0, !arguments.is_empty(), "{report}");
        }
    }
}
