//! Batches: rows, deletions and rejects.

use super::*;
use crate::batch::testing::listed;

#[tokio::test]
async fn values_have_the_types_that_readers_expect() {
    let folder = Folder::new();
    let schema = schema(
        "values",
        &["id", "day"],
        &[
            column("id", ColumnType::Integer),
            column("day", ColumnType::Date),
            column("someText", ColumnType::Text),
            column("double", ColumnType::Double),
            column("decimal", ColumnType::Decimal),
            column("boolean", ColumnType::Boolean),
            column("localTime", ColumnType::Timestamp),
            column("instant", ColumnType::TimestampTz),
            column("json", ColumnType::Json),
        ],
    );
    let values = [
        Value::Integer(i64::MAX),
        Value::Date(20_454),
        Value::Text("1.50"),
        Value::Double(3.0),
        Value::Decimal(12_345_678_901_234_567_890_000_000_010),
        Value::Boolean(true),
        Value::Timestamp(1_767_225_600_000_000),
        Value::Timestamp(1_767_225_600_250_000),
        Value::Text("1.50"),
    ];
    let mut nulls = [Value::Null; 9];
    nulls[..2].copy_from_slice(&[Value::Integer(1), Value::Date(0)]);
    let batch = Batch::new(Arc::clone(&schema)).row_with_extra(&values, Value::Text("{\"a\":1}")).row(&nulls);
    let hashes: Vec<_> = batch.keys().iter().copied().zip(batch.hashes().iter().copied()).collect();
    let mut writer = folder.open(&schema).await;
    let applied = writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    assert_eq!(applied, Applied { upserts: 2, deletions: 0 });
    let columns = "id, day, some_text, double, decimal, boolean, local_time, instant, json, _extra";
    assert_eq!(
        folder.query(&format!("SELECT {columns} FROM \"values\" ORDER BY id DESC")),
        [
            "9223372036854775807 '2026-01-01' '1.50' real 3 '12345678901234567890.00000001' 1 '2026-01-01 00:00:00' \
             '2026-01-01 00:00:00.250000' '1.50' '{\"a\":1}'",
            "1 '1970-01-01' null null null null null null null null",
        ]
    );
    let selected = "SELECT id FROM \"values\" WHERE day >= '2026-01-01' AND date(day) >= '2026-01-01' \
                    AND instant > local_time AND json_extract(_extra, '$.a') = 1";
    assert_eq!(folder.query(selected).len(), 1);
    // The keys are read back as they were written, or a listing would find no row.
    let index = writer.index().await.unwrap();
    assert_eq!((index.len(), index.unlisted()), (2, 2));
    assert!(hashes.iter().all(|(key, _)| index.is_unlisted(*key)));
    let mut index = index;
    assert!(hashes.iter().all(|(key, hash)| !index.list(*key, *hash)));
}

#[tokio::test]
async fn the_table_describes_its_columns() {
    let folder = Folder::new();
    let mut columns = [column("id", ColumnType::Text), column("startTime", ColumnType::TimestampTz)];
    columns[0].description = "An id */ DROP.\nSecond line.";
    drop(folder.open(&schema("rows", &["id"], &columns)).await);
    assert_eq!(
        folder.query("SELECT sql FROM sqlite_schema WHERE name = 'rows'"),
        ["'CREATE TABLE \"rows\" ( /* Copy of rows of the API test-api. */
  \"id\" TEXT NOT NULL /* An id * / DROP.\nSecond line. */,
  \"start_time\" TIMESTAMP WITH TIME ZONE /* Description of the field. In UTC. */,
  \"_extra\" JSON TEXT /* Fields that the API's description does not name, as a JSON object. */,
  \"_keyfob_hash\" BIGINT /* Hash of the row as received. */,
  PRIMARY KEY (\"id\")
)'"]
    );
    let types = folder.query("SELECT name, type, pk FROM pragma_table_info('rows')");
    assert_eq!(types[..2], ["'id' 'TEXT' 1", "'start_time' 'TIMESTAMP WITH TIME ZONE' 0"]);
}

#[tokio::test]
async fn a_row_with_the_hash_of_the_copy_is_not_written() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = || Batch::new(Arc::clone(&schema)).row(&row("a", 1)).row(&row("b", 2));
    writer.apply(batch(), &checkpoint(&schema, 1)).await.unwrap();
    folder.execute(
        "CREATE TABLE changes (id TEXT); CREATE TRIGGER change AFTER UPDATE ON numbers \
         BEGIN INSERT INTO changes VALUES (new.id); END",
    );
    let applied = writer.apply(batch(), &checkpoint(&schema, 2)).await.unwrap();
    assert_eq!(applied, Applied::default());
    let changed = Batch::new(Arc::clone(&schema)).row(&row("a", 1)).row(&row("b", 3)).row(&row("c", 4));
    let applied = writer.apply(changed, &checkpoint(&schema, 3)).await.unwrap();
    assert_eq!(applied, Applied { upserts: 2, deletions: 0 });
    assert_eq!(folder.query("SELECT id FROM changes"), ["'b'"]);
    assert_eq!(folder.query("SELECT id, number FROM numbers ORDER BY id"), ["'a' 1", "'b' 3", "'c' 4"]);
}

#[tokio::test]
async fn deletions_delete_existing_rows_and_ignore_others() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1)).row(&row("b", 2));
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    let batch = Batch::new(Arc::clone(&schema)).deletion(&[Value::Text("a")]).deletion(&[Value::Text("x")]);
    let applied = writer.apply(batch, &checkpoint(&schema, 2)).await.unwrap();
    assert_eq!(applied, Applied { upserts: 0, deletions: 1 });
    assert_eq!(folder.query("SELECT id FROM numbers"), ["'b'"]);
}

#[tokio::test]
async fn the_number_of_rows_follows_insertions_updates_and_deletions() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let ids: Vec<String> = (0..10).map(|id| id.to_string()).collect();
    let mut started = 0;
    // Deletes the row inserted last, so that its row id becomes free, and mixes updates and insertions afterwards. The run
    // and the rejects have row ids of their own.
    for step in [&[9_usize][..], &[0, 9], &[], &[5], &[9, 8, 7]] {
        started += 1;
        let mut batch = Batch::new(Arc::clone(&schema)).reject(None, "", &format!("raw {started}"));
        for id in (0..10).filter(|id| !step.contains(id)) {
            batch = batch.row(&row(&ids[id], started));
        }
        for id in step {
            batch = batch.deletion(&[Value::Text(&ids[*id])]);
        }
        writer.apply(batch, &checkpoint(&schema, started)).await.unwrap();
        let rows = writer.finish(&run(started, Some("incomplete"))).await.unwrap();
        assert_eq!(folder.query("SELECT count(*) FROM numbers"), [rows.to_string()]);
    }
    drop(writer);
    let status = folder.sqlite().status().await.unwrap();
    assert_eq!((status[0].rows, status[0].rejects), (7, 5));
}

#[tokio::test]
async fn rejects_of_a_row_are_replaced_and_end_with_it() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = Batch::new(Arc::clone(&schema))
        .row(&row("a", 1))
        .row(&row("b", 1))
        .row(&row("c", 1))
        .row(&row("d", 1))
        .reject(Some("a"), "number", "\"x\"")
        .reject(Some("b"), "number", "\"y\"")
        .reject(Some("c"), "number", "\"z\"")
        .reject(Some("d"), "number", "\"w\"");
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    let batch = Batch::new(Arc::clone(&schema))
        .row(&row("a", 2))
        .row(&row("b", 2))
        .deletion(&[Value::Text("c")])
        .reject(Some("b"), "number", "\"new\"");
    writer.apply(batch, &checkpoint(&schema, 2)).await.unwrap();
    let rejects = "SELECT table_name, row_key, field, expected, raw, run_started FROM _keyfob_rejects ORDER BY row_key";
    assert_eq!(
        folder.query(rejects),
        [
            "'numbers' 'b' 'number' 'an integer' '\"new\"' '1970-01-01 00:00:02'",
            "'numbers' 'd' 'number' 'an integer' '\"w\"' '1970-01-01 00:00:01'"
        ]
    );
    let mut index = writer.index().await.unwrap();
    let batch = Batch::new(Arc::clone(&schema)).row(&row("b", 2));
    index.list(batch.keys()[0], batch.hashes()[0]);
    writer.end_listing(listed(Some(&index), 3), &checkpoint(&schema, 3)).await.unwrap();
    assert_eq!(folder.query("SELECT row_key FROM _keyfob_rejects"), ["'b'"]);
    assert_eq!(folder.sqlite().status().await.unwrap()[0].rejects, 1);
}

#[tokio::test]
async fn a_row_without_a_key_is_stored_once_and_removed_by_a_listing_that_does_not_have_it() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = |raw: &str| Batch::new(Arc::clone(&schema)).reject(None, "", raw);
    writer.apply(batch("{}"), &checkpoint(&schema, 1)).await.unwrap();
    writer.apply(batch("[]"), &checkpoint(&schema, 1)).await.unwrap();
    writer.apply(batch("{}"), &checkpoint(&schema, 2)).await.unwrap();
    let rejects = "SELECT raw, run_started FROM _keyfob_rejects ORDER BY raw";
    assert_eq!(folder.query(rejects), ["'[]' '1970-01-01 00:00:01'", "'{}' '1970-01-01 00:00:02'"]);
    // The listing began in the run before this one.
    writer.end_listing(listed(None, 1), &checkpoint(&schema, 2)).await.unwrap();
    assert_eq!(folder.query(rejects).len(), 2);
    writer.end_listing(listed(None, 2), &checkpoint(&schema, 2)).await.unwrap();
    assert_eq!(folder.query(rejects), ["'{}' '1970-01-01 00:00:02'"]);
    // A run of changes lists none of them.
    writer.finish(&run(3, None)).await.unwrap();
    assert_eq!(folder.query(rejects).len(), 1);
    writer.end_listing(listed(None, 3), &checkpoint(&schema, 3)).await.unwrap();
    assert_eq!(folder.query(rejects), [""; 0]);
}

#[tokio::test]
async fn a_listing_deletes_the_rows_that_it_does_not_have() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1)).row(&row("b", 2)).row(&row("c", 3));
    let (key, hash) = (batch.keys()[1], batch.hashes()[1]);
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    let mut index = writer.index().await.unwrap();
    assert!(!index.list(key, hash));
    let added = Batch::new(Arc::clone(&schema)).row(&row("new", 4));
    assert!(index.list(added.keys()[0], added.hashes()[0]));
    writer.apply(added, &checkpoint(&schema, 2)).await.unwrap();
    assert_eq!(writer.end_listing(listed(Some(&index), 3), &checkpoint(&schema, 3)).await.unwrap(), 2);
    assert_eq!(folder.query("SELECT id FROM numbers ORDER BY id"), ["'b'", "'new'"]);
    assert_eq!(writer.checkpoint(), Some(&checkpoint(&schema, 3)));
    assert_eq!(writer.finish(&run(3, None)).await.unwrap(), 2);
    // Rows that another program deleted are counted when the rows are read.
    folder.execute("DELETE FROM numbers WHERE id = 'b'");
    writer.index().await.unwrap();
    assert_eq!(writer.finish(&run(4, None)).await.unwrap(), 1);
}
