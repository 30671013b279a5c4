//! Tests of opening a copy.

use keyfob_client::table::ColumnType;

use super::{Database, batch, page, people, run};
use crate::batch::testing::{column, schema_of};
use crate::batch::{Batch, Value};
use crate::destination::Destination;
use crate::error::ErrorKind;

#[tokio::test]
async fn new_columns_are_added_and_old_ones_remain() {
    let (database, schema) = (Database::new("columns"), people());
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..2, 1), &page(&schema, 1)).await.unwrap();
    drop(writer);
    let columns =
        [column("id", ColumnType::Text), column("age", ColumnType::Integer), column("born", ColumnType::Date)];
    let schema = schema_of("test-api", "people", &["id"], &columns);
    let mut writer = database.open(&schema).await;
    assert!(writer.checkpoint().is_some_and(|checkpoint| !checkpoint.has_schema(&schema)));
    let row = [Value::Text("p9"), Value::Integer(9), Value::Date(0)];
    writer.apply(Batch::new(schema.clone()).row(&row), &page(&schema, 2)).await.unwrap();
    let rows = "SELECT id, full_name, age, born FROM test_api.people ORDER BY id";
    assert_eq!(database.psql(rows), "p0|Person 0|1|\np1|Person 1|1|\np9||9|1970-01-01");
    let comment = "SELECT col_description('test_api.people'::regclass, attnum) FROM pg_attribute \
         WHERE attrelid = 'test_api.people'::regclass AND attname = 'born'";
    assert_eq!(database.psql(comment), "Description of the field.");
}

#[tokio::test]
async fn a_copy_that_does_not_fit_is_an_error_that_says_what_to_do() {
    let (database, schema) = (Database::new("mismatch"), people());
    database.open(&schema).await;
    let kinds = [column("id", ColumnType::Text), column("age", ColumnType::Date)];
    let error = database.open_error(&schema_of("test-api", "people", &["id"], &kinds)).await;
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains(r#"ALTER TABLE "test_api"."people" ALTER COLUMN "age" TYPE date"#), "{error}");
    let columns = [column("id", ColumnType::Text), column("age", ColumnType::Integer)];
    let error = database.open_error(&schema_of("test-api", "people", &["id", "age"], &columns)).await;
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("DROP TABLE"), "{error}");
    let database = Database { postgres: database.postgres.clone().schema("test_api"), ..database };
    let error = database.open_error(&schema_of("other-api", "people", &["id"], &columns)).await;
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("is a copy of test-api/people"), "{error}");
    database.psql("UPDATE test_api._keyfob_tables SET format = 2");
    let error = database.open_error(&schema).await;
    assert!(error.kind() == ErrorKind::Mismatch && error.to_string().contains("format 2"), "{error}");
    // The lock of an opening that failed is released.
    database.psql("UPDATE test_api._keyfob_tables SET format = 1");
    database.open(&schema).await;
}

#[tokio::test]
async fn tables_of_others_are_not_touched() {
    let (database, schema) = (Database::new("foreign"), people());
    database.psql("CREATE SCHEMA test_api; CREATE TABLE test_api.people (id text PRIMARY KEY); INSERT INTO test_api.people VALUES ('mine')");
    let error = database.open_error(&schema).await;
    assert!(error.kind() == ErrorKind::Mismatch && error.to_string().contains("test_api.people exists"), "{error}");
    assert_eq!(database.psql("SELECT * FROM test_api.people"), "mine");
    assert_eq!(database.psql("SELECT count(*) FROM pg_class WHERE relname LIKE '%keyfob%'"), "0");
    database.psql("CREATE SCHEMA other; CREATE TABLE other._keyfob_runs (x int)");
    let database = Database { postgres: database.postgres.clone().schema("other"), ..database };
    let error = database.open_error(&schema).await;
    assert!(error.kind() == ErrorKind::Mismatch && error.to_string().contains("other._keyfob_runs"), "{error}");
}

#[tokio::test]
async fn a_dropped_copy_is_listed_again() {
    let (database, schema) = (Database::new("dropped"), people());
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..2, 1).reject(Some("p0"), "age", "x"), &page(&schema, 1)).await.unwrap();
    writer.finish(&run(2_000, None)).await.unwrap();
    drop(writer);
    database.psql("DROP TABLE test_api.people");
    let mut writer = database.open(&schema).await;
    assert!(writer.checkpoint().is_none());
    assert!(writer.index().await.unwrap().is_empty());
    writer.apply(batch(&schema, 0..2, 1), &page(&schema, 2)).await.unwrap();
    let state = "SELECT row_count, current_to IS NULL, (SELECT count(*) FROM test_api._keyfob_rejects) FROM test_api._keyfob_tables";
    assert_eq!(database.psql(state), "2|t|0");
}

#[tokio::test]
async fn reading_creates_changes_and_locks_nothing() {
    let (database, schema) = (Database::new("read_only"), people());
    let mut reader = database.postgres.open(&schema, true).await.unwrap();
    assert!(reader.checkpoint().is_none() && reader.index().await.unwrap().is_empty());
    assert_eq!(database.psql("SELECT count(*) FROM pg_namespace WHERE nspname = 'test_api'"), "0");
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..2, 1), &page(&schema, 1)).await.unwrap();
    let mut reader = database.postgres.open(&schema, true).await.unwrap();
    assert_eq!(reader.checkpoint(), Some(&page(&schema, 1)));
    assert_eq!(reader.index().await.unwrap().len(), 2);
    let error = reader.apply(batch(&schema, 0..1, 2), &page(&schema, 2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    let columns = [column("id", ColumnType::Text), column("born", ColumnType::Date)];
    let newer = schema_of("test-api", "people", &["id"], &columns);
    assert_eq!(database.postgres.open(&newer, true).await.unwrap().index().await.unwrap().len(), 2);
}

#[tokio::test]
async fn reserved_and_long_names_are_stored() {
    let long: &'static str = "aVeryLongNameOfAFieldThatHasMoreThanSixtyThreeBytesAndMustBeShortenedA";
    let columns =
        [column("xmin", ColumnType::Text), column("select", ColumnType::Text), column(long, ColumnType::Text)];
    let (database, schema) = (Database::new("names"), schema_of("test-api", "order", &["xmin"], &columns));
    let mut writer = database.open(&schema).await;
    let row = [Value::Text("a"), Value::Text("b"), Value::Text("c")];
    writer.apply(Batch::new(schema.clone()).row(&row), &page(&schema, 1)).await.unwrap();
    assert_eq!(database.psql("SELECT xmin_, \"select\" FROM test_api.\"order\""), "a|b");
    drop(writer);
    assert_eq!(database.open(&schema).await.index().await.unwrap().len(), 1);
}
