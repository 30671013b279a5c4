//! Encoding of rows as row groups.

use std::collections::HashSet;
use std::ops::Range;

use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};

use super::super::layout::{Layout, Rows};
use super::schema;
use crate::batch::column::Values;
use crate::batch::{ColumnData, Value};

/// Texts that are handed to the crate at once. Each takes 40 bytes there, so that they stay in the processor's cache.
const TEXTS_AT_ONCE: usize = 1024;
/// Values by which [`repeats`] decides.
const SAMPLE: usize = 2000;

/// Rows of a row group. Readers work on row groups in parallel, and a changed row causes its row group to be written again.
pub(super) const ROWS_PER_GROUP: usize = 65_536;
/// Size in memory of the rows of a row group, in bytes.
pub(super) const BYTES_PER_GROUP: usize = 24 * 1024 * 1024;

/// Writes a file with these rows, which have the columns of the layout.
pub(super) fn write_file(layout: &Layout, rows: &[Rows], out: &mut Vec<u8>) -> Result<()> {
    let len: usize = rows.iter().map(|rows| rows.len).sum();
    let size: usize = rows.iter().flat_map(|rows| &rows.columns).map(ColumnData::size).sum();
    // Row groups of the same size, of which none is small.
    let groups = (len / ROWS_PER_GROUP).max(size / BYTES_PER_GROUP).clamp(1, len.max(1));
    let dictionary = layout.columns.iter().zip(0..).filter_map(|(column, position)| {
        let first = rows.iter().map(|rows| &rows.columns[position]).find(|column| !column.is_empty())?;
        repeats(first).then_some(column.name.as_str())
    });
    let properties = schema::properties(dictionary);
    let mut file = SerializedFileWriter::new(out, schema::file_type(layout)?, properties)?;
    let mut buffers = Buffers::default();
    for group in 0..groups {
        let range = len * group / groups..len * (group + 1) / groups;
        let mut row_group = file.next_row_group()?;
        for column in 0..layout.columns.len() {
            let mut writer = row_group.next_column()?.ok_or_else(column_missing)?;
            let mut first = 0;
            for Rows { columns, len } in rows {
                let part = range.start.max(first)..range.end.min(first + len);
                if !part.is_empty() {
                    write(&mut writer, &columns[column], part.start - first..part.end - first, &mut buffers)?;
                }
                first += len;
            }
            writer.close()?;
        }
        row_group.close()?;
    }
    file.close().map(drop)
}

/// Buffers that are reused from column to column.
#[derive(Default)]
pub(super) struct Buffers {
    levels: Vec<i16>,
    texts: Vec<ByteArray>,
}

/// Writes the values of these rows.
fn write(
    writer: &mut SerializedColumnWriter<'_>,
    column: &ColumnData,
    rows: Range<usize>,
    buffers: &mut Buffers,
) -> Result<()> {
    let valid = &column.valid[rows.clone()];
    buffers.levels.clear();
    buffers.levels.extend(valid.iter().map(|valid| i16::from(*valid)));
    let levels = &buffers.levels;
    match &column.values {
        Values::Text { bytes, ends } => write_texts(writer, bytes, ends, rows, valid, buffers),
        Values::Integer(values) | Values::Timestamp(values) => {
            write_values::<Int64Type>(writer, &values[rows], valid, levels)
        }
        Values::Double(values) => write_values::<DoubleType>(writer, &values[rows], valid, levels),
        Values::Boolean(values) => write_values::<BoolType>(writer, &values[rows], valid, levels),
        Values::Date(values) => write_values::<Int32Type>(writer, &values[rows], valid, levels),
        Values::Decimal(values) => {
            // One allocation for all values.
            let bytes: Vec<u8> = values[rows.clone()].iter().flat_map(|value| value.to_be_bytes()).collect();
            let bytes = ByteArray::from(bytes);
            let valid = valid.iter().enumerate().filter(|(_, valid)| **valid);
            let values: Vec<_> = valid.map(|(row, _)| bytes.slice(16 * row, 16).into()).collect();
            writer.typed::<FixedLenByteArrayType>().write_batch(&values, Some(levels), None).map(drop)
        }
    }
}

fn write_values<T: DataType>(
    writer: &mut SerializedColumnWriter<'_>,
    values: &[T::T],
    valid: &[bool],
    levels: &[i16],
) -> Result<()>
where
    T::T: Copy,
{
    let writer = writer.typed::<T>();
    if valid.iter().all(|valid| *valid) {
        writer.write_batch(values, Some(levels), None)?;
    } else {
        let values: Vec<T::T> =
            values.iter().zip(valid).filter(|(_, valid)| **valid).map(|(value, _)| *value).collect();
        writer.write_batch(&values, Some(levels), None)?;
    }
    Ok(())
}

fn write_texts(
    writer: &mut SerializedColumnWriter<'_>,
    bytes: &[u8],
    ends: &[u32],
    rows: Range<usize>,
    valid: &[bool],
    buffers: &mut Buffers,
) -> Result<()> {
    let Buffers { levels, texts } = buffers;
    let writer = writer.typed::<ByteArrayType>();
    let mut start = if rows.start == 0 { 0 } else { ends[rows.start - 1] as usize };
    let chunks = ends[rows].chunks(TEXTS_AT_ONCE).zip(valid.chunks(TEXTS_AT_ONCE)).zip(levels.chunks(TEXTS_AT_ONCE));
    for ((ends, valid), levels) in chunks {
        let offset = start;
        let end = ends.last().map_or(start, |end| *end as usize);
        // One allocation for all texts, of which each is a slice.
        let shared = ByteArray::from(bytes[offset..end].to_vec());
        texts.clear();
        for (end, valid) in ends.iter().zip(valid) {
            let end = *end as usize;
            if *valid {
                texts.push(shared.slice(start - offset, end - start));
            }
            start = end;
        }
        writer.write_batch(texts, Some(levels), None)?;
    }
    texts.clear();
    Ok(())
}

/// Returns `true` if the values of a column repeat, so that a dictionary makes them smaller, by its first values.
fn repeats(column: &ColumnData) -> bool {
    let mut distinct = HashSet::new();
    let mut count = 0_usize;
    for row in (0..column.len()).filter(|row| column.valid[*row]).take(SAMPLE) {
        distinct.insert(match column.value(row) {
            Value::Text(text) => text.as_bytes().to_vec(),
            Value::Integer(value) | Value::Timestamp(value) => value.to_le_bytes().to_vec(),
            Value::Double(value) => value.to_bits().to_le_bytes().to_vec(),
            Value::Decimal(value) => value.to_le_bytes().to_vec(),
            Value::Date(value) => value.to_le_bytes().to_vec(),
            // The format has no dictionary of booleans.
            Value::Boolean(_) | Value::Null => return false,
        });
        count += 1;
    }
    distinct.len() <= count / 2
}

fn column_missing() -> ParquetError {
    ParquetError::General("the file has fewer columns than the table".to_owned())
}
