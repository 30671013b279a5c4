//! Values that do not have their type, which an export keeps, and rows that cannot be read, which make it incomplete.

use std::{collections::BTreeMap, fs, path::Path};

use keyfob_simulator::{DitioTable, Fault, Vendor};
use serde_json::{Value, json};

use super::{ROUTE, TABLE, change, check, checkpoint::read, export, exported, sibling};
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
        respond_with(&running, &json!([service.rows(TABLE)[0], "canary", []]), |fault| fault);
        let refused = export(&[]);
        for words in [
            "  data[1] of its page: expected an object",
            "  data[2] of its page: expected an object",
            &format!("hours.{format} is not replaced by an incomplete export: 2 rows of time_registrations"),
            "move the file away and run the same command with --resume",
        ] {
            assert!(refused.stderr.contains(words), "{words}: {refused:?}");
        }
        assert_eq!((refused.status, refused.stdout.as_str()), (8, ""), "{refused:?}");
        assert!(!refused.stderr.contains("canary"), "{refused:?}");
        export(&["--resume"]).failed(8, &["is not replaced by an incomplete export: 2 rows"]);
        assert_eq!(fs::read(&out).unwrap(), old);

        // The advice: the other rows, and those that could not be read as text.
        fs::rename(&out, out.with_extension("old")).unwrap();
        for _ in 0..2 {
            let run = export(&["--resume"]);
            assert_eq!(run.status, 8, "{run:?}");
            assert!(run.stderr.contains("is incomplete: 2 rows of time_registrations could not be read"), "{run:?}");
            let summary: Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(summary["unreadable"], 2, "{run:?}");
            if format != "parquet" {
                let text = fs::read_to_string(&out).unwrap();
                assert_eq!(text.matches("canary").count(), 1, "{text}");
            }
            change(&running);
        }
        export(&[]).json();
        check(&out, service.rows(TABLE));
    }
}

#[test]
fn a_mistyped_key_or_mark_of_deletion_is_named_and_the_other_tables_are_exported() {
    for (odd, place) in [
        (json!({ "id": ["canary"] }), "data[1].id: expected a string"),
        (json!({ "id": "a", "isDeleted": "canary" }), "data[1].isDeleted: expected a boolean"),
    ] {
        let running = Running::in_real_time();
        let service = running.simulator.ditio_reporting();
        let folder = folder("keys");
        let out = folder.join("hours.csv");
        respond_with(&running, &json!([service.rows(TABLE)[0], odd]), |fault| fault.every(2).times(1));
        let run = export(&running, "time_registrations", &out, &[]);
        run.failed(1, &["time_registrations: ", place]);
        let advice = "when the service has corrected it, run the same command with --resume to continue";
        assert!(run.stderr.contains(advice) && !run.stderr.contains("canary"), "{run:?}");
        assert!(!out.exists());
        let state = read(&sibling(&out, ".checkpoint"));
        assert!(state["checkpoint"]["cursor"].is_string(), "the cursor of the page: {state}");

        let projects = folder.join("projects.csv");
        export(&running, "projects", &projects, &[]).json();
        check(&projects, service.rows(DitioTable::Project));
        export(&running, "time_registrations", &out, &["--resume"]).json();
        check(&out, service.rows(TABLE));
    }
}
