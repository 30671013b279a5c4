//! Rows of NDJSON, CSV and Parquet files.

use std::fs::File;
use std::path::Path;

use chrono::{DateTime, NaiveDate};
use keyfob::client::table::ColumnType;
use keyfob_mirror::Schema;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use crate::cell::{Cell, Row, Rows};
use crate::truth::{key, kind};

/// Reads a file in the format of its extension; no rows if it does not exist.
pub(crate) fn read(schema: &Schema, path: &Path) -> Rows {
    if !path.exists() {
        return Rows::new();
    }
    let rows = match path.extension().and_then(|extension| extension.to_str()) {
        Some("ndjson") => ndjson(schema, path),
        Some("csv") => csv(schema, path),
        Some("parquet") => parquet(schema, path),
        other => panic!("no reader of {other:?}"),
    };
    let count = rows.len();
    let rows: Rows = rows.into_iter().map(|row| (key(schema, &row), row)).collect();
    assert_eq!(rows.len(), count, "a key occurs twice in {}", path.display());
    rows
}

fn kind_of(schema: &Schema, name: &str) -> ColumnType {
    kind(schema, name).unwrap_or_else(|| panic!("the file has the unknown column {name}"))
}

fn ndjson(schema: &Schema, path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let fields = row.as_object().unwrap().iter().filter(|(name, _)| !name.starts_with("_keyfob"));
        let cells = fields.map(|(name, value)| (name.clone(), Cell::from_json(kind_of(schema, name), value), value));
        let cells = cells.map(|(name, cell, value)| {
            assert!(cell.is_some() || value.is_null(), "{name}: {value}");
            (name, cell)
        });
        cells.filter_map(|(name, cell)| Some((name, cell?))).collect()
    });
    rows.collect()
}

/// Reads CSV, in which null and an empty text are the same.
fn csv(schema: &Schema, path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cells = header.iter().zip(record.iter());
        let cells = cells.filter(|(name, text)| !text.is_empty() && !name.starts_with("_keyfob"));
        let cells = cells.map(|(name, text)| {
            let cell = Cell::from_text(kind_of(schema, name), text);
            (name.to_owned(), cell.unwrap_or_else(|| panic!("{name}: {text}")))
        });
        cells.collect()
    });
    rows.collect()
}

fn parquet(schema: &Schema, path: &Path) -> Vec<Row> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        let cells = row.get_column_iter().filter(|(name, _)| !name.starts_with("_keyfob"));
        let cells = cells.map(|(name, field)| (name.clone(), field_cell(kind_of(schema, name), field)));
        cells.filter_map(|(name, cell)| Some((name, cell?))).collect()
    });
    rows.collect()
}

/// Converts a field, which must have the type of its column.
fn field_cell(kind: ColumnType, field: &Field) -> Option<Cell> {
    let epoch = NaiveDate::default();
    Some(match (kind, field) {
        (_, Field::Null) => return None,
        (ColumnType::Text, Field::Str(text)) => Cell::Text(text.clone()),
        (ColumnType::Json, Field::Str(text)) => Cell::from_text(kind, text)?,
        (ColumnType::Json, Field::Bytes(bytes)) => Cell::from_text(kind, bytes.as_utf8().ok()?)?,
        (ColumnType::Integer, Field::Long(value)) => Cell::Integer(*value),
        (ColumnType::Double, Field::Double(value)) => Cell::Double(*value),
        (ColumnType::Boolean, Field::Bool(value)) => Cell::Boolean(*value),
        (ColumnType::Date, Field::Date(days)) => Cell::Date(epoch + chrono::Days::new(u64::try_from(*days).ok()?)),
        (ColumnType::Timestamp, Field::TimestampMicros(value)) => {
            Cell::Timestamp(DateTime::from_timestamp_micros(*value)?.naive_utc())
        }
        (ColumnType::TimestampTz, Field::TimestampMicros(value)) => {
            Cell::Instant(DateTime::from_timestamp_micros(*value)?)
        }
        (kind, field) => panic!("a column of type {kind:?} contains {field:?}"),
    })
}
