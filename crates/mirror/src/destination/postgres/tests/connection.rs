//! Tests of locks and lost connections.

use std::sync::Arc;
use std::task::Poll;

use super::server::{PostgresServer, Stop};
use super::{Database, batch, page, people, run};
use crate::destination::Destination;
use crate::destination::postgres::Postgres;
use crate::error::ErrorKind;

/// Ends the session that has the lock of the copy.
const END_WRITER: &str = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND \
     database = (SELECT oid FROM pg_database WHERE datname = current_database())";

#[tokio::test]
async fn a_locked_copy_is_an_error_that_names_the_holder() {
    let (database, schema) = (Database::new("locked"), people());
    let writer = database.open(&schema).await;
    let error = database.open_error(&schema).await;
    assert_eq!(error.kind(), ErrorKind::Locked);
    let process = format!("process {}", std::process::id());
    for part in ["test_api.people", &process, "a local socket", "since 20", "pg_terminate_backend("] {
        assert!(error.to_string().contains(part), "{part} is missing in: {error}");
    }
    let other = database.postgres.clone().schema("other");
    other.open(&schema, false).await.unwrap();
    drop(writer);
    database.open(&schema).await;
}

#[tokio::test]
async fn a_lost_session_is_replaced_and_the_batch_is_repeated() {
    let (database, schema) = (Database::new("lost"), people());
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..300, 1), &page(&schema, 1)).await.unwrap();
    for (number, step) in [(2, 300), (3, 301)] {
        assert_eq!(database.psql(END_WRITER), "t");
        let rows = batch(&schema, 0..step, number);
        assert_eq!(writer.apply(rows, &page(&schema, number)).await.unwrap().upserts, step.cast_unsigned());
        assert_eq!(database.psql("SELECT count(*), min(age) FROM test_api.people"), format!("{step}|{number}"));
    }
    assert_eq!(database.psql(END_WRITER), "t");
    assert_eq!(writer.index().await.unwrap().len(), 301);
    assert_eq!(database.psql(END_WRITER), "t");
    assert_eq!(writer.finish(&run(2_000, None)).await.unwrap(), 301);
}

#[tokio::test]
async fn a_committed_batch_whose_response_was_lost_is_not_repeated() {
    let (database, schema) = (Database::new("committed"), people());
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..1, 1), &page(&schema, 1)).await.unwrap();
    database.psql(END_WRITER);
    // The state after a transaction that was committed: the next revision.
    database.psql("UPDATE test_api._keyfob_tables SET revision = revision + 1");
    writer.apply(batch(&schema, 1..2, 1), &page(&schema, 2)).await.unwrap();
    assert_eq!(database.psql("SELECT count(*) FROM test_api.people"), "1");
    writer.apply(batch(&schema, 2..3, 1), &page(&schema, 3)).await.unwrap();
    assert_eq!(database.psql("SELECT count(*) FROM test_api.people"), "2");
}

#[tokio::test]
async fn a_copy_that_another_process_changed_is_not_written() {
    let (database, schema) = (Database::new("overtaken"), people());
    let mut writer = database.open(&schema).await;
    database.psql("UPDATE test_api._keyfob_tables SET revision = revision + 5");
    let error = writer.apply(batch(&schema, 0..1, 1), &page(&schema, 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    database.psql(END_WRITER);
    database.psql("UPDATE test_api._keyfob_tables SET revision = revision + 5");
    let error = writer.apply(batch(&schema, 0..1, 1), &page(&schema, 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert_eq!(database.psql("SELECT count(*) FROM test_api.people"), "0");
}

#[tokio::test]
async fn a_copy_that_was_dropped_while_the_connection_was_lost_is_not_continued() {
    let (database, schema) = (Database::new("dropped_meanwhile"), people());
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..2, 1), &page(&schema, 1)).await.unwrap();
    database.psql(END_WRITER);
    database.psql("DROP TABLE test_api.people");
    let error = writer.apply(batch(&schema, 2..3, 1), &page(&schema, 2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    drop(writer);
    assert!(database.open(&schema).await.checkpoint().is_none());
}

#[tokio::test]
async fn an_interrupted_change_does_not_prevent_the_next_one() {
    let (database, schema) = (Database::new("interrupted"), people());
    let mut writer = database.open(&schema).await;
    for polls in 0..40 {
        // Dropped after a number of polls, and so in each part of the change.
        let checkpoint = page(&schema, polls);
        let mut change = writer.apply(batch(&schema, 0..300, polls), &checkpoint);
        for _ in 0..polls {
            if std::future::poll_fn(|context| Poll::Ready(change.as_mut().poll(context))).await.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(change);
    }
    writer.apply(batch(&schema, 0..301, 99), &page(&schema, 99)).await.unwrap();
    assert_eq!(database.psql("SELECT count(*), min(age) FROM test_api.people"), "301|99");
    assert_eq!(database.psql("SELECT row_count FROM test_api._keyfob_tables"), "301");
}

#[tokio::test]
async fn a_restarted_server_ends_with_the_right_rows() {
    let (server, schema) = (Arc::new(PostgresServer::start()), people());
    let postgres = Postgres::new(&server.create_database("restarted")).unwrap();
    let mut writer = postgres.open(&schema, false).await.unwrap();
    for (number, stop) in [(1, Stop::Fast), (2, Stop::Crash)] {
        let restart = std::thread::spawn({
            let server = Arc::clone(&server);
            move || server.restart(stop)
        });
        // Batches before, while and after the server is away.
        let mut last = 0;
        while !restart.is_finished() || last % 10 != 9 {
            last += 1;
            let checkpoint = page(&schema, 1_000 * number + last);
            writer.apply(batch(&schema, 0..250 + last, last), &checkpoint).await.unwrap();
        }
        restart.join().unwrap();
        let rows = format!("SELECT count(*) FROM test_api.people WHERE age = {last}");
        assert_eq!(server.psql("restarted", &rows), (250 + last).to_string());
        let state = "SELECT row_count = (SELECT count(*) FROM test_api.people), checkpoint->>'progress' \
             FROM test_api._keyfob_tables";
        assert_eq!(server.psql("restarted", state), format!("t|{}", 1_000 * number + last));
    }
}

#[tokio::test]
async fn the_certificate_of_a_server_is_verified_if_the_url_requires_it() {
    let certificate = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (pem, key) = (certificate.cert.pem(), certificate.signing_key.serialize_pem());
    let server = PostgresServer::start_with_tls(&pem, &key);
    let roots = server.folder().join("roots.pem");
    std::fs::write(&roots, pem).unwrap();
    let hba = "hostssl all all 127.0.0.1/32 trust\nlocal all all trust\n";
    std::fs::write(server.folder().join("data/pg_hba.conf"), hba).unwrap();
    server.restart(Stop::Fast);
    let (port, roots) = (server.port(), roots.display());
    let check = |options: String| {
        let url = format!("postgres://postgres@localhost:{port}/postgres?hostaddr=127.0.0.1&{options}");
        async move { Postgres::new(&url).unwrap().check().await.map_err(|error| error.to_string()) }
    };
    check(format!("sslmode=verify-full&sslrootcert={roots}")).await.unwrap();
    check("sslmode=prefer".to_owned()).await.unwrap();
    let not_encrypted = check("sslmode=disable".to_owned()).await.unwrap_err();
    assert!(not_encrypted.contains("28000"), "{not_encrypted}");
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap().cert.pem();
    let others = server.folder().join("others.pem");
    std::fs::write(&others, other).unwrap();
    let not_trusted = check(format!("sslmode=require&sslrootcert={}", others.display())).await.unwrap_err();
    assert!(not_trusted.contains("sslrootcert=FILE"), "{not_trusted}");
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=require&sslrootcert={roots}");
    let other_name = Postgres::new(&url).unwrap().check().await.unwrap_err().to_string();
    assert!(other_name.contains("sslrootcert=FILE"), "{other_name}");
}
