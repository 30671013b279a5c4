//! Tests of changes.

use super::{Database, batch, page, people, run};
use crate::batch::testing::{column, listed, schema_of};
use crate::batch::{Batch, Value};
use crate::destination::{Applied, Destination};
use crate::schema::Schema;

const ROWS: &str =
    "SELECT count(*), count(*) FILTER (WHERE age = 2), count(*) FILTER (WHERE age = 3) FROM test_api.people";
const STATE: &str = "SELECT row_count, checkpoint->>'progress' FROM test_api._keyfob_tables";

fn applied(upserts: u64, deletions: u64) -> Applied {
    Applied { upserts, deletions }
}

#[tokio::test]
async fn rows_are_added_changed_and_deleted_with_the_checkpoint() {
    let (database, schema) = (Database::new("changes"), people());
    let mut writer = database.open(&schema).await;
    assert!(writer.checkpoint().is_none());
    // As parameters, copied as new, copied and merged.
    assert_eq!(writer.apply(batch(&schema, 0..10, 1), &page(&schema, 1)).await.unwrap(), applied(10, 0));
    assert_eq!(writer.apply(batch(&schema, 10..1_000, 1), &page(&schema, 2)).await.unwrap(), applied(990, 0));
    assert_eq!(writer.apply(batch(&schema, 500..1_500, 2), &page(&schema, 3)).await.unwrap(), applied(1_000, 0));
    let changes = batch(&schema, 0..5, 3).deletion(&[Value::Text("p5")]).deletion(&[Value::Text("absent")]);
    assert_eq!(writer.apply(changes, &page(&schema, 4)).await.unwrap(), applied(5, 1));
    assert_eq!(database.psql(ROWS), "1499|1000|5");
    assert_eq!(database.psql(STATE), "1499|4");
    assert_eq!(writer.checkpoint(), Some(&page(&schema, 4)));
    assert_eq!(writer.finish(&run(2_000, None)).await.unwrap(), 1_499);
    drop(writer);
    let mut writer = database.open(&schema).await;
    assert_eq!(writer.checkpoint(), Some(&page(&schema, 4)));
    let deletions = (0..1_000)
        .fold(Batch::new(schema.clone()), |batch, number| batch.deletion(&[Value::Text(&format!("p{number}"))]));
    assert_eq!(writer.apply(deletions, &page(&schema, 5)).await.unwrap(), applied(0, 999));
    assert_eq!(database.psql(STATE), "500|5");
}

#[tokio::test]
async fn unchanged_rows_are_not_written() {
    let (database, schema) = (Database::new("unchanged"), people());
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..1_000, 1), &page(&schema, 1)).await.unwrap();
    writer.finish(&run(2_000, None)).await.unwrap();
    let versions = "SELECT sum(xmin::text::bigint), sum(xmax::text::bigint) FROM test_api.people";
    let before = database.psql(versions);
    assert_eq!(writer.apply(batch(&schema, 0..1_000, 1), &page(&schema, 2)).await.unwrap(), applied(0, 0));
    assert_eq!(writer.apply(batch(&schema, 0..10, 1), &page(&schema, 3)).await.unwrap(), applied(0, 0));
    assert_eq!(database.psql(versions), before);
    assert_eq!(writer.apply(batch(&schema, 999..1_001, 1), &page(&schema, 4)).await.unwrap(), applied(1, 0));
    assert_eq!(database.psql(STATE), "1001|4");
}

#[tokio::test]
async fn rows_that_the_index_does_not_list_are_deleted_and_new_rows_remain() {
    let (database, schema) = (Database::new("unlisted"), people());
    let mut writer = database.open(&schema).await;
    let rows = batch(&schema, 0..1_000, 1);
    writer.apply(rows.clone(), &page(&schema, 1)).await.unwrap();
    let mut index = writer.index().await.unwrap();
    assert_eq!(index.len(), 1_000);
    let remaining = batch(&schema, 0..900, 1);
    for (key, hash) in remaining.keys().iter().zip(remaining.hashes()) {
        assert!(!index.list(*key, *hash), "the index has the hash of each row");
    }
    writer.apply(batch(&schema, 2_000..2_001, 1).reject(Some("p950"), "age", "x"), &page(&schema, 2)).await.unwrap();
    assert_eq!(writer.end_listing(listed(Some(&index), 3), &page(&schema, 3)).await.unwrap(), 100);
    assert_eq!(database.psql(STATE), "901|3");
    assert_eq!(database.psql("SELECT max(substr(id, 2)::int) FROM test_api.people WHERE id <> 'p2000'"), "899");
    assert_eq!(database.psql("SELECT count(*) FROM test_api._keyfob_rejects"), "0");
    let mut index = writer.index().await.unwrap();
    let new = batch(&schema, 2_000..2_001, 1);
    let rows = remaining.keys().iter().chain(new.keys()).zip(remaining.hashes().iter().chain(new.hashes()));
    assert!(rows.fold(true, |unchanged, (key, hash)| unchanged & !index.list(*key, *hash)));
    assert_eq!(writer.end_listing(listed(Some(&index), 4), &page(&schema, 4)).await.unwrap(), 0);
    assert_eq!(database.psql(STATE), "901|4");
}

#[tokio::test]
async fn keys_of_every_type_are_read_back() {
    use keyfob_client::table::ColumnType::{Boolean, Date, Decimal, Double, Integer, Text, Timestamp, TimestampTz};
    let kinds = [Text, Integer, Decimal, Double, Boolean, Date, Timestamp, TimestampTz];
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let columns: Vec<_> = names.iter().zip(kinds).map(|(name, kind)| column(name, kind)).collect();
    let (database, schema) = (Database::new("keys"), schema_of("test-api", "keys", &names, &columns));
    let rows = [-7, 0, 12_345].into_iter().fold(Batch::new(schema.clone()), |batch, number| {
        batch.row(&[
            Value::Text(&number.to_string()),
            Value::Integer(number),
            Value::Decimal(i128::from(number) * 1_000_001),
            Value::Double(0.5),
            Value::Boolean(number > 0),
            Value::Date(-3),
            Value::Timestamp(number),
            Value::Timestamp(-number),
        ])
    });
    let mut writer = database.open(&schema).await;
    writer.apply(rows.clone(), &page(&schema, 1)).await.unwrap();
    let mut index = writer.index().await.unwrap();
    assert!(rows.keys().iter().zip(rows.hashes()).all(|(key, hash)| !index.list(*key, *hash)));
    assert_eq!((index.len(), index.unlisted()), (3, 0));
    let index = writer.index().await.unwrap();
    assert_eq!(writer.end_listing(listed(Some(&index), 2), &page(&schema, 2)).await.unwrap(), 3);
}

#[tokio::test]
async fn rejects_of_a_row_are_replaced_and_a_row_without_a_key_is_removed_when_it_is_not_listed() {
    let (database, schema) = (Database::new("rejects"), people());
    let mut writer = database.open(&schema).await;
    let rejects = "SELECT row_key, field, raw FROM test_api._keyfob_rejects ORDER BY row_key NULLS FIRST, raw";
    let rejected = |raw| {
        let batch = batch(&schema, 0..2, 1).reject(Some("p0"), "age", raw).reject(Some("p1"), "age", "y");
        batch.reject(None, "", r#"{"no": "key"}"#)
    };
    writer.apply(rejected("x"), &page(&schema, 1)).await.unwrap();
    drop(writer);
    let mut writer = database.open(&schema).await;
    writer.apply(rejected("z"), &page(&schema, 2)).await.unwrap();
    assert_eq!(database.psql(rejects), "||{\"no\": \"key\"}\np0|age|z\np1|age|y");
    writer.apply(batch(&schema, 0..1, 2), &page(&schema, 3)).await.unwrap();
    assert_eq!(database.psql(rejects), "||{\"no\": \"key\"}\np1|age|y");
    let deletion = Batch::new(schema.clone()).deletion(&[Value::Text("p1")]);
    writer.apply(deletion, &page(&schema, 4)).await.unwrap();
    assert_eq!(database.psql(rejects), "||{\"no\": \"key\"}");
    // Pages have the time 1,000.
    writer.end_listing(listed(None, 1_000), &page(&schema, 5)).await.unwrap();
    assert_eq!(database.psql(rejects), "||{\"no\": \"key\"}");
    writer.end_listing(listed(None, 1_001), &page(&schema, 6)).await.unwrap();
    assert_eq!(database.psql(rejects), "");
    assert_eq!(database.psql(STATE), "1|6");
}

#[tokio::test]
async fn status_has_runs_rows_rejects_and_the_writer() {
    let (database, schema) = (Database::new("status"), people());
    assert_eq!(database.postgres.status().await.unwrap(), []);
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..3, 1).reject(Some("p0"), "age", "x"), &page(&schema, 1)).await.unwrap();
    writer.finish(&run(2_000, None)).await.unwrap();
    writer.finish(&run(3_000, Some("the service is down"))).await.unwrap();
    let status = database.postgres.status().await.unwrap();
    let [status] = status.as_slice() else { panic!("{status:?}") };
    assert_eq!((status.api.as_str(), status.table.as_str(), status.rows, status.rejects), ("test-api", "people", 3, 1));
    assert_eq!(status.last_run, Some(run(3_000, Some("the service is down"))));
    assert_eq!(status.current_to, Some(run(2_000, None).started));
    let writer_name = status.writer.clone().unwrap();
    assert!(writer_name.contains(&format!("process {}", std::process::id())), "{writer_name}");
    assert_eq!(database.psql("SELECT count(*) FROM test_api._keyfob_runs"), "2");
    let other = Schema::new(schema.table(), false);
    assert!(database.postgres.clone().schema("other").status().await.unwrap().is_empty());
    assert_eq!(other.fingerprint(), schema.fingerprint());
}

#[tokio::test]
async fn the_last_runs_are_retained() {
    let (database, schema) = (Database::new("runs"), people());
    let mut writer = database.open(&schema).await;
    database.psql(
        "INSERT INTO test_api._keyfob_runs SELECT 'people', to_timestamp(n), to_timestamp(n), 0, 0, 0, 0 \
         FROM generate_series(1, 1005) AS n",
    );
    writer.finish(&run(2_000, None)).await.unwrap();
    writer.finish(&run(3_000, None)).await.unwrap();
    let runs = "SELECT count(*), extract(epoch FROM max(started))::int FROM test_api._keyfob_runs";
    assert_eq!(database.psql(runs), "1000|3000");
}
