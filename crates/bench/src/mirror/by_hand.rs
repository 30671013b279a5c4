//! The same copy by hand: a loop with reqwest, a struct that derives `Deserialize`, and a writer per destination.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use chrono::{DateTime, NaiveDateTime, Utc};
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::record::RecordWriter as _;
use parquet_derive::ParquetRecordWriter;
use rusqlite::types::Value;
use rusqlite::{Connection, Statement, params_from_iter};
use serde::{Deserialize, Deserializer};
use tokio_postgres::types::{ToSql, Type};

use super::ours::SQLITE_TABLE;

mod postgres;

pub(super) use postgres::copy as postgres;

/// A value of a column.
trait Column: ToSql + Sync {
    /// Type of the column in `PostgreSQL`.
    const TYPE: Type;

    /// Binds the value to a parameter of a statement of `SQLite`.
    fn bind(&self, statement: &mut Statement<'_>, position: usize) -> rusqlite::Result<()>;
}

impl Column for String {
    const TYPE: Type = Type::TEXT;

    fn bind(&self, statement: &mut Statement<'_>, position: usize) -> rusqlite::Result<()> {
        statement.raw_bind_parameter(position, self.as_str())
    }
}

impl Column for f64 {
    const TYPE: Type = Type::FLOAT8;

    fn bind(&self, statement: &mut Statement<'_>, position: usize) -> rusqlite::Result<()> {
        statement.raw_bind_parameter(position, self)
    }
}

impl Column for bool {
    const TYPE: Type = Type::BOOL;

    fn bind(&self, statement: &mut Statement<'_>, position: usize) -> rusqlite::Result<()> {
        statement.raw_bind_parameter(position, self)
    }
}

impl Column for NaiveDateTime {
    const TYPE: Type = Type::TIMESTAMP;

    fn bind(&self, statement: &mut Statement<'_>, position: usize) -> rusqlite::Result<()> {
        statement.raw_bind_parameter(position, self.to_string())
    }
}

impl<T: Column> Column for Option<T> {
    const TYPE: Type = T::TYPE;

    fn bind(&self, statement: &mut Statement<'_>, position: usize) -> rusqlite::Result<()> {
        match self {
            Some(value) => value.bind(statement, position),
            None => statement.raw_bind_parameter(position, rusqlite::types::Null),
        }
    }
}

/// Declares the row with its columns, all of which are optional but the id.
macro_rules! row {
    ($($(#[$attribute:meta])* $name:ident: $kind:ident,)*) => {
        /// A time registration.
        #[derive(Default, Deserialize, ParquetRecordWriter)]
        #[serde(rename_all = "camelCase", default)]
        struct Row {
            id: String,
            $($(#[$attribute])* $name: Option<$kind>,)*
        }

        /// Names of the columns.
        const NAMES: &[&str] = &["id", $(stringify!($name)),*];

        impl Row {
            /// Binds the values in the order of [`NAMES`].
            fn bind(&self, statement: &mut Statement<'_>) -> rusqlite::Result<()> {
                self.id.bind(statement, 1)?;
                let mut position = 1;
                $(
                    position += 1;
                    self.$name.bind(statement, position)?;
                )*
                debug_assert_eq!(position, NAMES.len());
                Ok(())
            }

            /// Returns the types of the columns in `PostgreSQL`.
            fn types() -> Vec<Type> {
                vec![String::TYPE, $($kind::TYPE),*]
            }

            /// Returns the values in the order of [`NAMES`].
            fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
                vec![&self.id, $(&self.$name),*]
            }
        }
    };
}

row! {
    work_date: NaiveDateTime, start_date_time: NaiveDateTime, stop_date_time: NaiveDateTime, created_date_time:
    NaiveDateTime, #[serde(deserialize_with = "utc")] modified_date_time: NaiveDateTime, is_deleted: bool, deleted_date_time: NaiveDateTime, qty:
    f64, unit_name: String, unit_qty: f64, unit_price: f64, price: f64, amount: f64, cost_price_base: f64,
    cost_price_man: f64, cost_price_machine: f64, cost_amount: f64, cost_amount_man: f64, cost_amount_machine:
    f64, break_qty: f64, description: String, description_internal: String, approved: bool, approved_by_name:
    String, approved_date_time: NaiveDateTime, payroll_approved: bool, payroll_approved_date_time:
    NaiveDateTime, locked: bool, locked_by_name: String, locked_date_time: NaiveDateTime, invoiced: bool,
    project_id: String, project_number: String, project_name: String, project_external_number: String,
    project_company_id: String, project_company_name: String, project_leader_name: String,
    project_main_foreman_name: String, task_id: String, task_name: String, task_name_long: String,
    task_wbs_number: String, task_chapter_id: String, task_piece_work_id: String, resource_id: String,
    resource_number: String, resource_name: String, resource_type_name: String, primary_resource_name: String,
    machine_emission_class: String, user_id: String, user_name: String, user_employee_number: String,
    user_company_name: String, user_company_org_nr: String, user_work_title: String,
    user_work_shift_setting_name: String,
}

/// Decodes the only time that the service sends with its zone.
fn utc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDateTime>, D::Error> {
    Ok(Option::<DateTime<Utc>>::deserialize(deserializer)?.map(|time| time.naive_utc()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    data: Vec<Row>,
    continuation_token: Option<String>,
}

/// A listing of all rows.
struct Pages<'a> {
    client: reqwest::Client,
    base: &'a str,
    token: &'a str,
    cursor: Option<String>,
    ended: bool,
}

fn pages<'a>(base: &'a str, token: &'a str) -> Result<Pages<'a>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    Ok(Pages { client, base, token, cursor: None, ended: false })
}

impl Pages<'_> {
    /// Returns the rows of the next page; `None` after the last.
    async fn next(&mut self) -> Result<Option<Vec<Row>>> {
        if self.ended {
            return Ok(None);
        }
        let request = self.client.get(format!("{}/v1/time-registrations", self.base)).bearer_auth(self.token);
        let mut request = request.query(&[("ChunkLimit", "5000")]);
        if let Some(cursor) = &self.cursor {
            request = request.query(&[("ContinuationToken", cursor)]);
        }
        let body = request.send().await?.error_for_status()?.bytes().await?;
        let page: Page = serde_json::from_slice(&body)?;
        self.ended = page.continuation_token.is_none();
        self.cursor = page.continuation_token;
        Ok(Some(page.data))
    }
}

/// Writes all rows to a Parquet file, a row group for each page.
pub(super) async fn parquet(base: &str, token: &str, file: &Path) -> Result<()> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let schema = [Row::default()].as_slice().schema()?;
    let mut writer = SerializedFileWriter::new(File::create(file)?, schema, Arc::new(properties))?;
    let mut pages = pages(base, token)?;
    while let Some(rows) = pages.next().await? {
        let mut group = writer.next_row_group()?;
        rows.as_slice().write_to_row_group(&mut group)?;
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

/// Inserts all rows into a new table of an `SQLite` database, in one transaction.
pub(super) async fn sqlite(base: &str, token: &str, file: &Path) -> Result<()> {
    let mut database = Connection::open(file)?;
    let transaction = database.transaction()?;
    transaction.execute_batch(&format!("create table rows (\"{}\", primary key (id))", NAMES.join("\", \"")))?;
    let values = vec!["?"; NAMES.len()].join(", ");
    let mut insert = transaction.prepare(&format!("insert into rows values ({values})"))?;
    let mut pages = pages(base, token)?;
    while let Some(rows) = pages.next().await? {
        for row in &rows {
            row.bind(&mut insert)?;
            insert.raw_execute()?;
        }
    }
    drop(insert);
    transaction.commit()?;
    Ok(())
}

/// Inserts the rows of a copy into a new database with a prepared statement, in one transaction, and returns the time
/// without reading the copy.
pub(super) fn insert(from: &Path, to: &Path) -> Result<Duration> {
    let source = Connection::open(from)?;
    let mut select = source.prepare(&format!("select * from {SQLITE_TABLE}"))?;
    let columns = select.column_count();
    let names: Vec<String> = select.column_names().into_iter().map(|name| format!("\"{name}\"")).collect();
    let mut rows = select.query([])?;
    let mut time = Duration::ZERO;
    let mut database = Connection::open(to)?;
    let transaction = database.transaction()?;
    transaction.execute_batch(&format!("create table rows ({}, primary key (id)) without rowid", names.join(", ")))?;
    let mut insert = transaction.prepare(&format!("insert into rows values ({})", vec!["?"; columns].join(", ")))?;
    loop {
        let mut batch = Vec::new();
        while let Some(row) = if batch.len() < 10_000 { rows.next()? } else { None } {
            batch.push((0..columns).map(|column| row.get::<_, Value>(column)).collect::<Result<Vec<_>, _>>()?);
        }
        let start = Instant::now();
        for row in &batch {
            insert.execute(params_from_iter(row))?;
        }
        if batch.is_empty() {
            drop(insert);
            transaction.commit()?;
            return Ok(time + start.elapsed());
        }
        time += start.elapsed();
    }
}
