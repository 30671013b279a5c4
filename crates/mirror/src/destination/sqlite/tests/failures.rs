//! Failures: full disks, errors in a transaction, concurrent writers, abandoned calls.

use std::task::{Context, Waker};

use super::*;
use crate::batch::testing::listed;
use crate::destination::sqlite::connection;
use crate::destination::sqlite::copy::TableCopy;
use crate::error::ErrorKind;

fn large_batch(schema: &Arc<Schema>, rows: i64) -> Batch {
    let mut batch = Batch::new(Arc::clone(schema));
    for id in 0..rows {
        batch = batch.row(&row(&format!("a row with a long id {id}"), id));
    }
    batch
}

#[tokio::test]
async fn a_full_disk_leaves_the_state_before_the_batch_and_the_next_run_continues() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut copy = TableCopy::open(&folder.path(), Arc::clone(&schema), "numbers".to_owned(), false).unwrap();
    let first = Batch::new(Arc::clone(&schema)).row(&row("a", 1));
    copy.apply(&first, &checkpoint(&schema, 1)).unwrap();
    let batch = large_batch(&schema, 10_000).reject(None, "", "{}");
    copy.limit_pages(30);
    let error = copy.apply(&batch, &checkpoint(&schema, 2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Destination);
    assert!(error.to_string().contains("make space and run again"), "{error}");
    assert_eq!(copy.checkpoint(), Some(&checkpoint(&schema, 1)));
    assert_eq!(folder.query("SELECT id, number FROM numbers"), ["'a' 1"]);
    assert_eq!(folder.query("SELECT count(*) FROM _keyfob_rejects"), ["0"]);
    copy.limit_pages(100_000);
    let applied = copy.apply(&batch, &checkpoint(&schema, 2)).unwrap();
    assert_eq!(applied.upserts, 10_000);
    assert_eq!(copy.finish(&run(2, None)).unwrap(), 10_001);
    assert_eq!(folder.query("PRAGMA integrity_check"), ["'ok'"]);
}

#[tokio::test]
async fn an_error_in_a_batch_changes_neither_rows_nor_checkpoint() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1)).row(&row("b", 2));
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    let before = folder.query("SELECT * FROM numbers");
    folder.execute(
        "CREATE TRIGGER failure BEFORE DELETE ON numbers WHEN old.id = 'b' BEGIN SELECT RAISE(ABORT, 'failure'); END",
    );
    let batch = Batch::new(Arc::clone(&schema))
        .row(&row("a", 5))
        .row(&row("c", 6))
        .reject(Some("c"), "number", "x")
        .deletion(&[Value::Text("b")]);
    let error = writer.apply(batch, &checkpoint(&schema, 2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Destination);
    let index = writer.index().await.unwrap();
    writer.end_listing(listed(Some(&index), 3), &checkpoint(&schema, 3)).await.unwrap_err();
    assert_eq!(writer.checkpoint(), Some(&checkpoint(&schema, 1)));
    assert_eq!(folder.query("SELECT * FROM numbers"), before);
    assert_eq!(folder.query("SELECT count(*) FROM _keyfob_rejects"), ["0"]);
    drop(writer);
    let mut writer = folder.open(&schema).await;
    assert_eq!(writer.checkpoint(), Some(&checkpoint(&schema, 1)));
    assert_eq!(writer.finish(&run(4, None)).await.unwrap(), 2);
}

#[tokio::test]
async fn a_process_that_dies_in_a_transaction_leaves_the_state_before_it() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1));
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    // The files as a crash would leave them: with a log, whose last transaction has no commit.
    let crashed = Folder::new();
    let connection = Connection::open(folder.path()).unwrap();
    connection
        .execute_batch(
            "PRAGMA cache_size = 1; BEGIN;
             WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 5000)
             INSERT INTO numbers (id) SELECT 'id ' || n FROM number; UPDATE _keyfob_tables SET checkpoint = NULL",
        )
        .unwrap();
    for file in ["copy.db", "copy.db-wal"] {
        std::fs::copy(folder.path().with_file_name(file), crashed.path().with_file_name(file)).unwrap();
    }
    assert!(crashed.path().with_file_name("copy.db-wal").metadata().unwrap().len() > 100_000, "the log has the rows");
    let mut writer = crashed.open(&schema).await;
    assert_eq!(writer.checkpoint(), Some(&checkpoint(&schema, 1)));
    assert_eq!(writer.index().await.unwrap().len(), 1);
    assert_eq!(crashed.query("SELECT id, number FROM numbers"), ["'a' 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tables_of_a_database_are_written_at_once() {
    let folder = Arc::new(Folder::new());
    let tasks = ["a_", "b_"].map(|prefix| {
        let folder = Arc::clone(&folder);
        tokio::spawn(async move {
            let schema = numbers();
            let mut writer = folder.sqlite().prefix(prefix).open(&schema, false).await.unwrap();
            for started in 0..50 {
                let batch = Batch::new(Arc::clone(&schema)).row(&row(&started.to_string(), started));
                writer.apply(batch, &checkpoint(&schema, started)).await.unwrap();
            }
            writer.finish(&run(50, None)).await.unwrap()
        })
    });
    for task in tasks {
        assert_eq!(task.await.unwrap(), 50);
    }
    assert_eq!(folder.query("SELECT count(*) FROM a_numbers, b_numbers"), ["2500"]);
}

#[tokio::test]
async fn a_call_that_is_abandoned_ends_before_the_next_one() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let checkpoints = [checkpoint(&schema, 1), checkpoint(&schema, 2)];
    {
        // The first poll starts the transaction on another thread.
        let mut call = writer.apply(large_batch(&schema, 5000), &checkpoints[0]);
        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1));
    writer.apply(batch, &checkpoints[1]).await.unwrap();
    assert_eq!(writer.checkpoint(), Some(&checkpoints[1]));
    assert_eq!(folder.query("SELECT count(*) FROM numbers"), ["5001"]);
}

#[test]
fn messages_of_errors_have_an_advice_and_no_values() {
    let folder = Folder::new();
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE person (name TEXT PRIMARY KEY); INSERT INTO person VALUES ('Kari')")
        .unwrap();
    let error = connection.execute_batch("INSERT INTO person VALUES ('Kari')").unwrap_err();
    let error = connection::error_of(&folder.path(), error);
    assert!(!format!("{error:?}").contains("Kari"));
    let absent = connection::canonical(&folder.path().join("absent/copy.db")).unwrap_err();
    assert!(absent.to_string().ends_with("check that its folder exists and may be read"), "{absent}");
}
