//! Objects as maps of members, and the tables of fields that say what goes into them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::problem::{FieldError, Problem};
use crate::state::clock::format_iso;

/// A stored or answered object; member names in camelCase.
pub(super) type Record = Map<String, Value>;

/// What a member holds. Numbers and booleans in strings are accepted, as Newtonsoft's binder does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Bool,
    Integer,
    Number,
    /// An instant; without a zone it is taken for UTC.
    Instant,
    /// A day: `yyyy-MM-dd` or `dd.MM.yyyy`, stored as the former.
    Day,
    /// A day and nothing else: `yyyy-MM-dd`.
    PlainDay,
    /// Text in one part of the documentation, a number in another: stays as it came.
    TextOrNumber,
    /// Truth in one part of the documentation, a number in another: stays as it came.
    BoolOrNumber,
    /// Whatever came.
    Any,
}

/// A member that a request may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// A field for a table.
pub(super) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// An object with every field unset: false for booleans, null for the rest.
pub(super) fn blank(fields: &[Field]) -> Record {
    let unset = |kind| if kind == Kind::Bool { Value::Bool(false) } else { Value::Null };
    fields.iter().map(|field| (field.name.to_owned(), unset(field.kind))).collect()
}

/// The known members of a body under their proper names; names match in any case, unknown ones are ignored.
pub(super) fn bind(fields: &[Field], body: &Value) -> Result<Record, Problem> {
    let Value::Object(members) = body else {
        return Err(Problem::field("$", "The body has to be a JSON object."));
    };
    let mut bound = Record::new();
    let mut errors = Vec::new();
    for (name, value) in members {
        let Some(field) = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)) else { continue };
        match convert(field.kind, value) {
            Some(value) => {
                bound.insert(field.name.to_owned(), value);
            }
            None => errors.push(FieldError::new(field.name, format!("The value of {} is not valid.", field.name))),
        }
    }
    Problem::unless_empty(&errors)?;
    Ok(bound)
}

/// Complains about required members that are missing, null or blank.
pub(super) fn require(record: &Record, names: &[&str]) -> Result<(), Problem> {
    let is_missing = |name: &&&str| match record.get(**name) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    };
    let errors: Vec<FieldError> = names.iter().filter(is_missing).map(|name| FieldError::required(name)).collect();
    Problem::unless_empty(&errors)
}

/// A member's text; empty when it is unset.
pub(super) fn text<'a>(record: &'a Record, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A member's truth; false when it is unset.
pub(super) fn flag(record: &Record, name: &str) -> bool {
    record.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Overwrites members.
pub(super) fn assign(record: &mut Record, changes: Record) {
    for (name, value) in changes {
        if value.is_null() && record.get(&name).is_some_and(Value::is_boolean) {
            record.insert(name, Value::Bool(false));
        } else {
            record.insert(name, value);
        }
    }
}

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
            text.trim().parse::<f64>().ok().filter(|it| it.is_finite()).map(Value::from)
        }
        (Kind::Instant, Value::String(text)) => instant(text).map(|instant| Value::from(format_iso(instant))),
        (Kind::Day, Value::String(text)) => day(text).map(|day| Value::from(day.to_string())),
        (Kind::PlainDay, Value::String(text)) => plain_day(text).map(|day| Value::from(day.to_string())),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers that a double holds exactly")]
fn integer(whole: Option<i64>, real: Option<f64>) -> Option<Value> {
    let from_real = || real.filter(|real| real.fract() == 0.0 && real.abs() < 9e15).map(|real| real as i64);
    whole.or_else(from_real).map(Value::from)
}

/// Reads an instant: with a zone, without one, or a mere date.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let with_zone = || DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc());
    let without = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|naive| naive.and_utc());
    let short = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok().map(|naive| naive.and_utc());
    let date = || plain_day(text).and_then(|day| day.and_hms_opt(0, 0, 0)).map(|naive| naive.and_utc());
    with_zone().or_else(without).or_else(short).or_else(date)
}

/// Reads `yyyy-MM-dd`, and nothing looser.
pub(super) fn plain_day(text: &str) -> Option<NaiveDate> {
    let is_digit_or_dash =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
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
    fn names_match_in_any_case_and_loose_values_become_proper_ones() {
        check(&json!({ "NAME": "x", "other": 1 }), &json!({ "name": "x" }));
        check(&json!({ "buildYear": "1998" }), &json!({ "buildYear": 1998 }));
        check(&json!({ "buildYear": 2022.0 }), &json!({ "buildYear": 2022 }));
        check(&json!({ "birthDate": "17.05.1990" }), &json!({ "birthDate": "1990-05-17" }));
        check(&json!({ "startDate": "2026-03-01" }), &json!({ "startDate": "2026-03-01T00:00:00Z" }));
        check(&json!({ "startDate": "2026-03-01T12:00:00+01:00" }), &json!({ "startDate": "2026-03-01T11:00:00Z" }));
        check(&json!({ "name": null }), &json!({ "name": null }));
    }

    #[test]
    fn values_of_the_wrong_kind_are_refused() {
        for body in [json!({ "name": {} }), json!({ "buildYear": "old" }), json!({ "startDate": 5 }), json!([])] {
            assert!(bind(&FIELDS, &body).is_err(), "{body}");
        }
    }
}
