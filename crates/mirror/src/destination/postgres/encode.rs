//! PostgreSQL's binary format: values, rows of `COPY`, and arrays.

use std::error::Error;
use std::ops::Range;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::format::Format;
use crate::batch::{ColumnData, Values};

/// Beginning of a binary `COPY`: signature, flags, and length of the header's extension.
pub(super) const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// End of a binary `COPY`.
pub(super) const COPY_TRAILER: i16 = -1;
/// Days from 1970-01-01 to 2000-01-01, with which PostgreSQL's dates begin.
pub(super) const EPOCH_DAYS: i32 = 10_957;
/// Microseconds from 1970-01-01 to 2000-01-01.
pub(super) const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// Multiples of 10⁻⁹ in 1.
const NANO: u64 = 1_000_000_000;

/// Appends the length of a value and the value.
pub(super) fn put_value(out: &mut BytesMut, column: &ColumnData, format: Format, row: usize) {
    if !column.valid[row] {
        out.put_i32(-1);
        return;
    }
    match &column.values {
        Values::Text { bytes, ends } => {
            let start = if row == 0 { 0 } else { ends[row - 1] as usize };
            let text = &bytes[start..ends[row] as usize];
            let version = usize::from(format == Format::Json);
            put_len(out, text.len() + version);
            if version == 1 {
                out.put_u8(1);
            }
            out.put_slice(text);
        }
        Values::Integer(values) => put_i64(out, values[row]),
        Values::Timestamp(values) => put_i64(out, values[row].saturating_sub(EPOCH_MICROS)),
        Values::Double(values) => {
            out.put_i32(8);
            out.put_f64(values[row]);
        }
        Values::Decimal(values) => put_numeric(out, values[row]),
        Values::Boolean(values) => {
            out.put_i32(1);
            out.put_u8(values[row].into());
        }
        Values::Date(values) => {
            out.put_i32(4);
            out.put_i32(values[row].saturating_sub(EPOCH_DAYS));
        }
    }
}

/// Appends the length of an integer and the integer.
pub(super) fn put_i64(out: &mut BytesMut, value: i64) {
    out.put_i32(8);
    out.put_i64(value);
}

/// Appends a decimal number: groups of four decimal digits with the position of the first one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "remainders are less than their divisor, and positions less than 12"
)]
fn put_numeric(out: &mut BytesMut, value: i128) {
    // Eight groups before the decimal point, for 30 digits; three after it.
    let mut groups = [0_u16; 11];
    let magnitude = value.unsigned_abs();
    // Most numbers have 64 bits, whose division is faster.
    let (mut whole, mut fraction) = match u64::try_from(magnitude) {
        Ok(magnitude) => (u128::from(magnitude / NANO), magnitude % NANO * 1_000),
        Err(_) => (magnitude / u128::from(NANO), (magnitude % u128::from(NANO)) as u64 * 1_000),
    };
    for position in (8..11).rev() {
        groups[position] = (fraction % 10_000) as u16;
        fraction /= 10_000;
    }
    let mut position = 8;
    while u64::try_from(whole).is_err() {
        position -= 1;
        groups[position] = (whole % 10_000) as u16;
        whole /= 10_000;
    }
    let mut whole = whole as u64;
    while whole > 0 {
        position -= 1;
        groups[position] = (whole % 10_000) as u16;
        whole /= 10_000;
    }
    let start = groups.iter().position(|group| *group != 0).unwrap_or(8);
    let end = groups.iter().rposition(|group| *group != 0).map_or(start, |last| last + 1);
    let digits = &groups[start..end];
    put_len(out, 8 + 2 * digits.len());
    out.put_i16(digits.len() as i16);
    out.put_i16(if digits.is_empty() { 0 } else { 7 - start as i16 });
    out.put_u16(if value < 0 { 0x4000 } else { 0 });
    out.put_i16(9);
    for digit in digits {
        out.put_u16(*digit);
    }
}

fn put_len(out: &mut BytesMut, len: usize) {
    out.put_i32(i32::try_from(len).expect("values longer than the server's limit are rejected"));
}

/// A range of a column's values as a parameter of a statement: an array.
#[derive(Debug)]
pub(super) struct Array<'a> {
    pub(super) column: &'a ColumnData,
    pub(super) format: Format,
    pub(super) rows: Range<usize>,
}

impl ToSql for Array<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let nulls = self.column.valid[self.rows.clone()].iter().any(|valid| !valid);
        out.put_i32(1);
        out.put_i32(nulls.into());
        out.put_u32(self.format.element().oid());
        out.put_i32(i32::try_from(self.rows.len())?);
        out.put_i32(1);
        for row in self.rows.clone() {
            put_value(out, self.column, self.format, row);
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use keyfob_client::table::ColumnType;

    use super::*;
    use crate::batch::Value;

    #[track_caller]
    fn check(kind: ColumnType, value: Value<'_>, expected: &[u8]) {
        let mut column = ColumnData::new(kind);
        column.push(value);
        let mut out = BytesMut::new();
        put_value(&mut out, &column, kind.into(), 0);
        let (len, bytes) = out.split_at(4);
        let len = i32::from_be_bytes(len.try_into().unwrap());
        assert_eq!(bytes, expected);
        assert_eq!(usize::try_from(len).ok(), (value != Value::Null).then_some(expected.len()), "{value:?}");
    }

    #[test]
    fn values_have_the_servers_binary_format() {
        check(ColumnType::Text, Value::Text("ø"), "ø".as_bytes());
        check(ColumnType::Text, Value::Text(""), b"");
        check(ColumnType::Text, Value::Null, b"");
        check(ColumnType::Json, Value::Text("{}"), b"\x01{}");
        check(ColumnType::Integer, Value::Integer(-2), &(-2_i64).to_be_bytes());
        check(ColumnType::Double, Value::Double(-0.5), &(-0.5_f64).to_be_bytes());
        check(ColumnType::Boolean, Value::Boolean(true), &[1]);
        check(ColumnType::Boolean, Value::Boolean(false), &[0]);
        check(ColumnType::Date, Value::Null, b"");
    }

    #[test]
    fn days_and_times_count_from_the_year_2000() {
        check(ColumnType::Date, Value::Date(0), &(-10_957_i32).to_be_bytes());
        check(ColumnType::Date, Value::Date(10_957), &[0; 4]);
        check(ColumnType::Date, Value::Date(-719_528), &(-730_485_i32).to_be_bytes());
        check(ColumnType::Timestamp, Value::Timestamp(946_684_800_000_001), &1_i64.to_be_bytes());
        check(ColumnType::TimestampTz, Value::Timestamp(-1), &(-946_684_800_000_001_i64).to_be_bytes());
    }

    #[track_caller]
    fn check_numeric(value: i128, weight: i16, sign: u16, digits: &[u16]) {
        let mut expected = Vec::new();
        expected.extend_from_slice(&i16::try_from(digits.len()).unwrap().to_be_bytes());
        expected.extend_from_slice(&weight.to_be_bytes());
        expected.extend_from_slice(&sign.to_be_bytes());
        expected.extend_from_slice(&9_i16.to_be_bytes());
        expected.extend(digits.iter().flat_map(|digit| digit.to_be_bytes()));
        check(ColumnType::Decimal, Value::Decimal(value), &expected);
    }

    #[test]
    fn decimal_numbers_are_groups_of_four_digits() {
        check_numeric(0, 0, 0, &[]);
        check_numeric(1_000_000_000, 0, 0, &[1]);
        check_numeric(-7_500_000_000, 0, 0x4000, &[7, 5_000]);
        check_numeric(1, -3, 0, &[1_000]);
        check_numeric(100_000, -1, 0, &[1]);
        check_numeric(123_456_789, -1, 0, &[1_234, 5_678, 9_000]);
        check_numeric(10_000_000_000_000, 1, 0, &[1]);
        check_numeric(12_345_123_456_789, 1, 0, &[1, 2_345, 1_234, 5_678, 9_000]);
        let mut digits = vec![9, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_999, 9_000];
        check_numeric(10_i128.pow(38) - 1, 7, 0, &digits);
        digits[10] = 8_000;
        check_numeric(2 - 10_i128.pow(38), 7, 0x4000, &digits);
    }

    #[test]
    fn an_array_has_the_values_of_its_rows() {
        let mut column = ColumnData::new(ColumnType::Boolean);
        column.push(Value::Boolean(true));
        column.push_null();
        column.push(Value::Boolean(true));
        let mut out = BytesMut::new();
        let array = Array { column: &column, format: Format::Boolean, rows: 1..3 };
        array.to_sql(&Type::BOOL_ARRAY, &mut out).unwrap();
        let expected = [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 16], [0, 0, 0, 2], [0, 0, 0, 1], [255; 4], [0, 0, 0, 1]];
        assert_eq!(out[..28], expected.concat());
        assert_eq!(out[28..], [1]);
    }
}
