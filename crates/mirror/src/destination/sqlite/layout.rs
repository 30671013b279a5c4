//! Tables of the copies: creation, additions of columns, and comparison with the schema.

use keyfob_client::table::ColumnType;
use rusqlite::{Connection, OptionalExtension};

use super::sql::{comment, list, quoted};
use crate::error::{Error, ErrorKind};
use crate::schema::{EXTRA, HASH, Schema};

/// A column of a table in the database.
pub(super) struct ExistingColumn {
    pub(super) name: String,
    kind: String,
    /// Position in the primary key, beginning with 1; 0 for other columns.
    key: usize,
}

/// Returns the declared type of a column.
///
/// `BIGINT` and not `INTEGER`: a primary key of one `INTEGER` column would be SQLite's row number, which is used to count
/// rows.
fn declared(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer => "BIGINT",
        ColumnType::Double => "REAL",
        ColumnType::Decimal => "DECIMAL TEXT",
        ColumnType::Boolean => "BOOLEAN",
        ColumnType::Date => "DATE",
        ColumnType::Timestamp => "TIMESTAMP",
        ColumnType::TimestampTz => "TIMESTAMP WITH TIME ZONE",
        ColumnType::Json => "JSON TEXT",
        _ => "TEXT",
    }
}

/// Returns name, declared type and description of the columns that a copy has.
fn columns(schema: &Schema) -> Vec<(&str, &'static str, String)> {
    let mut columns: Vec<_> = schema
        .columns()
        .iter()
        .map(|column| {
            let mut description = column.description.to_owned();
            if column.kind == ColumnType::TimestampTz {
                format!("{description} In UTC.").trim_start().clone_into(&mut description);
            }
            (column.name.as_str(), declared(column.kind), description)
        })
        .collect();
    if schema.has_extra() {
        let description = "Fields that the API's description does not name, as a JSON object.";
        columns.push((EXTRA, "JSON TEXT", description.to_owned()));
    }
    columns.push((HASH, "BIGINT", "Hash of the row as received.".to_owned()));
    columns
}

/// Creates the table of a copy.
pub(super) fn create(connection: &Connection, table: &str, schema: &Schema) -> rusqlite::Result<()> {
    let key: Vec<&str> = schema.key().iter().map(|key| schema.columns()[*key].name.as_str()).collect();
    let mut lines = String::new();
    for (name, kind, description) in columns(schema) {
        let not_null = if key.contains(&name) { " NOT NULL" } else { "" };
        lines.push_str(&format!("\n  {} {kind}{not_null}{},", quoted(name), comment(&description)));
    }
    let key = list(key.into_iter().map(quoted));
    let summary = format!("Copy of {} of the API {}.", schema.name(), schema.api());
    let sql = format!("CREATE TABLE {} ({}{lines}\n  PRIMARY KEY ({key})\n)", quoted(table), comment(&summary));
    connection.execute_batch(&sql)
}

/// Adds the columns that the table of a copy does not have.
pub(super) fn add_columns(
    connection: &Connection,
    table: &str,
    schema: &Schema,
    existing: &[ExistingColumn],
) -> rusqlite::Result<()> {
    for (name, kind, description) in columns(schema) {
        if !existing.iter().any(|column| column.name.eq_ignore_ascii_case(name)) {
            let (table, name, comment) = (quoted(table), quoted(name), comment(&description));
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {name} {kind}{comment}"))?;
        }
    }
    Ok(())
}

/// Reads the columns of a table; empty if there is no table of this name.
pub(super) fn existing(connection: &Connection, table: &str) -> rusqlite::Result<Vec<ExistingColumn>> {
    let mut statement = connection.prepare("SELECT name, type, pk FROM pragma_table_info(?1)")?;
    let columns = statement
        .query_map([table], |row| Ok(ExistingColumn { name: row.get(0)?, kind: row.get(1)?, key: row.get(2)? }))?;
    columns.collect()
}

/// Returns the type of the object of this name, such as `table` or `view`.
pub(super) fn object(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT type FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE";
    connection.query_row(sql, [name], |row| row.get(0)).optional()
}

/// Compares the table of a copy with the schema.
///
/// # Errors
///
/// [`ErrorKind::Mismatch`] if a column has another type or the primary key has other columns.
pub(super) fn check(table: &str, schema: &Schema, existing: &[ExistingColumn]) -> Result<(), Error> {
    let mismatch = |found: String| {
        let message = format!(
            "{found} (version {} of the description of {}); to copy the table again, run `DROP TABLE {}` or choose \
             another database or prefix",
            schema.table().version,
            schema.api(),
            quoted(table)
        );
        Err(Error::new(ErrorKind::Mismatch, message))
    };
    for (name, kind, _) in columns(schema) {
        if let Some(column) = existing.iter().find(|column| column.name.eq_ignore_ascii_case(name))
            && !column.kind.eq_ignore_ascii_case(kind)
        {
            return mismatch(format!("the column {name} of {table} is {} and must be {kind}", column.kind));
        }
    }
    let mut found: Vec<&ExistingColumn> = existing.iter().filter(|column| column.key > 0).collect();
    found.sort_by_key(|column| column.key);
    let found = list(found.into_iter().map(|column| column.name.as_str()));
    let expected = list(schema.key().iter().map(|key| schema.columns()[*key].name.as_str()));
    if !found.eq_ignore_ascii_case(&expected) {
        return mismatch(format!("the primary key of {table} is ({found}) and must be ({expected})"));
    }
    Ok(())
}
