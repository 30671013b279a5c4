//! Parquet: one optional column per field, compressed with Snappy.

use std::sync::Arc;

use anyhow::Context;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::SerializedFileReader;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;
use serde_json::{Map, Value};

use super::{Row, Writer};
use crate::export::columns::{Column, Kind, REJECTS, text};
use crate::export::output::{HashedFile, HashedInput};

/// Rows per row group. One group is buffered in memory.
const ROWS_PER_GROUP: usize = 20_000;

struct Groups {
    columns: Vec<Column>,
    rows: Vec<Map<String, Value>>,
    writer: SerializedFileWriter<HashedFile>,
}

pub(super) fn writer(file: HashedFile, columns: Vec<Column>) -> anyhow::Result<Box<dyn Writer>> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let writer = SerializedFileWriter::new(file, Arc::new(schema(&columns)?), Arc::new(properties))?;
    Ok(Box::new(Groups { columns, rows: Vec::new(), writer }))
}

fn schema(columns: &[Column]) -> anyhow::Result<Type> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Boolean => (Physical::BOOLEAN, None),
        };
        let field = Type::primitive_type_builder(&column.name, physical).with_repetition(Repetition::OPTIONAL);
        field.with_logical_type(logical).build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    Ok(Type::group_type_builder("schema").with_fields(fields).build()?)
}

impl Writer for Groups {
    fn write(&mut self, row: &Row) -> anyhow::Result<()> {
        let mut members = row.members()?;
        let rejects: Map<String, Value> = self.columns.iter().filter_map(|column| rejected(column, &members)).collect();
        if !rejects.is_empty() {
            members.insert(REJECTS.to_owned(), Value::Object(rejects).to_string().into());
        }
        self.rows.push(members);
        if self.rows.len() == ROWS_PER_GROUP { self.write_group() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<HashedFile> {
        self.write_group()?;
        Ok(self.writer.into_inner()?)
    }
}

impl Groups {
    fn write_group(&mut self) -> anyhow::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &self.columns {
            let mut writer = group.next_column()?.context("the Parquet schema has fewer columns than the table")?;
            let cells = rows.iter().map(|row| row.get(&column.name).unwrap_or(&Value::Null));
            match column.kind {
                Kind::Text => {
                    let texts = rows.iter().map(|row| text(row, &column.name).map(|text| text.into_bytes().into()));
                    write_column::<ByteArrayType>(&mut writer, texts.collect::<Vec<Option<ByteArray>>>())?;
                }
                Kind::Integer => write_column::<Int64Type>(&mut writer, cells.map(Value::as_i64).collect())?,
                Kind::Number => write_column::<DoubleType>(&mut writer, cells.map(Value::as_f64).collect())?,
                Kind::Boolean => write_column::<BoolType>(&mut writer, cells.map(Value::as_bool).collect())?,
            }
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }
}

/// Returns the name and value of a cell that does not have the type of its column.
fn rejected(column: &Column, row: &Map<String, Value>) -> Option<(String, Value)> {
    let value = row.get(&column.name).filter(|value| !column.kind.accepts(value))?;
    Some((column.name.clone(), value.clone()))
}

fn write_column<T: DataType>(writer: &mut SerializedColumnWriter<'_>, cells: Vec<Option<T::T>>) -> anyhow::Result<()> {
    let definition_levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    writer.typed::<T>().write_batch(&values, Some(&definition_levels), None)?;
    Ok(())
}

pub(super) fn rows(input: &HashedInput, visit: &mut dyn FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let unreadable = || input.unreadable();
    let file = input.file().try_clone().with_context(unreadable)?;
    for row in RowIter::from_file_into(Box::new(SerializedFileReader::new(file).with_context(unreadable)?)) {
        let cells = row.with_context(unreadable)?.into_columns().into_iter();
        let members = cells.filter_map(|(name, cell)| Some((name, value(cell)?)));
        visit(Row::Members(members.collect()))?;
    }
    Ok(())
}

/// Converts a cell of one of the types in [`schema`].
fn value(cell: Field) -> Option<Value> {
    match cell {
        Field::Str(text) => Some(text.into()),
        Field::Long(number) => Some(number.into()),
        Field::Double(number) => Some(number.into()),
        Field::Bool(flag) => Some(flag.into()),
        _ => None,
    }
}
