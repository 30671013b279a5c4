//! Writing of rows: prepared statements, without an allocation per row.

use keyfob_client::table::ColumnType;
use rusqlite::{Connection, Statement};

use super::sql::{list, quoted};
use super::text::{push_date, push_timestamp};
use crate::batch::{Batch, Value};
use crate::destination::text::push_decimal;
use crate::schema::{EXTRA, HASH, Schema};

/// SQL of the statements that write rows.
pub(super) struct Statements {
    upsert: String,
    delete: String,
    next_id: String,
}

/// Number of rows that were written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Upserted {
    pub(super) inserted: u64,
    pub(super) updated: u64,
}

impl Statements {
    pub(super) fn new(table: &str, schema: &Schema) -> Self {
        let table = quoted(table);
        let mut columns: Vec<String> = schema.columns().iter().map(|column| quoted(&column.name)).collect();
        let key: Vec<String> = schema.key().iter().map(|key| columns[*key].clone()).collect();
        if schema.has_extra() {
            columns.push(quoted(EXTRA));
        }
        let hash = quoted(HASH);
        columns.push(hash.clone());
        let changes = columns.iter().filter(|column| !key.contains(column));
        let changes = list(changes.map(|column| format!("{column} = excluded.{column}")));
        let parameters = list((1..=columns.len() + 1).map(|number| format!("?{number}")));
        let (columns, conflict) = (list(&columns), list(&key));
        let condition = key.iter().map(|column| format!("{column} = ?")).collect::<Vec<_>>().join(" AND ");
        Self {
            upsert: format!(
                "INSERT INTO {table} (rowid, {columns}) VALUES ({parameters}) ON CONFLICT ({conflict}) DO UPDATE SET \
                 {changes} WHERE {table}.{hash} IS NOT excluded.{hash}"
            ),
            delete: format!("DELETE FROM {table} WHERE {condition}"),
            next_id: format!("SELECT coalesce(max(rowid), 0) + 1 FROM {table}"),
        }
    }
}

/// Inserts the rows of a batch, and updates the existing rows whose hash differs.
pub(super) fn upsert(connection: &Connection, statements: &Statements, batch: &Batch) -> rusqlite::Result<Upserted> {
    let mut written = Upserted::default();
    if batch.keys().is_empty() {
        return Ok(written);
    }
    // Row ids are given, so that an insertion can be told from an update: the row inserted last has this id, and none
    // had it before, in any table.
    let next_id: i64 = connection.query_row(&statements.next_id, [], |row| row.get(0))?;
    let mut id = next_id.max(connection.last_insert_rowid() + 1);
    let mut statement = connection.prepare(&statements.upsert)?;
    let extra = batch.schema().has_extra().then(|| batch.extra());
    let mut text = String::new();
    for (row, hash) in batch.hashes().iter().enumerate() {
        statement.raw_bind_parameter(1, id)?;
        let mut parameter = 2;
        for column in batch.columns().iter().chain(extra) {
            bind(&mut statement, parameter, column.value(row), &mut text)?;
            parameter += 1;
        }
        statement.raw_bind_parameter(parameter, hash.cast_signed())?;
        if statement.raw_execute()? == 0 {
            continue;
        }
        if connection.last_insert_rowid() == id {
            written.inserted += 1;
            id += 1;
        } else {
            written.updated += 1;
        }
    }
    Ok(written)
}

/// Deletes the rows that the batch deletes. Returns the number of rows that existed.
pub(super) fn delete(connection: &Connection, statements: &Statements, batch: &Batch) -> rusqlite::Result<u64> {
    if batch.deleted_len() == 0 {
        return Ok(0);
    }
    let mut statement = connection.prepare(&statements.delete)?;
    let mut text = String::new();
    let mut deleted = 0;
    for row in 0..batch.deleted_len() {
        for (position, column) in batch.deleted().iter().enumerate() {
            bind(&mut statement, position + 1, column.value(row), &mut text)?;
        }
        deleted += statement.raw_execute()? as u64;
    }
    Ok(deleted)
}

/// Binds a value in its form in the database. `text` is overwritten.
fn bind(statement: &mut Statement<'_>, parameter: usize, value: Value<'_>, text: &mut String) -> rusqlite::Result<()> {
    text.clear();
    match value {
        Value::Null => return statement.raw_bind_parameter(parameter, rusqlite::types::Null),
        Value::Text(value) => return statement.raw_bind_parameter(parameter, value),
        Value::Integer(value) => return statement.raw_bind_parameter(parameter, value),
        Value::Double(value) => return statement.raw_bind_parameter(parameter, value),
        Value::Boolean(value) => return statement.raw_bind_parameter(parameter, value),
        Value::Decimal(value) => push_decimal(text, value),
        Value::Date(value) => push_date(text, value),
        Value::Timestamp(value) => push_timestamp(text, value),
    }
    statement.raw_bind_parameter(parameter, text.as_str())
}

/// Reads a value of a column in its form in the database.
pub(super) fn read(value: rusqlite::types::ValueRef<'_>, kind: ColumnType) -> rusqlite::Result<Value<'_>> {
    use rusqlite::types::ValueRef;

    use super::text::{parse_date, parse_decimal, parse_timestamp};

    let found = match (value, kind) {
        (ValueRef::Null, _) => Some(Value::Null),
        (ValueRef::Integer(value), ColumnType::Boolean) => Some(Value::Boolean(value != 0)),
        (ValueRef::Integer(value), ColumnType::Integer) => Some(Value::Integer(value)),
        (ValueRef::Real(value), ColumnType::Double) => Some(Value::Double(value)),
        (ValueRef::Text(_), ColumnType::Date) => parse_date(value.as_str()?).map(Value::Date),
        (ValueRef::Text(_), ColumnType::Timestamp | ColumnType::TimestampTz) => {
            parse_timestamp(value.as_str()?).map(Value::Timestamp)
        }
        (ValueRef::Text(_), ColumnType::Decimal) => parse_decimal(value.as_str()?).map(Value::Decimal),
        (ValueRef::Text(_), _) => Some(Value::Text(value.as_str()?)),
        _ => None,
    };
    found.ok_or_else(|| rusqlite::types::FromSqlError::InvalidType.into())
}
