//! One value of a row, decoded into its column.

use std::fmt;

use keyfob_client::table::ColumnType;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::scalar;
use super::time;
use crate::batch::{ColumnData, Value};

/// Returns the name of a type with its article, for rejects.
pub(super) fn expected(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "a text",
        ColumnType::Integer => "an integer",
        ColumnType::Double => "a number",
        ColumnType::Decimal => "a decimal number with at most 29 digits before and 9 after the point",
        ColumnType::Boolean => "a boolean",
        ColumnType::Date => "a date",
        ColumnType::Timestamp | ColumnType::TimestampTz => "a date and time",
        _ => "JSON",
    }
}

/// A value to append to a column. The seed returns `false`, and appends nothing, if the value needs its JSON to be decoded.
pub(super) struct Cell<'a> {
    pub(super) column: &'a mut ColumnData,
    pub(super) kind: ColumnType,
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        if matches!(self.kind, ColumnType::Json | ColumnType::Decimal) {
            let raw = <&RawValue as de::Deserialize>::deserialize(deserializer)?;
            return Ok(push_raw(self.column, self.kind, raw.get()).is_ok());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
        self.column.push_null();
        Ok(true)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<bool, E> {
        Ok(push_text(self.column, self.kind, text).is_some())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<bool, E> {
        let is_boolean = self.kind == ColumnType::Boolean;
        if is_boolean {
            self.column.push(Value::Boolean(value));
        }
        Ok(is_boolean)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<bool, E> {
        let value = match self.kind {
            ColumnType::Integer => Value::Integer(value),
            #[expect(clippy::cast_precision_loss, reason = "an integer in a column of floating point numbers")]
            ColumnType::Double => Value::Double(value as f64),
            ColumnType::Boolean if value == 0 || value == 1 => Value::Boolean(value == 1),
            _ => return Ok(false),
        };
        self.column.push(value);
        Ok(true)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<bool, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) if self.kind == ColumnType::Double => {
                #[expect(clippy::cast_precision_loss, reason = "an integer in a column of floating point numbers")]
                self.column.push(Value::Double(value as f64));
                Ok(true)
            }
            Err(_) => Ok(false),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<bool, E> {
        let value = match self.kind {
            ColumnType::Double => Value::Double(value),
            ColumnType::Integer => match scalar::whole(value) {
                Some(value) => Value::Integer(value),
                None => return Ok(false),
            },
            _ => return Ok(false),
        };
        self.column.push(value);
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<bool, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }
}

/// Appends a string. Returns `None`, and appends nothing, if it does not have the type of the column.
fn push_text(column: &mut ColumnData, kind: ColumnType, text: &str) -> Option<()> {
    let value = match kind {
        ColumnType::Text => Value::Text(text),
        ColumnType::Integer => Value::Integer(scalar::integer(text)?),
        ColumnType::Double => Value::Double(scalar::double(text)?),
        ColumnType::Decimal => Value::Decimal(scalar::decimal(text.trim())?),
        ColumnType::Boolean => Value::Boolean(scalar::boolean(text)?),
        ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz => time::parse(kind, text)?,
        _ => return None,
    };
    column.push(value);
    Some(())
}

/// A value that does not have the type of its column.
pub(super) struct Mismatch;

/// Appends a value given as JSON.
pub(super) fn push_raw(column: &mut ColumnData, kind: ColumnType, json: &str) -> Result<(), Mismatch> {
    if json == "null" {
        column.push_null();
        return Ok(());
    }
    match kind {
        ColumnType::Decimal if !json.starts_with('"') => {
            column.push(Value::Decimal(scalar::decimal(json).ok_or(Mismatch)?));
            return Ok(());
        }
        ColumnType::Decimal => {
            let text: String = serde_json::from_str(json).map_err(|_| Mismatch)?;
            return push_text(column, kind, &text).ok_or(Mismatch);
        }
        // Numbers and booleans as written. An object or an array is no text.
        ColumnType::Text if !json.starts_with(['"', '{', '[']) => {
            column.push(Value::Text(json));
            return Ok(());
        }
        ColumnType::Json => {
            column.push(Value::Text(json));
            return Ok(());
        }
        _ => {}
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let pushed = deserializer.deserialize_any(Cell { column, kind });
    if pushed.is_ok_and(|pushed| pushed) { Ok(()) } else { Err(Mismatch) }
}
