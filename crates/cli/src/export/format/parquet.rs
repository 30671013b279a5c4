//! Parquet: one column for each field, all of them optional, compressed with Snappy.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;
use serde_json::{Map, Value};

use super::{Row, Writer};
use crate::export::columns::{Column, Kind, text};

/// So many rows are in memory, and in one group of the file.
const GROUP: usize = 20_000;

struct Groups {
    columns: Vec<Column>,
    rows: Vec<Map<String, Value>>,
    writer: SerializedFileWriter<File>,
}

pub(super) fn create(path: &Path, columns: Vec<Column>) -> anyhow::Result<Box<dyn Writer>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
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
        self.rows.push(row.members()?);
        if self.rows.len() == GROUP { self.group() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.group()?;
        self.writer.close()?;
        Ok(())
    }
}

impl Groups {
    fn group(&mut self) -> anyhow::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &self.columns {
            let mut writer = group.next_column()?.context("the schema has as many columns")?;
            let cells = rows.iter().map(|row| row.get(&column.name).unwrap_or(&Value::Null));
            match column.kind {
                Kind::Text => {
                    let texts = rows.iter().map(|row| text(row, &column.name).map(|text| text.into_bytes().into()));
                    put::<ByteArrayType>(&mut writer, texts.collect::<Vec<Option<ByteArray>>>())?;
                }
                Kind::Integer => put::<Int64Type>(&mut writer, cells.map(Value::as_i64).collect())?,
                Kind::Number => put::<DoubleType>(&mut writer, cells.map(Value::as_f64).collect())?,
                Kind::Boolean => put::<BoolType>(&mut writer, cells.map(Value::as_bool).collect())?,
            }
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }
}

fn put<T: DataType>(writer: &mut SerializedColumnWriter<'_>, cells: Vec<Option<T::T>>) -> anyhow::Result<()> {
    let there: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    writer.typed::<T>().write_batch(&values, Some(&there), None)?;
    Ok(())
}

pub(super) fn names(path: &Path) -> anyhow::Result<Vec<String>> {
    let reader = open(path)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    Ok(schema.columns().iter().map(|column| column.name().to_owned()).collect())
}

pub(super) fn rows(path: &Path, give: &mut dyn FnMut(Row) -> anyhow::Result<()>) -> anyhow::Result<()> {
    for row in RowIter::from_file_into(Box::new(open(path)?)) {
        let cells = row?.into_columns().into_iter();
        let members = cells.filter_map(|(name, cell)| Some((name, value(cell)?)));
        give(Row::Members(members.collect()))?;
    }
    Ok(())
}

/// What [`schema`] knows; nothing else was written.
fn value(cell: Field) -> Option<Value> {
    match cell {
        Field::Str(text) => Some(text.into()),
        Field::Long(number) => Some(number.into()),
        Field::Double(number) => Some(number.into()),
        Field::Bool(flag) => Some(flag.into()),
        _ => None,
    }
}

fn open(path: &Path) -> anyhow::Result<SerializedFileReader<File>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    SerializedFileReader::new(file).with_context(|| format!("{} is not Parquet any more", path.display()))
}
