//! Tests of errors of the server.

use std::error::Error as _;

use super::{Database, batch, page, people, run};
use crate::destination::Destination;
use crate::destination::postgres::Postgres;
use crate::error::{Error, ErrorKind};

#[track_caller]
fn check(error: &Error, parts: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::Destination, "{error}");
    let mut messages = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        messages = format!("{messages}: {error}");
        cause = error.source();
    }
    for part in parts {
        assert!(messages.contains(part), "{part} is missing in: {messages}");
    }
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_fails_is_an_error_that_says_what_to_do() {
    let (database, schema) = (Database::new("connections"), people());
    let folder = database.server.folder().display().to_string();
    database.psql("CREATE ROLE member LOGIN PASSWORD 'other'");
    let url = |name: &str| format!("postgres://member:secret@/{name}?host={folder}");
    let open = |url: String| {
        let schema = schema.clone();
        async move { Postgres::new(&url).unwrap().open(&schema, false).await.map(drop).unwrap_err() }
    };
    check(&open(url("absent")).await, &["postgres:///absent", "3D000", "createdb absent"]);
    check(&open(url("connections")).await, &["42501", "GRANT CREATE"]);
    check(
        &open("postgres://u:secret@/x?host=/absent".to_owned()).await,
        &["No such file", "check that the server runs"],
    );
    check(&open("postgres://u:secret@127.0.0.1:1/x".to_owned()).await, &["postgres://127.0.0.1:1/x", "server runs"]);
    let hba = database.server.folder().join("data/pg_hba.conf");
    let rules = std::fs::read_to_string(&hba).unwrap();
    std::fs::write(&hba, format!("local connections member scram-sha-256\n{rules}")).unwrap();
    database.psql("SELECT pg_reload_conf()");
    // The server reads the rules in its own time.
    let error = loop {
        let error = open(url("connections")).await;
        if !error.to_string().contains("42501") {
            break error;
        }
    };
    check(&error, &["28P01", "check user and password"]);
    let check_only = Postgres::new(&url("connections")).unwrap().check().await.unwrap_err();
    check(&check_only, &["cannot connect", "28P01"]);
}

#[tokio::test]
async fn a_database_with_another_encoding_is_an_error() {
    let database = Database::new("encodings");
    database.psql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    let postgres = Postgres::new(&database.server.url("latin")).unwrap();
    check(&postgres.check().await.unwrap_err(), &["LATIN1", "createdb --encoding UTF8"]);
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_the_state_before() {
    let (database, schema) = (Database::new("failures"), people());
    let mut writer = database.open(&schema).await;
    writer.apply(batch(&schema, 0..2, 1), &page(&schema, 1)).await.unwrap();
    for (code, part) in
        [("53100", "free space"), ("42501", "must own"), ("25006", "URL of the primary"), ("XX000", "run again")]
    {
        database.psql(&format!(
            "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'broken' USING ERRCODE = '{code}', DETAIL = 'secret row'; END $$; \
             CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON test_api.people FOR EACH ROW EXECUTE FUNCTION fail()"
        ));
        for rows in [2..3, 2..500] {
            let error = writer.apply(batch(&schema, rows, 1), &page(&schema, 2)).await.unwrap_err();
            check(&error, &["cannot write test_api.people in postgres:///failures", "broken", code, part]);
        }
    }
    assert_eq!(writer.checkpoint(), Some(&page(&schema, 1)));
    let state = "SELECT (SELECT count(*) FROM test_api.people), row_count, checkpoint->>'progress' FROM test_api._keyfob_tables";
    assert_eq!(database.psql(state), "2|2|1");
    database.psql("DROP FUNCTION fail CASCADE");
    writer.apply(batch(&schema, 2..500, 1), &page(&schema, 2)).await.unwrap();
    writer.finish(&run(2_000, None)).await.unwrap();
    assert_eq!(database.psql(state), "500|500|2");
}

#[tokio::test]
async fn a_read_only_database_is_an_error() {
    let (database, schema) = (Database::new("standby"), people());
    database.psql("ALTER DATABASE standby SET default_transaction_read_only = on");
    check(&database.open_error(&schema).await, &["25006", "URL of the primary server"]);
}
