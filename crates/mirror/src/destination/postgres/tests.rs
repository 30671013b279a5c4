//! Tests against a server.

mod changes;
mod connection;
mod errors;
mod open;
// `#[path]` is relative to the folder of this file.
#[path = "../../../tests/support/postgres.rs"]
mod server;
mod values;

use std::sync::Arc;

use chrono::DateTime;
use keyfob_client::table::ColumnType;

use self::server::PostgresServer;
use super::Postgres;
use crate::batch::testing::{checkpoint, column, schema_of};
use crate::batch::{Batch, Value};
use crate::checkpoint::Checkpoint;
use crate::destination::{Destination, Run, TableWriter};
use crate::error::Error;
use crate::schema::Schema;

/// A database of the shared server.
struct Database {
    server: Arc<PostgresServer>,
    name: &'static str,
    postgres: Postgres,
}

impl Database {
    fn new(name: &'static str) -> Self {
        let server = PostgresServer::shared();
        let postgres = Postgres::new(&server.create_database(name)).unwrap();
        Self { server, name, postgres }
    }

    #[track_caller]
    fn psql(&self, statements: &str) -> String {
        self.server.psql(self.name, statements)
    }

    async fn open(&self, schema: &Arc<Schema>) -> Box<dyn TableWriter> {
        self.postgres.open(schema, false).await.unwrap()
    }

    async fn open_error(&self, schema: &Arc<Schema>) -> Error {
        self.postgres.open(schema, false).await.map(drop).unwrap_err()
    }
}

/// Schema of the table `people` with the columns `id`, `name` and `age`.
fn people() -> Arc<Schema> {
    let columns =
        [column("id", ColumnType::Text), column("fullName", ColumnType::Text), column("age", ColumnType::Integer)];
    schema_of("test-api", "people", &["id"], &columns)
}

/// Returns a batch with the people of these numbers, of this age.
fn batch(schema: &Arc<Schema>, numbers: std::ops::Range<i64>, age: i64) -> Batch {
    numbers.fold(Batch::new(Arc::clone(schema)), |batch, number| {
        let (id, name) = (format!("p{number}"), format!("Person {number}"));
        batch.row(&[Value::Text(&id), Value::Text(&name), Value::Integer(age)])
    })
}

/// Returns the checkpoint after a page.
fn page(schema: &Schema, number: i64) -> Checkpoint {
    let mut checkpoint = checkpoint(schema, 1_000);
    checkpoint.progress = number.into();
    checkpoint
}

fn run(started: i64, error: Option<&str>) -> Run {
    Run {
        started: DateTime::from_timestamp(started, 0).unwrap(),
        finished: DateTime::from_timestamp(started + 60, 0).unwrap(),
        received: 5,
        upserts: 4,
        deletions: 3,
        rejects: 2,
        error: error.map(str::to_owned),
    }
}
