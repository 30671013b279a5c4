//! Decoding of the columns of a row group.

use keyfob_client::table::ColumnType;
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{BoolType, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::RowGroupReader;

use crate::batch::ColumnData;
use crate::batch::column::Values;

/// Reads a column of a row group.
pub(super) fn read(group: &dyn RowGroupReader, column: usize, kind: ColumnType) -> Result<ColumnData> {
    let mut data = ColumnData::new(kind);
    let rows = usize::try_from(group.metadata().num_rows()).map_err(|_| corrupt())?;
    let valid = match &mut data.values {
        Values::Integer(values) | Values::Timestamp(values) => {
            read_values::<Int64Type, _>(group, column, rows, values, |value| Ok(*value))?
        }
        Values::Double(values) => read_values::<DoubleType, _>(group, column, rows, values, |value| Ok(*value))?,
        Values::Boolean(values) => read_values::<BoolType, _>(group, column, rows, values, |value| Ok(*value))?,
        Values::Date(values) => read_values::<Int32Type, _>(group, column, rows, values, |value| Ok(*value))?,
        Values::Decimal(values) => read_values::<FixedLenByteArrayType, _>(group, column, rows, values, |value| {
            Ok(i128::from_be_bytes(value.data().try_into().map_err(|_| corrupt())?))
        })?,
        Values::Text { bytes, ends } => {
            let (levels, texts) = read_column::<ByteArrayType>(group, column, rows)?;
            bytes.reserve(texts.iter().map(parquet::data_type::ByteArray::len).sum());
            let mut texts = texts.iter();
            for level in &levels {
                if *level == 1 {
                    bytes.extend_from_slice(texts.next().ok_or_else(corrupt)?.data());
                }
                ends.push(u32::try_from(bytes.len()).map_err(|_| corrupt())?);
            }
            let text = std::str::from_utf8(bytes).map_err(|_| corrupt())?;
            if !ends.iter().all(|end| text.is_char_boundary(*end as usize)) {
                return Err(corrupt());
            }
            levels.iter().map(|level| *level == 1).collect()
        }
    };
    data.valid = valid;
    Ok(data)
}

fn read_values<T: DataType, V: Default>(
    group: &dyn RowGroupReader,
    column: usize,
    rows: usize,
    values: &mut Vec<V>,
    convert: impl Fn(&T::T) -> Result<V>,
) -> Result<Vec<bool>> {
    let (levels, read) = read_column::<T>(group, column, rows)?;
    let mut read = read.iter();
    values.reserve(rows);
    for level in &levels {
        values.push(if *level == 1 { convert(read.next().ok_or_else(corrupt)?)? } else { V::default() });
    }
    Ok(levels.iter().map(|level| *level == 1).collect())
}

/// Reads the definition levels of all rows, and the values that are not null.
fn read_column<T: DataType>(group: &dyn RowGroupReader, column: usize, rows: usize) -> Result<(Vec<i16>, Vec<T::T>)> {
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(column)?);
    let (mut levels, mut values) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let (records, ..) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
    if records == rows { Ok((levels, values)) } else { Err(corrupt()) }
}

fn corrupt() -> ParquetError {
    ParquetError::General("a column does not have the values that its metadata describes".to_owned())
}
