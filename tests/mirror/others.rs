//! Copies read by others: the shells of `SQLite` and `PostgreSQL`, `DuckDB` and `pyarrow`.

use std::path::Path;
use std::process::Command;

use keyfob::client::table::ColumnType;
use keyfob::ditio_reporting;
use keyfob_mirror::Schema;
use serde_json::Value;

use crate::cell::{Cell, Row, Rows, assert_same};
use crate::copy::To;
use crate::read::postgres::psql;
use crate::server::PostgresServer;
use crate::truth::{key, kind};
use crate::workload::table;
use crate::world::{Folder, World};

/// The rows that others read, typed by their JSON. A column of type JSON is a text for readers without such a type.
fn rows(schema: &Schema, rows: &Value) -> Rows {
    let rows = rows.as_array().unwrap().iter().map(|row| {
        let cells = row.as_object().unwrap().iter().filter_map(|(name, value)| {
            let kind = kind(schema, name)?;
            let cell = match (kind, value) {
                (ColumnType::Json, Value::String(text)) => Cell::from_text(kind, text),
                _ => Cell::from_json(kind, value),
            };
            Some((name.clone(), cell?))
        });
        let row: Row = cells.collect();
        (key(schema, &row), row)
    });
    rows.collect()
}

/// Runs the script that reads a file with Python, and returns what each reader printed.
fn python(kind: &str, path: &Path) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/mirror/read_back.py");
    let output = Command::new("python3").arg(script).arg(kind).arg(path).output().expect("python3 must be installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

/// Columns of each type, and the names that readers have for it.
const TYPES: [(&str, [&str; 4]); 4] = [
    ("work_date", ["DATE", "date32[day]", "date", "DATE"]),
    ("start_date_time", ["TIMESTAMP", "timestamp[us]", "timestamp without time zone", "TIMESTAMP"]),
    ("qty", ["DOUBLE", "double", "double precision", "REAL"]),
    ("approved", ["BOOLEAN", "bool", "boolean", "BOOLEAN"]),
];

#[tokio::test]
async fn others_read_typed_columns_and_equal_rows() {
    let folder = Folder::new("others");
    let server = PostgresServer::start();
    let mut world = World::start(401).await;
    let table = table(ditio_reporting::TABLES, "time_registrations");
    let schema = Schema::new(table, true);
    let file = |extension: &str| folder.path().join(format!("rows.{extension}"));
    let [parquet, csv, ndjson, sqlite] = ["parquet", "csv", "ndjson", "db"].map(file);
    let url = server.create_database("others");
    let place = |path: &Path| To(path.display().to_string());
    let places =
        [place(&parquet), place(&csv), place(&ndjson), To(format!("sqlite:{}", sqlite.display())), To(url.clone())];
    for _ in 0..3 {
        for to in &places {
            world.run(table, to).await;
        }
        world.workload.change(table).await;
    }
    for to in &places {
        world.run(table, to).await;
    }
    let truth = world.http.rows(&schema).await;
    let first = "2026-01-01".parse().unwrap();
    let since =
        truth.values().filter(|row| matches!(row.get("work_date"), Some(Cell::Date(day)) if *day >= first)).count();
    assert!(since > 0 && since < truth.len());

    for (reader, read) in python("parquet", &parquet).iter().enumerate() {
        assert_same(&rows(&schema, &read["rows"]), &truth, &format!("Parquet read by {}", read["reader"]));
        assert_eq!(read["since"], since, "{}", read["reader"]);
        for (name, types) in TYPES {
            assert_eq!(read["types"][name], types[reader], "{name} read by {}", read["reader"]);
        }
    }
    // Without declared types: the reader infers them.
    for (kind, path) in [("csv", &csv), ("ndjson", &ndjson)] {
        let read = &python(kind, path)[0];
        assert_eq!(read["rows"].as_array().unwrap().len(), truth.len(), "{kind}");
        assert_eq!((&read["since"], &read["types"]["work_date"]), (&since.into(), &"DATE".into()), "{kind}");
    }

    for (name, types) in TYPES {
        let statement = format!(
            "select data_type from information_schema.columns where column_name = '{name}' and table_schema = 'copy'"
        );
        assert_eq!(psql(&url, &statement).unwrap().trim(), types[2], "{name}");
        let statement = format!("select type from pragma_table_info('time_registrations') where name = '{name}'");
        assert_eq!(sqlite3(&sqlite, &statement).trim(), types[3], "{name}");
    }
    world.check(table, &places[4], "read by psql").await;
    let count = "select count(*) from copy.time_registrations where work_date >= date '2026-01-01'";
    assert_eq!(psql(&url, count).unwrap().trim(), since.to_string());
    let read: Value = sqlite3(&sqlite, ".mode json\nselect * from time_registrations").parse().unwrap();
    assert_same(&rows(&schema, &read), &truth, "read by the shell of SQLite");
    let count = "select count(*) from time_registrations where work_date >= date('2026-01-01')";
    assert_eq!(sqlite3(&sqlite, count).trim(), since.to_string());
}

fn sqlite3(path: &Path, statement: &str) -> String {
    let mut command = Command::new("sqlite3");
    command.arg("-bail").arg(path);
    for line in statement.lines() {
        command.arg(line);
    }
    let output = command.output().expect("sqlite3 must be installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
