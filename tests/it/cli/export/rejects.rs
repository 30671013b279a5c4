//! Values that do not have their type: they do not block a table, and the export keeps them.

use std::{collections::BTreeMap, path::Path};

use keyfob_simulator::DitioTable;
use serde_json::{Value, json};

use super::{TABLE, export, exported};
use crate::cli::run::{Running, folder};

/// Reads the odd values of a row, by field, from the place where the format has them.
fn odd_values(out: &Path, id: &str) -> BTreeMap<String, Value> {
    let row = exported(out).remove(id).unwrap();
    let row = match row.get("_keyfob_rejects").and_then(Value::as_str) {
        Some(rejects) => {
            assert!(row["qty"].is_null() && row["approved"].is_null(), "{row}");
            serde_json::from_str(rejects).unwrap()
        }
        None => row,
    };
    let fields = ["qty", "approved"].into_iter().filter_map(|name| Some((name.to_owned(), row.get(name)?.clone())));
    fields.collect()
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
        let expected: BTreeMap<String, Value> = serde_json::from_value(expected).unwrap();

        // A table is exported and updated despite the values, which stay as received.
        for run in 0..3 {
            if run == 1 {
                service.update(TABLE, [ids[9].as_str()], json!({ "qty": 1.25 }));
            }
            let arguments = if run == 0 { [].as_slice() } else { &["--resume"] };
            let report = export(&running, "time_registrations", &out, arguments);
            assert_eq!(report.status, 0, "{report:?}");
            let summary: Value = serde_json::from_str(&report.stdout).unwrap();
            assert_eq!((&summary["rows"], &summary["mismatches"]), (&1000.into(), &2.into()), "{report:?}");
            for part in [
                "warning: 2 values of time_registrations",
                &format!("row {}: qty: expected a number", ids[5]),
                "approved: ",
            ] {
                assert!(report.stderr.contains(part), "{part}: {report:?}");
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
    let report = export(&running, "payroll_lines_extended", &out, &[]);
    assert_eq!(report.status, 0, "{report:?}");
    assert!(report.stderr.contains("  overtimeLines[0].qty: expected a number"), "{report:?}");
    assert!(!report.stderr.contains("canary"), "{report:?}");
    assert_eq!(exported(&out)[&id]["overtimeLines"], json!([{ "name": "50 %", "qty": "canary" }]));
}
