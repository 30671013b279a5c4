//! Keys and hashes of the rows of a copy, read by a binary `COPY`.

use std::ops::Range;
use std::pin::pin;

use bytes::{Buf, BytesMut};
use futures_util::StreamExt;
use tokio_postgres::Client;

use super::encode::{COPY_HEADER, EPOCH_DAYS, EPOCH_MICROS};
use super::failure::Failure;
use super::format::Format;
use super::layout::{Layout, quote};
use crate::batch::{ColumnData, Value};
use crate::error::{Error, ErrorKind};
use crate::index::{HashedRow, RowIndex};
use crate::schema::{HASH, Schema};

/// Reads the hashes of all rows.
pub(super) async fn read_index(client: &Client, layout: &Layout) -> Result<RowIndex, Failure> {
    let (mut rows, mut buffer) = (Vec::new(), Vec::new());
    read(client, layout, |row| {
        rows.push(HashedRow::new(Schema::key_hash(row.key(), &mut buffer), row.hash()));
    })
    .await?;
    Ok(RowIndex::from_rows(rows))
}

/// Reads the keys of the rows that are unlisted in an index.
pub(super) async fn read_unlisted(
    client: &Client,
    layout: &Layout,
    index: &RowIndex,
) -> Result<Vec<ColumnData>, Failure> {
    let kinds = layout.key.iter().map(|key| layout.columns[*key].kind);
    let (mut unlisted, mut buffer): (Vec<ColumnData>, _) = (kinds.map(ColumnData::new).collect(), Vec::new());
    read(client, layout, |row| {
        if index.is_unlisted(Schema::key_hash(row.key(), &mut buffer)) {
            unlisted.iter_mut().zip(row.key()).for_each(|(column, value)| column.push(value));
        }
    })
    .await?;
    Ok(unlisted)
}

/// Calls a function with each row.
async fn read(client: &Client, layout: &Layout, mut function: impl FnMut(Row<'_>)) -> Result<(), Failure> {
    let statement = format!(
        "COPY (SELECT {}, {} FROM {}) TO STDOUT (FORMAT binary)",
        layout.key_columns(),
        quote(HASH),
        layout.table()
    );
    let formats: Vec<Format> = layout.key.iter().map(|key| layout.columns[*key].format).collect();
    let mut stream = pin!(client.copy_out(&statement).await?);
    let (mut buffer, mut fields, mut has_header) = (BytesMut::new(), Vec::new(), false);
    while let Some(chunk) = stream.next().await {
        buffer.extend_from_slice(&chunk?);
        if !has_header {
            if buffer.len() < COPY_HEADER.len() {
                continue;
            }
            buffer.advance(COPY_HEADER.len());
            has_header = true;
        }
        while let Some(len) = split(&buffer, &mut fields) {
            let Some((hash, key)) = fields.split_last().filter(|_| fields.len() == formats.len() + 1) else { break };
            let valid =
                key.iter().zip(&formats).all(|(field, format)| decode(*format, &buffer[field.clone()]).is_some());
            if !valid || hash.len() != 8 {
                let message = format!("the rows of {} cannot be read; drop the copy and run again", layout.display());
                return Err(Error::new(ErrorKind::Destination, message).into());
            }
            function(Row { bytes: &buffer, key, hash: hash.clone(), formats: &formats });
            buffer.advance(len);
        }
    }
    Ok(())
}

/// Finds the fields of the first row. Returns the size of the row; `None` if it is not complete, or the end.
fn split(bytes: &[u8], fields: &mut Vec<Range<usize>>) -> Option<usize> {
    fields.clear();
    let count = i16::from_be_bytes(*bytes.first_chunk()?);
    let mut position = 2;
    for _ in 0..count {
        let len = i32::from_be_bytes(*bytes.get(position..)?.first_chunk()?);
        position += 4;
        let end = position + usize::try_from(len).unwrap_or(0);
        bytes.get(position..end)?;
        fields.push(position..end);
        position = end;
    }
    (count > 0).then_some(position)
}

/// Key and hash of a row.
struct Row<'a> {
    bytes: &'a [u8],
    key: &'a [Range<usize>],
    hash: Range<usize>,
    formats: &'a [Format],
}

impl<'a> Row<'a> {
    fn key(&self) -> impl Iterator<Item = Value<'a>> {
        let bytes = self.bytes;
        let fields = self.key.iter().zip(self.formats);
        fields.map(move |(field, format)| decode(*format, &bytes[field.clone()]).unwrap_or(Value::Null))
    }

    fn hash(&self) -> u64 {
        self.bytes[self.hash.clone()].first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}

/// Decodes a value in the server's binary format.
fn decode(format: Format, bytes: &[u8]) -> Option<Value<'_>> {
    let integer = || bytes.first_chunk().map(|bytes| i64::from_be_bytes(*bytes));
    Some(match format {
        Format::Text => Value::Text(std::str::from_utf8(bytes).ok()?),
        Format::Json => Value::Text(std::str::from_utf8(bytes.get(1..)?).ok()?),
        Format::Integer => Value::Integer(integer()?),
        Format::Timestamp | Format::TimestampTz => Value::Timestamp(integer()?.checked_add(EPOCH_MICROS)?),
        Format::Double => Value::Double(f64::from_be_bytes(*bytes.first_chunk()?)),
        Format::Boolean => Value::Boolean(*bytes.first()? != 0),
        Format::Date => Value::Date(i32::from_be_bytes(*bytes.first_chunk()?).checked_add(EPOCH_DAYS)?),
        Format::Decimal => Value::Decimal(decimal(bytes)?),
    })
}

/// Decodes a decimal number into multiples of 10⁻⁹.
fn decimal(bytes: &[u8]) -> Option<i128> {
    let word = |position: usize| {
        bytes.get(2 * position..).and_then(|bytes| bytes.first_chunk()).map(|word| u16::from_be_bytes(*word))
    };
    let (count, weight, sign) = (word(0)?, word(1)?.cast_signed(), word(2)?);
    let mut value = 0_i128;
    for position in 0..count {
        let digit = i128::from(word(4 + usize::from(position))?);
        // A group stands for multiples of 10⁴ to the power of its weight, and the value has 9 digits after the point.
        let exponent = 4 * (i32::from(weight) - i32::from(position)) + 9;
        value = value.checked_add(match u32::try_from(exponent) {
            Ok(exponent) => digit.checked_mul(10_i128.checked_pow(exponent)?)?,
            Err(_) => digit / 10_i128.checked_pow(exponent.unsigned_abs())?,
        })?;
    }
    match sign {
        0 => Some(value),
        0x4000 => Some(-value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use keyfob_client::table::ColumnType;

    use super::super::encode::put_value;
    use super::*;

    #[track_caller]
    fn check(kind: ColumnType, value: Value<'_>) {
        let mut column = ColumnData::new(kind);
        column.push(value);
        let mut bytes = BytesMut::new();
        put_value(&mut bytes, &column, kind.into(), 0);
        assert_eq!(decode(kind.into(), &bytes[4..]), Some(value));
    }

    #[test]
    fn values_are_decoded_as_they_were_encoded() {
        check(ColumnType::Text, Value::Text("nøkkel"));
        check(ColumnType::Json, Value::Text("[1]"));
        check(ColumnType::Integer, Value::Integer(i64::MIN));
        check(ColumnType::Double, Value::Double(0.1));
        check(ColumnType::Boolean, Value::Boolean(true));
        check(ColumnType::Date, Value::Date(-800_000));
        check(ColumnType::Timestamp, Value::Timestamp(1));
        check(ColumnType::TimestampTz, Value::Timestamp(-62_135_596_800_000_001));
        for value in [0, 1, -1, 100_000, -7_500_000_000, 123_456_789, 10_i128.pow(38) - 1, 1 - 10_i128.pow(38)] {
            check(ColumnType::Decimal, Value::Decimal(value));
        }
    }

    #[test]
    fn rows_are_found_in_parts_of_a_response() {
        let row = [&[0, 2][..], &[0, 0, 0, 1], b"a", &[255; 4]].concat();
        let mut fields = Vec::new();
        for len in 0..row.len() {
            assert_eq!(split(&row[..len], &mut fields), None, "{len}");
        }
        assert_eq!(split(&row, &mut fields), Some(row.len()));
        assert_eq!(fields, [6..7, 11..11]);
        assert_eq!(split(&(-1_i16).to_be_bytes(), &mut fields), None, "the end is not a row");
    }
}
