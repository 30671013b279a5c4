//! Tests of the destination.

mod batches;
mod databases;
mod failures;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use keyfob_client::table::ColumnType;
use rusqlite::Connection;

use super::Sqlite;
use crate::batch::testing::{checkpoint, column, schema};
use crate::batch::{Batch, Value};
use crate::destination::{Applied, Destination, Run, TableWriter};
use crate::error::Error;
use crate::schema::Schema;

/// A folder with a database.
struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }

    fn sqlite(&self) -> Sqlite {
        Sqlite::new(self.path())
    }

    async fn open(&self, schema: &Arc<Schema>) -> Box<dyn TableWriter> {
        self.sqlite().open(schema, false).await.unwrap()
    }

    async fn open_error(&self, schema: &Arc<Schema>) -> Error {
        self.sqlite().open(schema, false).await.err().expect("the copy cannot be opened")
    }

    /// Runs SQL as another program.
    fn execute(&self, sql: &str) {
        Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }

    /// Returns the values of a query's rows, as text with its type where that is not text.
    fn query(&self, sql: &str) -> Vec<String> {
        use rusqlite::types::ValueRef;

        let connection = Connection::open(self.path()).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values = (0..columns).map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Null => "null".to_owned(),
                ValueRef::Integer(value) => value.to_string(),
                ValueRef::Real(value) => format!("real {value}"),
                ValueRef::Text(text) => format!("'{}'", str::from_utf8(text).unwrap()),
                ValueRef::Blob(_) => "blob".to_owned(),
            });
            Ok(values.collect::<Vec<_>>().join(" "))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn files(&self) -> Vec<String> {
        let mut files: Vec<_> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        files
    }
}

/// Returns the schema of a table with a key and a number.
fn numbers() -> Arc<Schema> {
    schema("numbers", &["id"], &[column("id", ColumnType::Text), column("number", ColumnType::Integer)])
}

fn row(id: &str, number: i64) -> [Value<'_>; 2] {
    [Value::Text(id), Value::Integer(number)]
}

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn run(started: i64, error: Option<&str>) -> Run {
    let finished = time(started) + TimeDelta::milliseconds(1500);
    let error = error.map(str::to_owned);
    Run { started: time(started), finished, received: 7, upserts: 3, deletions: 2, rejects: 1, error }
}
