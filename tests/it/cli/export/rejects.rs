//! Values that do not have their type, which an export keeps, and rows that cannot be read, which make it incomplete.

use std::{fs, path::Path};

use keyfob_simulator::{DitioTable, Fault, Vendor};
use serde_json::{Value, json};

use super::{ROUTE, TABLE, check, export, exported, nested};
use crate::cli::run::{Running, folder};

/// Reads the odd values of a row, by field.
fn odd_values(out: &Path, id: &str) -> Value {
    let row = exported(out).remove(id).unwrap();
    let has_value = |name: &str| row.get(name).is_some_and(|value| !value.is_null());
    assert!(!has_value("qty") && !has_value("approved"), "{row}");
    nested(&row["_keyfob_rejects"])
}

#[test]
fn an_export_keeps_values_of_an_unexpected_type_and_reports_row_and_field() {
    for format in ["ndjson", "csv", "parquet"] {
        let running = Running::in_real_time();
        let service = running.simulator.ditio_reporting();
        let out = folder("rejects").join(format!("hours.{format}"));
        let ids: Vec<_> = service.rows(TABLE).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        service.update(TABLE, [ids[5].as_str()], json!({ "qty": "canary", "approved": "maybe" }));
        let expected = json!({ "qty": "canary", "approved": "maybe" });

        // A table is exported and updated despite the values, which stay as received.
        for run in 0..3 {
            if run == 1 {
                service.update(TABLE, [ids[9].as_str()], json!({ "qty": 1.25 }));
            }
            let arguments = if run == 0 { [].as_slice() } else { &["--resume"] };
            let report = export(&running, "time_registrations", &out, arguments);
            assert_eq!(report.status, 0, "{report:?}");
            let summary: Value = serde_json::from_str(&report.stdout).unwrap();
            assert_eq!(summary["rows"], 1000, "{report:?}");
            let places = [
                "warning: 2 values of ditio-reporting/time_registrations",
                &format!("row {}: qty: expected a number", ids[5]),
                "approved: ",
            ];
            // Later runs do not list the row.
            if run == 0 {
                assert_eq!(summary["mismatches"], 2, "{report:?}");
                assert!(places.iter().all(|part| report.stderr.contains(part)), "{report:?}");
            }
            assert!(!report.stderr.contains("canary"), "{report:?}");
            assert_eq!(odd_values(&out, &ids[5]), expected, "{format}");
            assert_eq!(exported(&out).len(), 1000);
        }

        service.update(TABLE, [ids[5].as_str()], json!({ "qty": 2.5, "approved": true }));
        export(&running, "time_registrations", &out, &["--resume"]).json();
        let row = exported(&out).remove(&ids[5]).unwrap();
        assert!(row["qty"] == 2.5 || row["qty"] == "2.5", "{row}");
        assert!(row.get("_keyfob_rejects").is_none_or(Value::is_null), "{row}");
    }
}

#[test]
fn an_export_keeps_a_nested_value_of_an_unexpected_type() {
    let running = Running::in_real_time();
    let service = running.simulator.ditio_reporting();
    let table = DitioTable::PayrollLinesExtended;
    let out = folder("nested").join("lines.ndjson");
    let id = service.rows(table)[0]["id"].as_str().unwrap().to_owned();
    service.update(table, [id.as_str()], json!({ "overtimeLines": [{ "name": "50 %", "qty": "canary" }] }));
    export(&running, "payroll_lines_extended", &out, &[]).json();
    assert_eq!(exported(&out)[&id]["overtime_lines"], json!([{ "name": "50 %", "qty": "canary" }]));
}

/// Responds to a request for the table with these rows and no further page.
fn respond_with(running: &Running, rows: &Value, fault: impl FnOnce(Fault) -> Fault) {
    let page = json!({ "data": rows, "continuationToken": null, "syncTypeName": "Full" });
    running.simulator.inject(fault(Fault::status(200).body(page.to_string()).on(Vendor::Ditio).path(ROUTE)));
}

#[test]
fn an_incomplete_listing_does_not_replace_an_existing_file_as_if_it_were_whole() {
    for format in ["ndjson", "csv", "parquet"] {
        let running = Running::in_real_time();
        let service = running.simulator.ditio_reporting();
        let out = folder("incomplete").join(format!("hours.{format}"));
        let export = |arguments: &[&str]| export(&running, "time_registrations", &out, arguments);
        export(&[]).json();
        let old = fs::read(&out).unwrap();
        respond_with(&running, &json!([service.rows(TABLE)[0], "canary", { "id": ["canary"] }]), |fault| fault);
        let refused = export(&[]);
        let message = format!("hours.{format} is not replaced by an incomplete listing: 2 rows have no key");
        assert!(refused.stderr.contains(&message), "{refused:?}");
        assert!(refused.stderr.contains("  a row without a key"), "{refused:?}");
        assert_eq!((refused.status, refused.stdout.as_str()), (8, ""), "{refused:?}");
        assert!(!refused.stderr.contains("canary"), "{refused:?}");
        assert_eq!(fs::read(&out).unwrap(), old);

        // The advice: the other rows.
        fs::rename(&out, out.with_extension("old")).unwrap();
        respond_with(&running, &json!([service.rows(TABLE)[0], "canary"]), |fault| fault.times(1));
        let run = export(&[]);
        assert_eq!(run.status, 8, "{run:?}");
        assert!(run.stderr.contains("is incomplete: rows of time_registrations without a key"), "{run:?}");
        assert_eq!(exported(&out).len(), 1);
        export(&[]).json();
        check(&out, service.rows(TABLE));
    }
}
