//! Rows of a `PostgreSQL` database, read with `psql`.

use std::process::Command;

use keyfob_mirror::Schema;
use serde_json::Value;

use crate::cell::{Cell, Row, Rows};
use crate::truth::{key, kind};

/// Runs a statement with `psql` and returns its output, without headers and alignment.
pub(crate) fn psql(url: &str, statement: &str) -> Result<String, String> {
    let arguments = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command"];
    let output = Command::new("psql").arg(url).args(arguments).arg(statement).env("PGTZ", "UTC").output();
    let output = output.expect("psql must be installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Reads a copy; no rows if it does not exist. `table` has its schema.
pub(crate) fn read(schema: &Schema, url: &str, table: &str) -> Rows {
    let text = match psql(url, &format!("select to_jsonb(t) from {table} t")) {
        Ok(text) => text,
        Err(error) if error.contains("does not exist") => return Rows::new(),
        Err(error) => panic!("{error}"),
    };
    let rows = text.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let mut values = Row::new();
        for (name, value) in row.as_object().unwrap() {
            let Some(kind) = kind(schema, name) else {
                assert!(name.starts_with("_keyfob"), "the copy has the unknown column {name}");
                continue;
            };
            let cell = Cell::from_json(kind, value);
            assert!(cell.is_some() || value.is_null(), "{name}: {value} is no {kind:?}");
            values.extend(cell.map(|cell| (name.clone(), cell)));
        }
        values
    });
    rows.map(|row| (key(schema, &row), row)).collect()
}
