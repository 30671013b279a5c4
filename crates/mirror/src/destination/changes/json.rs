//! Values as JSON.

use chrono::{DateTime, NaiveDate, SecondsFormat};
use keyfob_client::table::ColumnType;

use crate::batch::Value;

/// Multiple of a decimal value's unit that is 1.
const SCALE: u128 = 1_000_000_000;
/// Number of 1970-01-01, if the days are counted from the beginning of the common era.
const EPOCH: i32 = 719_163;

/// Appends a value. Days and times are texts in ISO 8601; a number that JSON does not have is null.
pub(super) fn append(kind: ColumnType, value: Value<'_>, json: &mut Vec<u8>) {
    match value {
        Value::Null => json.extend_from_slice(b"null"),
        // Between the tokens of JSON, a space is as good as a line end, which would end the line of the stream.
        Value::Text(text) if kind == ColumnType::Json => {
            json.extend(text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
        }
        Value::Text(text) => append_text(text, json),
        Value::Integer(number) => json.extend_from_slice(number.to_string().as_bytes()),
        Value::Double(number) => {
            json.extend_from_slice(serde_json::Value::from(number).to_string().as_bytes());
        }
        Value::Decimal(number) => json.extend_from_slice(decimal(number).as_bytes()),
        Value::Boolean(value) => json.extend_from_slice(if value { b"true" } else { b"false" }),
        Value::Date(days) => {
            let date = days.checked_add(EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt);
            append_option(date.map(|date| date.to_string()), json);
        }
        Value::Timestamp(micros) => {
            let time = DateTime::from_timestamp_micros(micros).map(|time| {
                let text = time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                let has_zone = kind == ColumnType::TimestampTz;
                if has_zone { text } else { text.trim_end_matches('Z').to_owned() }
            });
            append_option(time, json);
        }
    }
}

/// Appends a text in quotes.
pub(super) fn append_text(text: &str, json: &mut Vec<u8>) {
    json.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
}

fn append_option(text: Option<String>, json: &mut Vec<u8>) {
    match text {
        Some(text) => append_text(&text, json),
        None => json.extend_from_slice(b"null"),
    }
}

/// Returns a decimal number, in multiples of 10⁻⁹, without trailing zeros.
fn decimal(number: i128) -> String {
    let (whole, fraction) = (number.unsigned_abs() / SCALE, number.unsigned_abs() % SCALE);
    let sign = if number < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{fraction:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_and_exact() {
        for (kind, value, expected) in [
            (ColumnType::Text, Value::Text("a\"\n"), r#""a\"\n""#),
            (ColumnType::Json, Value::Text("{\n\"a\":[1]}"), r#"{ "a":[1]}"#),
            (ColumnType::Integer, Value::Integer(i64::MIN), "-9223372036854775808"),
            (ColumnType::Double, Value::Double(0.1), "0.1"),
            (ColumnType::Double, Value::Double(f64::NAN), "null"),
            (ColumnType::Decimal, Value::Decimal(8_500_000_000), "8.5"),
            (ColumnType::Decimal, Value::Decimal(-1), "-0.000000001"),
            (ColumnType::Decimal, Value::Decimal(12_000_000_000), "12"),
            (ColumnType::Boolean, Value::Boolean(true), "true"),
            (ColumnType::Date, Value::Date(-1), "\"1969-12-31\""),
            (ColumnType::Timestamp, Value::Timestamp(0), "\"1970-01-01T00:00:00\""),
            (ColumnType::TimestampTz, Value::Timestamp(50_000), "\"1970-01-01T00:00:00.050Z\""),
            (ColumnType::Text, Value::Null, "null"),
        ] {
            let mut json = Vec::new();
            append(kind, value, &mut json);
            assert_eq!(String::from_utf8(json).unwrap(), expected);
        }
    }
}
