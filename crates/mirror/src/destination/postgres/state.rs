//! State of a copy: its row in `_keyfob_tables`, its runs and its rejects.

use chrono::{DateTime, Utc};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Transaction};

use super::failure::Failure;
use super::layout::Layout;
use super::storable;
use crate::batch::Reject;
use crate::checkpoint::Checkpoint;
use crate::destination::Run;
use crate::error::{Error, ErrorKind};

/// Names of the tables.
pub(super) const TABLES: &str = "_keyfob_tables";
pub(super) const RUNS: &str = "_keyfob_runs";
pub(super) const REJECTS: &str = "_keyfob_rejects";

/// Version of the format of these tables.
const FORMAT: i64 = 1;
/// Number of runs that are retained for each table.
const MAX_RUNS: i64 = 1_000;

/// State of a copy.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) checkpoint: Option<Checkpoint>,
    /// Number of transactions that changed the copy. It shows if a transaction was committed whose response was lost.
    pub(super) revision: i64,
    /// A run was completed.
    pub(super) is_complete: bool,
    /// The copy has rejects.
    pub(super) has_rejects: bool,
}

/// A parameter of a statement, with its type.
pub(super) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// Returns the names of the tables and the statements that create them.
pub(super) fn tables(layout: &Layout) -> [(&'static str, String); 3] {
    let [tables, runs, rejects] = [TABLES, RUNS, REJECTS].map(|name| layout.qualified(name));
    [
        (
            TABLES,
            format!(
                "CREATE TABLE {tables} (table_name text PRIMARY KEY, api text NOT NULL, api_table text NOT NULL, \
                 format bigint NOT NULL, row_count bigint NOT NULL, current_to timestamptz, checkpoint json, \
                 revision bigint NOT NULL); \
                 COMMENT ON TABLE {tables} IS 'Copies of tables; written by keyfob.'; \
                 COMMENT ON COLUMN {tables}.format IS 'Version of the format of the tables whose names begin with \
                 _keyfob_.'; COMMENT ON COLUMN {tables}.current_to IS 'The copy has all changes until this time.'; \
                 COMMENT ON COLUMN {tables}.revision IS 'Number of transactions that changed the copy.'"
            ),
        ),
        (
            RUNS,
            format!(
                "CREATE TABLE {runs} (table_name text NOT NULL, started timestamptz NOT NULL, finished timestamptz NOT \
                 NULL, received bigint NOT NULL, upserts bigint NOT NULL, deletions bigint NOT NULL, rejects bigint NOT \
                 NULL, error text, PRIMARY KEY (table_name, started)); \
                 COMMENT ON TABLE {runs} IS 'Runs that wrote the copies; error is null after a complete run.'"
            ),
        ),
        (
            REJECTS,
            // Keys can be longer than the entries of other indexes.
            format!(
                "CREATE TABLE {rejects} (table_name text NOT NULL, row_key text, field text NOT NULL, expected text NOT \
                 NULL, raw text NOT NULL, run_started timestamptz NOT NULL); \
                 CREATE INDEX ON {rejects} USING hash (row_key); \
                 CREATE INDEX ON {rejects} (table_name); \
                 COMMENT ON TABLE {rejects} IS 'Received values that do not have the type of their column, which is \
                 null in the copy; row_key is null for a row that cannot be identified.'"
            ),
        ),
    ]
}

/// Returns `true` if the copy is registered.
///
/// # Errors
///
/// [`ErrorKind::Mismatch`] if a copy of another API has the name.
pub(super) async fn exists(transaction: &Transaction<'_>, layout: &Layout) -> Result<bool, Failure> {
    let statement = format!("SELECT api, api_table, format FROM {} WHERE table_name = $1", layout.qualified(TABLES));
    let Some(row) = transaction.query_typed_opt(&statement, &[(&layout.relation, Type::TEXT)]).await? else {
        return Ok(false);
    };
    let (api, table, format): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
    let name = layout.display();
    let message = if (api.as_str(), table.as_str()) != (layout.api, layout.name) {
        format!("{name} is a copy of {api}/{table}; choose another schema for the tables of {}", layout.api)
    } else if format != FORMAT {
        format!(
            "{name} has format {format} and this program writes format {FORMAT}; use the program that wrote it, or \
             choose another schema for a new copy"
        )
    } else {
        return Ok(true);
    };
    Err(Error::new(ErrorKind::Mismatch, message).into())
}

/// Registers a copy that was created. `known` copies were dropped by a user: their rows have to be listed again. The
/// next revision but one ends a run that still writes the dropped rows.
pub(super) async fn reset(transaction: &Transaction<'_>, layout: &Layout, known: bool) -> Result<(), Failure> {
    let (table, api) = (&layout.relation, &layout.api);
    if known {
        let rejects = format!("DELETE FROM {} WHERE table_name = $1", layout.qualified(REJECTS));
        transaction.execute_typed(&rejects, &[(table, Type::TEXT)]).await?;
        let state = format!(
            "UPDATE {} SET checkpoint = NULL, row_count = 0, current_to = NULL, revision = revision + 2 WHERE table_name = $1",
            layout.qualified(TABLES)
        );
        transaction.execute_typed(&state, &[(table, Type::TEXT)]).await?;
    } else {
        let state = format!(
            "INSERT INTO {} (table_name, api, api_table, format, row_count, revision) VALUES ($1, $2, $3, {FORMAT}, 0, 0)",
            layout.qualified(TABLES)
        );
        let parameters: [Parameter<'_>; 3] = [(table, Type::TEXT), (api, Type::TEXT), (&layout.name, Type::TEXT)];
        transaction.execute_typed(&state, &parameters).await?;
    }
    Ok(())
}

/// Reads the state.
pub(super) async fn read(client: &Client, layout: &Layout) -> Result<Option<State>, Failure> {
    let statement = format!(
        "SELECT checkpoint::text, revision, current_to IS NOT NULL, EXISTS (SELECT FROM {} WHERE table_name = $1) \
         FROM {} WHERE table_name = $1",
        layout.qualified(REJECTS),
        layout.qualified(TABLES)
    );
    let Some(row) = client.query_typed_opt(&statement, &[(&layout.relation, Type::TEXT)]).await? else {
        return Ok(None);
    };
    let checkpoint = row.get::<_, Option<&str>>(0).map(Checkpoint::from_json).transpose()?;
    Ok(Some(State { checkpoint, revision: row.get(1), is_complete: row.get(2), has_rejects: row.get(3) }))
}

/// Stores the checkpoint as the next revision, and the change of the number of rows.
pub(super) async fn store(
    client: &Client,
    layout: &Layout,
    checkpoint: &Checkpoint,
    revision: i64,
    added: i64,
) -> Result<(), Failure> {
    let statement = format!(
        "UPDATE {} SET checkpoint = $1::text::json, row_count = row_count + $2, revision = revision + 1 \
         WHERE table_name = $3 AND revision = $4",
        layout.qualified(TABLES)
    );
    let parameters: [Parameter<'_>; 4] = [
        (&checkpoint.to_json(), Type::TEXT),
        (&added, Type::INT8),
        (&layout.relation, Type::TEXT),
        (&revision, Type::INT8),
    ];
    if client.execute_typed(&statement, &parameters).await? == 1 { Ok(()) } else { Err(overtaken(layout).into()) }
}

/// Returns the error for a copy that another process changed although this process had its lock.
pub(super) fn overtaken(layout: &Layout) -> Error {
    let message = format!(
        "another process changed {} after this process lost its lock; run again, and connect to the server itself \
         instead of a pool that shares sessions",
        layout.display()
    );
    Error::new(ErrorKind::Locked, message)
}

/// Replaces the rejects of rows. `keys` are the rows without the rejected ones.
pub(super) async fn replace_rejects(
    client: &Client,
    layout: &Layout,
    mut keys: Vec<String>,
    rejects: &[Reject],
    run_started: DateTime<Utc>,
) -> Result<(), Failure> {
    let (table, name) = (layout.qualified(REJECTS), &layout.relation);
    keys.iter_mut().for_each(storable::escape);
    keys.extend(rejects.iter().filter_map(|reject| reject.key.clone()));
    let raws: Vec<&str> =
        rejects.iter().filter(|reject| reject.key.is_none()).map(|reject| reject.raw.as_str()).collect();
    if !keys.is_empty() {
        let statement = format!("DELETE FROM {table} WHERE table_name = $1 AND row_key = ANY ($2)");
        client.execute_typed(&statement, &[(name, Type::TEXT), (&keys, Type::TEXT_ARRAY)]).await?;
    }
    if !raws.is_empty() {
        // A row without a key is listed in each run, and must not be stored each time.
        let statement = format!("DELETE FROM {table} WHERE table_name = $1 AND row_key IS NULL AND raw = ANY ($2)");
        client.execute_typed(&statement, &[(name, Type::TEXT), (&raws, Type::TEXT_ARRAY)]).await?;
    }
    if rejects.is_empty() {
        return Ok(());
    }
    let statement = format!(
        "INSERT INTO {table} (table_name, row_key, field, expected, raw, run_started) \
         SELECT $1, r.*, $6 FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS r"
    );
    let keys: Vec<Option<&str>> = rejects.iter().map(|reject| reject.key.as_deref()).collect();
    let [fields, expected, raws] = [
        |reject: &Reject| reject.field.to_owned(),
        |reject: &Reject| reject.expected.to_owned(),
        |reject: &Reject| reject.raw.clone(),
    ]
    .map(|part| rejects.iter().map(part).collect::<Vec<String>>());
    let parameters: [Parameter<'_>; 6] = [
        (name, Type::TEXT),
        (&keys, Type::TEXT_ARRAY),
        (&fields, Type::TEXT_ARRAY),
        (&expected, Type::TEXT_ARRAY),
        (&raws, Type::TEXT_ARRAY),
        (&run_started, Type::TIMESTAMPTZ),
    ];
    client.execute_typed(&statement, &parameters).await?;
    Ok(())
}

/// Removes the rejected rows without a key that were received only by runs before a listing of all rows.
pub(super) async fn remove_unidentified(client: &Client, layout: &Layout, from: DateTime<Utc>) -> Result<(), Failure> {
    let statement = format!(
        "DELETE FROM {} WHERE table_name = $1 AND row_key IS NULL AND run_started < $2",
        layout.qualified(REJECTS)
    );
    client.execute_typed(&statement, &[(&layout.relation, Type::TEXT), (&from, Type::TIMESTAMPTZ)]).await?;
    Ok(())
}

/// Records a run, unless it is recorded already, removes old runs, and returns the number of rows.
pub(super) async fn record(client: &Client, layout: &Layout, run: &Run) -> Result<i64, Failure> {
    let statement = format!(
        "WITH run AS (INSERT INTO {} (table_name, started, finished, received, upserts, deletions, rejects, error) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING), \
         old AS (DELETE FROM {} WHERE table_name = $1 AND started <= (SELECT started FROM {} WHERE table_name = $1 \
         ORDER BY started DESC OFFSET {MAX_RUNS} - 1 LIMIT 1)) \
         UPDATE {} SET current_to = CASE WHEN $8 IS NULL THEN $2 ELSE current_to END WHERE table_name = $1 RETURNING row_count",
        layout.qualified(RUNS),
        layout.qualified(RUNS),
        layout.qualified(RUNS),
        layout.qualified(TABLES)
    );
    let [received, upserts, deletions, rejects] = [run.received, run.upserts, run.deletions, run.rejects].map(count);
    let error = run.error.clone().map(|mut error| {
        storable::escape(&mut error);
        error
    });
    let (started, finished): (DateTime<Utc>, DateTime<Utc>) = (run.started, run.finished);
    let parameters: [Parameter<'_>; 8] = [
        (&layout.relation, Type::TEXT),
        (&started, Type::TIMESTAMPTZ),
        (&finished, Type::TIMESTAMPTZ),
        (&received, Type::INT8),
        (&upserts, Type::INT8),
        (&deletions, Type::INT8),
        (&rejects, Type::INT8),
        (&error, Type::TEXT),
    ];
    Ok(client.query_typed_one(&statement, &parameters).await?.get(0))
}

/// Converts a number of rows for a statement.
fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
