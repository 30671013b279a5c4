//! Creation of a copy, and comparison of an existing one with the schema.

use std::collections::BTreeSet;

use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use super::failure::Failure;
use super::layout::{Layout, literal, lock_key, quote};
use super::session::Session;
use super::state::{self, State};
use crate::error::{Error, ErrorKind};
use crate::schema::HASH;

/// A column of an existing table.
struct Existing {
    name: String,
    kind: String,
    is_key: bool,
}

/// Creates the copy if it does not exist, adds the columns that it does not have, and returns its state.
pub(super) async fn create(session: &mut Session, layout: &Layout, comment: &str) -> Result<State, Failure> {
    let transaction = session.client.transaction().await?;
    // Another table of the same schema may be created at the same time.
    let lock = format!("SELECT pg_advisory_xact_lock({})", lock_key(&layout.schema, ""));
    transaction.query_typed(&lock, &[]).await?;
    let schemas = "SELECT FROM pg_namespace WHERE nspname = $1";
    if transaction.query_typed(schemas, &[(&layout.schema, Type::NAME)]).await?.is_empty() {
        transaction.batch_execute(&format!("CREATE SCHEMA {}", quote(&layout.schema))).await?;
    }
    create_state_tables(&transaction, layout).await?;
    let existing = columns(&transaction, layout, &layout.relation).await?;
    match (existing.as_slice(), state::exists(&transaction, layout).await?) {
        ([], known) => {
            transaction.batch_execute(&layout.create_table()).await?;
            transaction.batch_execute(&format!("COMMENT ON TABLE {} IS {}", layout.table(), literal(comment))).await?;
            state::reset(&transaction, layout, known).await?;
        }
        (_, false) => {
            let name = layout.display();
            let message = format!(
                "{name} exists, but is not in {}._keyfob_tables, so it is not a copy; rename that table or choose \
                 another schema for the copy",
                layout.schema
            );
            return Err(Error::new(ErrorKind::Mismatch, message).into());
        }
        (existing, true) => {
            for column in missing(layout, existing)? {
                transaction.batch_execute(&layout.add_column(&layout.columns[column])).await?;
            }
        }
    }
    let state = state::read(transaction.client(), layout).await?.unwrap_or_default();
    transaction.commit().await?;
    Ok(state)
}

/// Returns the state of a copy that may not exist, without changes.
pub(super) async fn inspect(session: &mut Session, layout: &Layout) -> Result<Option<State>, Failure> {
    let transaction = session.client.transaction().await?;
    let existing = columns(&transaction, layout, &layout.relation).await?;
    if existing.is_empty() || columns(&transaction, layout, state::TABLES).await?.is_empty() {
        return Ok(None);
    }
    let state = state::read(transaction.client(), layout).await?;
    if state.is_some() {
        missing(layout, &existing)?;
    }
    Ok(state)
}

/// Creates the tables with the states, runs and rejects of the copies in a schema.
async fn create_state_tables(transaction: &Transaction<'_>, layout: &Layout) -> Result<(), Failure> {
    for (name, statements) in state::tables(layout) {
        let existing = columns(transaction, layout, name).await?;
        if existing.is_empty() {
            transaction.batch_execute(&statements).await?;
        } else if !existing.iter().any(|column| column.name == "table_name") {
            let message =
                format!("{}.{name} was not created by this program; choose another schema for the copy", layout.schema);
            return Err(Error::new(ErrorKind::Mismatch, message).into());
        }
    }
    Ok(())
}

async fn columns(transaction: &Transaction<'_>, layout: &Layout, relation: &str) -> Result<Vec<Existing>, Failure> {
    let statement = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), EXISTS (SELECT FROM pg_index AS i \
         WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) \
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid \
         WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped";
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
        [(&layout.schema, Type::NAME), (&relation, Type::NAME)];
    let rows = transaction.query_typed(statement, &parameters).await?;
    Ok(rows.iter().map(|row| Existing { name: row.get(0), kind: row.get(1), is_key: row.get(2) }).collect())
}

/// Returns the positions of the columns that a table does not have.
///
/// # Errors
///
/// [`ErrorKind::Mismatch`] if a column has another type, or the key has other columns.
fn missing(layout: &Layout, existing: &[Existing]) -> Result<Vec<usize>, Error> {
    let name = layout.display();
    let again = format!("or drop the copy with DROP TABLE {} and run again, which lists all rows", layout.table());
    let mismatch = |message: String| Error::new(ErrorKind::Mismatch, message);
    let find = |name: &str| existing.iter().find(|column| column.name == name);
    let mut missing = Vec::new();
    for (position, column) in layout.columns.iter().enumerate() {
        let expected = column.format.sql();
        match find(&column.name) {
            None => missing.push(position),
            Some(found) if found.kind != expected => {
                let (column, found) = (&column.name, &found.kind);
                let statement =
                    format!("ALTER TABLE {} ALTER COLUMN {} TYPE {expected}", layout.table(), quote(column));
                return Err(mismatch(format!(
                    "column {column} of {name} has the type {found}, but the table has {expected} now; convert it with \
                     {statement}, {again}"
                )));
            }
            Some(_) => {}
        }
    }
    let expected: BTreeSet<&str> = layout.key.iter().map(|key| layout.columns[*key].name.as_str()).collect();
    let found: BTreeSet<&str> =
        existing.iter().filter(|column| column.is_key).map(|column| column.name.as_str()).collect();
    if expected != found {
        let expected = layout.key_columns();
        return Err(mismatch(format!(
            "the primary key of {name} is not ({expected}), which identifies the rows now; change it, {again}"
        )));
    }
    if find(HASH).is_none_or(|column| column.kind != "bigint") {
        return Err(mismatch(format!("{name} has no column {HASH} of the type bigint; add it, {again}")));
    }
    Ok(missing)
}
