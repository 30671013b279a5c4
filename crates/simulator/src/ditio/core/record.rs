//! JSON objects, and the tables of their fields.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use crate::ditio::core::api_error::{ApiError, FieldError};
use crate::state::clock::format_iso;

/// An object; member names are in camelCase.
pub(super) type Record = Map<String, Value>;

/// Type of a member. Numbers and booleans in strings are accepted, as Json.NET does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Bool,
    Integer,
    Number,
    /// An instant; UTC if it has no zone.
    Instant,
    /// A date, `yyyy-MM-dd` or `dd.MM.yyyy`; stored as `yyyy-MM-dd`.
    Day,
    /// A date, `yyyy-MM-dd` only.
    PlainDay,
    /// Text or a number, stored unchanged: the documentation has both.
    TextOrNumber,
    /// A boolean or a number, stored unchanged: the documentation has both.
    BoolOrNumber,
    /// Any value, stored unchanged.
    Any,
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// Creates a field.
pub(super) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// Returns an object with every field unset: false for booleans, else null.
pub(super) fn empty_record(fields: &[Field]) -> Record {
    let unset = |kind| if kind == Kind::Bool { Value::Bool(false) } else { Value::Null };
    fields.iter().map(|field| (field.name.to_owned(), unset(field.kind))).collect()
}

/// Returns the record of a seeded row. If the row comes from a loaded world, the record has the members of its entry, and
/// those of `members` that are named in `generated`.
pub(super) fn seeded_record(fields: &[Field], entry: Option<&Record>, members: Value, generated: &[&str]) -> Record {
    let mut record = empty_record(fields);
    let Value::Object(mut members) = members else { return record };
    if let Some(entry) = entry {
        members.retain(|name, _| generated.contains(&name.as_str()));
        // Entries were checked when the world was loaded.
        assign(&mut record, bind(fields, &Value::Object(entry.clone())).unwrap_or_default());
    }
    assign(&mut record, members);
    record
}

/// Binds a body to fields and converts the values. Names match in any case; unknown members are ignored.
pub(super) fn bind(fields: &[Field], body: &Value) -> Result<Record, ApiError> {
    let Value::Object(members) = body else {
        return Err(ApiError::field("$", "The body has to be a JSON object."));
    };
    let mut input = Record::new();
    let mut errors = Vec::new();
    for (name, value) in members {
        let Some(field) = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)) else { continue };
        match convert(field.kind, value) {
            Some(value) => {
                input.insert(field.name.to_owned(), value);
            }
            None => errors.push(FieldError::new(field.name, format!("The value of {} is not valid.", field.name))),
        }
    }
    ApiError::if_any(&errors)?;
    Ok(input)
}

/// Returns an error response if required members are missing, null or blank.
pub(super) fn require(record: &Record, names: &[&str]) -> Result<(), ApiError> {
    let is_missing = |name: &&&str| match record.get(**name) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    };
    let errors: Vec<FieldError> = names.iter().filter(is_missing).map(|name| FieldError::required(name)).collect();
    ApiError::if_any(&errors)
}

/// Returns the text of a member; empty if unset.
pub(super) fn text<'a>(record: &'a Record, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the boolean of a member; false if unset.
pub(super) fn flag(record: &Record, name: &str) -> bool {
    record.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Sets members. A null for a boolean member sets it to false.
pub(super) fn assign(record: &mut Record, changes: Record) {
    for (name, value) in changes {
        if value.is_null() && record.get(&name).is_some_and(Value::is_boolean) {
            record.insert(name, Value::Bool(false));
        } else {
            record.insert(name, value);
        }
    }
}

/// Converts a value to the stored form; `None` if it has the wrong type.
fn convert(kind: Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (_, Value::Null) => Some(Value::Null),
        (Kind::Any, any) => Some(any.clone()),
        (Kind::Text | Kind::TextOrNumber, Value::String(_))
        | (Kind::Bool | Kind::BoolOrNumber, Value::Bool(_))
        | (Kind::Number | Kind::TextOrNumber | Kind::BoolOrNumber, Value::Number(_)) => Some(value.clone()),
        (Kind::Text, Value::Number(number)) => Some(Value::from(number.to_string())),
        (Kind::Bool, Value::String(text)) => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        (Kind::Integer, Value::Number(number)) => integer(number.as_i64(), number.as_f64()),
        (Kind::Integer, Value::String(text)) => integer(text.trim().parse().ok(), None),
        (Kind::Number, Value::String(text)) => {
            text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from)
        }
        (Kind::Instant, Value::String(text)) => instant(text).map(|instant| Value::from(format_iso(instant))),
        (Kind::Day, Value::String(text)) => day(text).map(|day| Value::from(day.to_string())),
        (Kind::PlainDay, Value::String(text)) => plain_day(text).map(|day| Value::from(day.to_string())),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers that a double holds exactly")]
fn integer(integer: Option<i64>, float: Option<f64>) -> Option<Value> {
    let from_float = || float.filter(|float| float.fract() == 0.0 && float.abs() < 9e15).map(|float| float as i64);
    integer.or_else(from_float).map(Value::from)
}

/// Parses a time with or without a zone, or a date; UTC without a zone.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let with_zone = || DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc());
    let without_zone = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|naive| naive.and_utc());
    let without_seconds = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok().map(|naive| naive.and_utc());
    let date = || plain_day(text).and_then(|day| day.and_hms_opt(0, 0, 0)).map(|naive| naive.and_utc());
    with_zone().or_else(without_zone).or_else(without_seconds).or_else(date)
}

/// Parses `yyyy-MM-dd`; chrono alone also accepts shorter fields.
pub(super) fn plain_day(text: &str) -> Option<NaiveDate> {
    let is_digit_or_dash =
        |(index, byte): (usize, u8)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    let is_plain = text.len() == 10 && text.bytes().enumerate().all(is_digit_or_dash);
    is_plain.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let norwegian = || NaiveDate::parse_from_str(text, "%d.%m.%Y").ok().filter(|day| (1..=9999).contains(&day.year()));
    plain_day(text).or_else(norwegian)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: [Field; 4] = [
        field("name", Kind::Text),
        field("buildYear", Kind::Integer),
        field("birthDate", Kind::Day),
        field("startDate", Kind::Instant),
    ];

    #[track_caller]
    fn check(body: &Value, expected: &Value) {
        assert_eq!(Value::Object(bind(&FIELDS, body).unwrap()), *expected);
    }

    #[test]
    fn names_match_in_any_case_and_loose_values_are_converted() {
        check(&json!({ "NAME": "x", "other": 1 }), &json!({ "name": "x" }));
        check(&json!({ "buildYear": "1998" }), &json!({ "buildYear": 1998 }));
        check(&json!({ "buildYear": 2022.0 }), &json!({ "buildYear": 2022 }));
        check(&json!({ "birthDate": "17.05.1990" }), &json!({ "birthDate": "1990-05-17" }));
        check(&json!({ "startDate": "2026-03-01" }), &json!({ "startDate": "2026-03-01T00:00:00Z" }));
        check(&json!({ "startDate": "2026-03-01T12:00:00+01:00" }), &json!({ "startDate": "2026-03-01T11:00:00Z" }));
        check(&json!({ "name": null }), &json!({ "name": null }));
    }

    #[test]
    fn values_of_the_wrong_type_are_rejected() {
        for body in [json!({ "name": {} }), json!({ "buildYear": "old" }), json!({ "startDate": 5 }), json!([])] {
            assert!(bind(&FIELDS, &body).is_err(), "{body}");
        }
    }
}
