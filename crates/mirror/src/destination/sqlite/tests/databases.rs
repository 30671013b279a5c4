//! Databases: creation, schemas, locks, status.

use super::*;
use crate::batch::testing::{listed, schema_of};
use crate::error::ErrorKind;

#[tokio::test]
async fn the_checkpoint_is_read_back() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    assert_eq!(writer.checkpoint(), None);
    drop(writer);
    writer = folder.open(&schema).await;
    assert_eq!(writer.checkpoint(), None, "a copy without a batch has no checkpoint");
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1));
    writer.apply(batch, &checkpoint(&schema, 5)).await.unwrap();
    assert_eq!(writer.checkpoint(), Some(&checkpoint(&schema, 5)));
    drop(writer);
    assert_eq!(folder.open(&schema).await.checkpoint(), Some(&checkpoint(&schema, 5)));
}

#[tokio::test]
async fn a_new_column_is_added_with_its_description() {
    let (folder, old) = (Folder::new(), numbers());
    let mut writer = folder.open(&old).await;
    let batch = Batch::new(Arc::clone(&old)).row(&row("a", 1));
    writer.apply(batch, &checkpoint(&old, 1)).await.unwrap();
    drop(writer);
    let columns =
        [column("id", ColumnType::Text), column("added", ColumnType::Json), column("number", ColumnType::Integer)];
    let new = schema("numbers", &["id"], &columns);
    let mut writer = folder.open(&new).await;
    assert!(!writer.checkpoint().unwrap().has_schema(&new));
    let values = [Value::Text("a"), Value::Text("[1]"), Value::Integer(1)];
    let applied = writer.apply(Batch::new(Arc::clone(&new)).row(&values), &checkpoint(&new, 2)).await.unwrap();
    assert_eq!(applied.upserts, 1, "the row is written again for its new column");
    drop(writer);
    assert_eq!(folder.query("SELECT id, number, added FROM numbers"), ["'a' 1 '[1]'"]);
    let sql = &folder.query("SELECT sql FROM sqlite_schema WHERE name = 'numbers'")[0];
    assert!(sql.contains("\"added\" JSON TEXT /* Description of the field. */"), "{sql}");
    // The schema of before: the new column remains.
    let mut writer = folder.open(&old).await;
    writer.apply(Batch::new(Arc::clone(&old)).row(&row("b", 2)), &checkpoint(&old, 3)).await.unwrap();
    assert_eq!(folder.query("SELECT id, added FROM numbers ORDER BY id"), ["'a' '[1]'", "'b' null"]);
}

#[tokio::test]
async fn a_column_of_another_type_or_another_key_is_a_mismatch() {
    let folder = Folder::new();
    drop(folder.open(&numbers()).await);
    let columns = [column("id", ColumnType::Text), column("number", ColumnType::Date)];
    let error = folder.open_error(&schema("numbers", &["id"], &columns)).await;
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    let message = error.to_string();
    assert!(message.starts_with("the column number of numbers is BIGINT and must be DATE"), "{message}");
    assert!(message.contains("DROP TABLE \"numbers\""), "{message}");
    let columns = [column("id", ColumnType::Text), column("number", ColumnType::Integer)];
    let error = folder.open_error(&schema("numbers", &["number", "id"], &columns)).await;
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("primary key of numbers is (id) and must be (number, id)"), "{error}");
    // As the message says.
    folder.execute("DROP TABLE numbers");
    let mut writer = folder.open(&schema("numbers", &["number", "id"], &columns)).await;
    assert_eq!(writer.checkpoint(), None);
    assert!(writer.index().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_table_of_another_api_or_program_is_not_changed() {
    let folder = Folder::new();
    drop(folder.open(&numbers()).await);
    let columns = [column("id", ColumnType::Text), column("number", ColumnType::Integer)];
    let other = schema_of("other-api", "numbers", &["id"], &columns);
    let error = folder.open_error(&other).await;
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("is a copy of numbers of the API test-api; choose another"), "{error}");
    drop(folder.sqlite().prefix("other_").open(&other, false).await.unwrap());
    folder.execute("CREATE TABLE Foreign1 (id TEXT); CREATE VIEW foreign2 AS SELECT 1 AS id");
    for name in ["foreign1", "foreign2"] {
        let error = folder.open_error(&schema(name, &["id"], &columns)).await;
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(error.to_string().contains("of another program; choose another database or a prefix"), "{error}");
    }
    let names = "SELECT name FROM sqlite_schema WHERE name NOT LIKE '%keyfob%' AND type <> 'index' ORDER BY name";
    assert_eq!(folder.query(names), ["'Foreign1'", "'foreign2'", "'numbers'", "'other_numbers'"]);
}

#[tokio::test]
async fn names_with_quotes_are_names() {
    let (folder, schema) = (Folder::new(), numbers());
    let destination = folder.sqlite().prefix("a\"b'; -- ");
    let mut writer = destination.open(&schema, false).await.unwrap();
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1)).row(&row("b", 2));
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 3)).deletion(&[Value::Text("b")]);
    writer.apply(batch, &checkpoint(&schema, 2)).await.unwrap();
    let index = writer.index().await.unwrap();
    writer.end_listing(listed(Some(&index), 3), &checkpoint(&schema, 3)).await.unwrap();
    drop(writer);
    let writer = destination.open(&schema, false).await.unwrap();
    assert_eq!(writer.checkpoint(), Some(&checkpoint(&schema, 3)));
    assert_eq!(folder.query("SELECT count(*) FROM \"a\"\"b'; -- numbers\""), ["0"]);
    for prefix in ["SQLITE_", "_keyfob_", "a\0"] {
        let error = folder.sqlite().prefix(prefix).open(&schema, false).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Settings);
    }
}

#[tokio::test]
async fn a_database_of_another_version_is_a_mismatch() {
    for sql in [
        "UPDATE _keyfob_tables SET format = 2",
        "ALTER TABLE _keyfob_tables RENAME COLUMN format TO something_else",
        "UPDATE _keyfob_tables SET checkpoint = '{\"version\":99}'",
        "UPDATE _keyfob_tables SET checkpoint = 'damaged'",
    ] {
        let folder = Folder::new();
        drop(folder.open(&numbers()).await);
        folder.execute(sql);
        assert_eq!(folder.open_error(&numbers()).await.kind(), ErrorKind::Mismatch, "{sql}");
    }
    let folder = Folder::new();
    std::fs::write(folder.path(), "not a database, but a text of some length: ".repeat(100)).unwrap();
    let error = folder.open_error(&numbers()).await;
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().ends_with("is not a SQLite database; choose another file"), "{error}");
    assert_eq!(folder.files(), ["copy.db"]);
}

#[tokio::test]
async fn one_writer_has_a_table_and_the_error_names_it() {
    let (folder, schema) = (Folder::new(), numbers());
    let writer = folder.open(&schema).await;
    let error = folder.open_error(&schema).await;
    assert_eq!(error.kind(), ErrorKind::Locked);
    let holder = format!("numbers in {} is being written by process ", folder.path().canonicalize().unwrap().display());
    assert!(error.to_string().starts_with(&holder), "{error}");
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    assert!(folder.files().contains(&"copy.db.numbers.lock".to_owned()));
    // Other tables are not locked, and readers are not.
    let other = folder.sqlite().prefix("other_").open(&schema, false).await.unwrap();
    folder.sqlite().open(&schema, true).await.unwrap();
    drop((writer, other));
    assert_eq!(folder.files(), ["copy.db"]);
    folder.open(&schema).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_database_with_two_names_has_one_lock() {
    let (folder, schema) = (Folder::new(), numbers());
    let _writer = folder.open(&schema).await;
    let link = folder.path().with_file_name("link.db");
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    let error = Sqlite::new(link).open(&schema, false).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Locked);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1));
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    let files = folder.files();
    assert_eq!(files, ["copy.db", "copy.db-shm", "copy.db-wal", "copy.db.numbers.lock"]);
    for file in files {
        let mode = folder.path().with_file_name(&file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn reading_creates_and_changes_nothing() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut reader = folder.sqlite().open(&schema, true).await.unwrap();
    assert_eq!(reader.checkpoint(), None);
    assert!(reader.index().await.unwrap().is_empty());
    assert_eq!(folder.sqlite().status().await.unwrap(), []);
    let absent = Sqlite::new(folder.path().join("absent/copy.db"));
    absent.open(&schema, true).await.unwrap();
    assert!(folder.files().is_empty());

    let mut writer = folder.open(&schema).await;
    let batch = || Batch::new(Arc::clone(&schema)).row(&row("a", 1));
    writer.apply(batch(), &checkpoint(&schema, 1)).await.unwrap();
    drop(writer);
    let before = std::fs::read(folder.path()).unwrap();
    let columns = [column("id", ColumnType::Text), column("added", ColumnType::Date)];
    for schema in [&schema, &self::schema("numbers", &["id"], &columns)] {
        let mut reader = folder.sqlite().open(schema, true).await.unwrap();
        assert_eq!(reader.checkpoint().unwrap().started, time(1));
        assert_eq!(reader.index().await.unwrap().len(), 1);
        assert_eq!(reader.finish(&run(2, None)).await.unwrap(), 1);
        let batch = Batch::new(Arc::clone(schema)).row(&[Value::Text("b"), Value::Null]);
        let error = reader.apply(batch, &checkpoint(schema, 2)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Destination);
    }
    assert_eq!(folder.sqlite().status().await.unwrap()[0].rows, 1);
    assert_eq!(std::fs::read(folder.path()).unwrap(), before);
    assert_eq!(folder.files(), ["copy.db"]);
}

#[tokio::test]
async fn the_status_has_runs_rows_and_the_writer() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let batch = Batch::new(Arc::clone(&schema)).row(&row("a", 1)).reject(Some("a"), "number", "x");
    writer.apply(batch, &checkpoint(&schema, 10)).await.unwrap();
    let status = folder.sqlite().status().await.unwrap();
    assert_eq!((status[0].api.as_str(), status[0].table.as_str()), ("test-api", "numbers"));
    assert_eq!((status[0].rows, status[0].rejects), (1, 1));
    assert_eq!((&status[0].last_run, status[0].current_to), (&None, None));
    assert!(status[0].writer.as_ref().unwrap().starts_with(&format!("process {} on ", std::process::id())));
    writer.finish(&run(10, None)).await.unwrap();
    writer.finish(&run(20, Some("the service failed"))).await.unwrap();
    drop(writer);
    let status = folder.sqlite().status().await.unwrap();
    assert_eq!(status[0].last_run, Some(run(20, Some("the service failed"))));
    assert_eq!((status[0].current_to, &status[0].writer), (Some(time(10)), &None));
}

#[tokio::test]
async fn the_last_thousand_runs_are_retained() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    folder.execute(
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1005)
         INSERT INTO _keyfob_runs SELECT 'numbers', printf('1960-01-01 00:00:00.%06d', n), '', 0, 0, 0, 0, NULL FROM number",
    );
    writer.finish(&run(1, None)).await.unwrap();
    let found = folder.query("SELECT count(*), min(started), max(started) FROM _keyfob_runs");
    assert_eq!(found, ["1000 '1960-01-01 00:00:00.000007' '1970-01-01 00:00:01'"]);
}

#[tokio::test]
async fn the_log_is_truncated_at_the_end_of_a_run() {
    let (folder, schema) = (Folder::new(), numbers());
    let mut writer = folder.open(&schema).await;
    let mut batch = Batch::new(Arc::clone(&schema));
    for id in 0..5000 {
        batch = batch.row(&row(&format!("row {id}"), id));
    }
    writer.apply(batch, &checkpoint(&schema, 1)).await.unwrap();
    let log = folder.path().with_file_name("copy.db-wal");
    assert!(log.metadata().unwrap().len() > 100_000);
    writer.finish(&run(1, None)).await.unwrap();
    assert_eq!(log.metadata().unwrap().len(), 0);
}
