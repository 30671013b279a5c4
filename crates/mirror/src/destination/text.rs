//! Values as text.

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
pub(super) fn push_digits(text: &mut String, number: u64, width: usize) {
    let mut buffer = [b'0'; 20];
    text.extend(digits(number, width, &mut buffer).iter().map(|digit| char::from(*digit)));
}

fn append_digits(number: u64, width: usize, out: &mut Vec<u8>) {
    let mut buffer = [b'0'; 20];
    out.extend_from_slice(digits(number, width, &mut buffer));
}

/// Returns the digits of a number, at least `width`, in a buffer of zeros.
fn digits(mut number: u64, width: usize, buffer: &mut [u8; 20]) -> &[u8] {
    let mut start = buffer.len();
    while number != 0 {
        start -= 1;
        buffer[start] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    &buffer[start.min(buffer.len() - width)..]
}

/// Appends a day, given in days since 1970-01-01. As in ISO 8601, a year that does not have 4 digits has a sign.
fn append_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    match year {
        ..0 => out.push(b'-'),
        0..=9999 => {}
        _ => out.push(b'+'),
    }
    append_digits(year.unsigned_abs(), 4, out);
    out.push(b'-');
    append_digits(month, 2, out);
    out.push(b'-');
    append_digits(day, 2, out);
}

/// Returns year, month and day: the algorithm `civil_from_days` of Howard Hinnant, which counts years from March and
/// eras of 400 years.
pub(super) fn civil(days: i64) -> (i64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month.unsigned_abs(), day.unsigned_abs())
}

/// Appends a time of day, in microseconds. A fraction of a second has 3 or 6 digits.
fn append_time(time: i64, out: &mut Vec<u8>) {
    let (seconds, micros) = (time.unsigned_abs() / 1_000_000, time.unsigned_abs() % 1_000_000);
    for (separator, number) in [(b'T', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
        out.push(separator);
        append_digits(number, 2, out);
    }
    if micros > 0 {
        out.push(b'.');
        let (fraction, digits) = if micros % 1000 == 0 { (micros / 1000, 3) } else { (micros, 6) };
        append_digits(fraction, digits, out);
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
        // Beyond the days of chrono, and beyond four digits.
        check(ColumnType::Date, Value::Date(i32::MAX), "+5881580-07-11");
        check(ColumnType::Date, Value::Date(i32::MIN), "-5877641-06-23");
        check(ColumnType::Date, Value::Date(2_932_897), "+10000-01-01");
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
