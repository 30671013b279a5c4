//! Values as text.

use chrono::{Datelike, NaiveDate};
use keyfob_client::table::ColumnType;

use crate::batch::Value;

const DAY: i64 = 86_400_000_000;
/// Units of a decimal number in 1.
pub(super) const UNITS: u128 = 1_000_000_000;

/// Appends a value as text: a number or a boolean as in JSON, a time in ISO 8601, a text as it is. A null and a number
/// that JSON does not have append no text.
pub(super) fn append(kind: ColumnType, value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Text(text) => out.extend_from_slice(text.as_bytes()),
        Value::Integer(number) => append_integer(number, out),
        Value::Double(number) => append_double(number, out),
        Value::Decimal(number) => {
            let mut text = String::new();
            push_decimal(&mut text, number);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Boolean(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Value::Date(days) => append_date(days.into(), out),
        Value::Timestamp(time) => {
            append_date(time.div_euclid(DAY), out);
            append_time(time.rem_euclid(DAY), out);
            if kind == ColumnType::TimestampTz {
                out.push(b'Z');
            }
        }
    }
}

fn append_integer(number: i64, out: &mut Vec<u8>) {
    serde_json::to_writer(out, &number).expect("a number is written to memory");
}

fn append_double(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() {
        serde_json::to_writer(out, &number).expect("a number is written to memory");
    }
}

/// Appends a decimal number, given in multiples of 10⁻⁹, without zeros at the end.
pub(super) fn push_decimal(text: &mut String, value: i128) {
    if value < 0 {
        text.push('-');
    }
    let (whole, fraction) = (value.unsigned_abs() / UNITS, value.unsigned_abs() % UNITS);
    match u64::try_from(whole) {
        Ok(whole) => push_digits(text, whole, 1),
        Err(_) => text.push_str(&whole.to_string()),
    }
    if fraction != 0 {
        text.push('.');
        push_digits(text, u64::try_from(fraction).expect("a remainder is less than 10⁹"), 9);
        text.truncate(text.trim_end_matches('0').len());
    }
}

/// Appends a number with at least `width` digits.
pub(super) fn push_digits(text: &mut String, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number != 0 {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    let start = start.min(digits.len() - width);
    text.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

fn append_date(days: i64, out: &mut Vec<u8>) {
    const EPOCH: i64 = 719_163;
    let date = i32::try_from(days + EPOCH).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default();
    if !(0..=9999).contains(&date.year()) {
        return out.extend_from_slice(date.to_string().as_bytes());
    }
    append_digits(date.year().unsigned_abs(), 4, out);
    out.push(b'-');
    append_digits(date.month(), 2, out);
    out.push(b'-');
    append_digits(date.day(), 2, out);
}

/// Appends a time of day, in microseconds. A fraction of a second has 3 or 6 digits.
fn append_time(time: i64, out: &mut Vec<u8>) {
    let (seconds, micros) = (time / 1_000_000, time % 1_000_000);
    let part = |number: i64| u32::try_from(number).unwrap_or_default();
    for (separator, number) in [(b'T', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
        out.push(separator);
        append_digits(part(number), 2, out);
    }
    if micros > 0 {
        out.push(b'.');
        let (fraction, digits) = if micros % 1000 == 0 { (micros / 1000, 3) } else { (micros, 6) };
        append_digits(part(fraction), digits, out);
    }
}

fn append_digits(mut number: u32, digits: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + digits, b'0');
    for digit in out[start..].iter_mut().rev() {
        *digit += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ColumnType, value: Value<'_>, expected: &str) {
        let mut text = Vec::new();
        append(kind, value, &mut text);
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn times_are_written_as_in_iso_8601() {
        let instant = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        for text in
            ["2026-01-05T07:00:00", "1969-12-31T23:59:59.999999", "0001-01-01T00:00:00", "2024-02-29T12:34:56.050"]
        {
            check(ColumnType::Timestamp, Value::Timestamp(instant(&format!("{text}Z"))), text);
            check(ColumnType::TimestampTz, Value::Timestamp(instant(&format!("{text}Z"))), &format!("{text}Z"));
        }
        check(ColumnType::Date, Value::Date(0), "1970-01-01");
        check(ColumnType::Date, Value::Date(-1), "1969-12-31");
    }

    #[test]
    fn numbers_are_exact() {
        check(ColumnType::Decimal, Value::Decimal(8_500_000_000), "8.5");
        check(ColumnType::Decimal, Value::Decimal(-1), "-0.000000001");
        check(ColumnType::Decimal, Value::Decimal(12_000_000_000), "12");
        check(ColumnType::Double, Value::Double(0.1), "0.1");
        check(ColumnType::Double, Value::Double(f64::NAN), "");
        check(ColumnType::Integer, Value::Integer(i64::MIN), "-9223372036854775808");
    }
}
