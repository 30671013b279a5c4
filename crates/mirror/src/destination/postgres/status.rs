//! State of all copies in a database.

use chrono::{DateTime, Utc};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::failure::Failure;
use super::layout::{lock_key, quote};
use super::session::Session;
use super::settings::Settings;
use super::state::{REJECTS, RUNS, TABLES};
use crate::destination::{Run, TableStatus};

/// Returns the state of the copies in one schema, or in all schemas that the user can read.
pub(super) async fn read(settings: &Settings, schema: Option<&str>) -> Result<Vec<TableStatus>, Failure> {
    let session = Session::connect(settings, true).await?;
    let holders = session.holders().await?;
    let mut statuses = Vec::new();
    for schema in schemas(&session.client, schema).await? {
        for row in session.client.query_typed(&statement(&schema), &[]).await? {
            let lock = lock_key(&schema, row.get(0));
            let writer = holders.iter().find(|holder| holder.lock == lock).map(|holder| holder.name.clone());
            statuses.push(table_status(&row, writer));
        }
    }
    Ok(statuses)
}

async fn schemas(client: &Client, schema: Option<&str>) -> Result<Vec<String>, Failure> {
    let statement = "SELECT n.nspname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE c.relname = $1 AND ($2 IS NULL OR n.nspname = $2) AND c.relkind = 'r' \
         AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY n.nspname";
    let rows = client.query_typed(statement, &[(&TABLES, Type::NAME), (&schema, Type::NAME)]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn statement(schema: &str) -> String {
    let name = |relation| format!("{}.{}", quote(schema), quote(relation));
    format!(
        "SELECT t.table_name, t.api, t.api_table, t.row_count, t.current_to, \
         (SELECT count(*) FROM {} AS j WHERE j.table_name = t.table_name), \
         r.started, r.finished, r.received, r.upserts, r.deletions, r.rejects, r.error \
         FROM {} AS t LEFT JOIN LATERAL (SELECT * FROM {} AS r WHERE r.table_name = t.table_name \
         ORDER BY r.started DESC LIMIT 1) AS r ON true ORDER BY t.table_name",
        name(REJECTS),
        name(TABLES),
        name(RUNS)
    )
}

fn table_status(row: &Row, writer: Option<String>) -> TableStatus {
    let count = |position| u64::try_from(row.get::<_, i64>(position)).unwrap_or(0);
    let started: Option<DateTime<Utc>> = row.get(6);
    let last_run = started.map(|started| Run {
        started,
        finished: row.get(7),
        received: count(8),
        upserts: count(9),
        deletions: count(10),
        rejects: count(11),
        error: row.get(12),
    });
    TableStatus {
        api: row.get(1),
        table: row.get(2),
        rows: count(3),
        current_to: row.get(4),
        rejects: count(5),
        last_run,
        writer,
    }
}
