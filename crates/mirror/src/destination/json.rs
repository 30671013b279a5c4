//! Values as JSON.

use keyfob_client::table::ColumnType;

use super::text;
use crate::batch::Value;

/// Appends a value. Days and times are texts in ISO 8601; a number that JSON does not have is null.
pub(super) fn append(kind: ColumnType, value: Value<'_>, json: &mut Vec<u8>) {
    let start = json.len();
    match value {
        Value::Null => {}
        // Between the tokens of JSON, a space is as good as a line end, which would end the line.
        Value::Text(text) if kind == ColumnType::Json => {
            json.extend(text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
        }
        Value::Text(text) => append_text(text, json),
        Value::Date(_) | Value::Timestamp(_) => {
            json.push(b'"');
            text::append(kind, value, json);
            json.push(b'"');
        }
        _ => text::append(kind, value, json),
    }
    if json.len() == start {
        json.extend_from_slice(b"null");
    }
}

/// Appends a text in quotes.
pub(super) fn append_text(text: &str, json: &mut Vec<u8>) {
    serde_json::to_writer(json, text).expect("a text is written to memory");
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
