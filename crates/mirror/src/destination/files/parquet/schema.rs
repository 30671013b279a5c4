//! Columns of a Parquet file: types, encodings and descriptions.

use std::sync::Arc;

use keyfob_client::table::ColumnType;
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::{ColumnPath, Type};

use super::super::layout::Layout;
use crate::schema::Schema;

/// Key of the metadata with the name of the API and of the table.
const TABLE: &str = "keyfob.table";
/// Key of the metadata with the descriptions of the columns, as a JSON object by the name of the column.
const DESCRIPTIONS: &str = "keyfob.descriptions";
/// Digits of a decimal number, as many as fit into 16 bytes.
const PRECISION: i32 = 38;
/// Digits after the decimal point: [`ColumnType::Decimal`].
const SCALE: i32 = 9;
/// Rows of a page. A reader that filters by statistics of pages reads no less.
const ROWS_PER_PAGE: usize = 8192;
/// Size of a page before compression, in bytes.
const BYTES_PER_PAGE: usize = 512 * 1024;
/// Size of a dictionary, in bytes. The values of a column with a larger one are written without it.
const BYTES_PER_DICTIONARY: usize = 256 * 1024;

/// Returns the type of a file with these columns.
pub(super) fn file_type(layout: &Layout) -> Result<Arc<Type>> {
    let fields = layout.columns.iter().map(|column| column_type(&column.name, column.kind)).collect::<Result<_>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

fn column_type(name: &str, kind: ColumnType) -> Result<Arc<Type>> {
    let timestamp = |utc| Some(LogicalType::timestamp(utc, TimeUnit::MICROS));
    let (physical, logical) = match kind {
        ColumnType::Integer => (Physical::INT64, None),
        ColumnType::Double => (Physical::DOUBLE, None),
        ColumnType::Decimal => (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(SCALE, PRECISION))),
        ColumnType::Boolean => (Physical::BOOLEAN, None),
        ColumnType::Date => (Physical::INT32, Some(LogicalType::Date)),
        ColumnType::Timestamp => (Physical::INT64, timestamp(false)),
        ColumnType::TimestampTz => (Physical::INT64, timestamp(true)),
        ColumnType::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        _ => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let mut column =
        Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
    if kind == ColumnType::Decimal {
        // The converted type is for readers of format version 1.
        column = column
            .with_length(16)
            .with_precision(PRECISION)
            .with_scale(SCALE)
            .with_converted_type(ConvertedType::DECIMAL);
    }
    Ok(Arc::new(column.build()?))
}

/// Returns the settings of a file. `dictionary` has the names of the columns with a dictionary of their values.
pub(super) fn properties<'a>(dictionary: impl Iterator<Item = &'a str>) -> Arc<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("keyfob-mirror version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_write_batch_size(ROWS_PER_PAGE)
        .set_data_page_row_count_limit(ROWS_PER_PAGE)
        .set_data_page_size_limit(BYTES_PER_PAGE)
        .set_dictionary_page_size_limit(BYTES_PER_DICTIONARY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Page);
    for column in dictionary {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), true);
    }
    Arc::new(properties.build())
}

/// Returns the metadata of a file. Parquet has no description of a column.
pub(super) fn metadata(schema: &Schema) -> Vec<KeyValue> {
    let described = schema.columns().iter().filter(|column| !column.description.is_empty());
    let described = described.map(|column| (column.name.clone(), column.description.into()));
    let descriptions = serde_json::Value::Object(described.collect()).to_string();
    let table = format!("{}/{}", schema.api(), schema.name());
    vec![KeyValue::new(TABLE.to_owned(), table), KeyValue::new(DESCRIPTIONS.to_owned(), descriptions)]
}
