//! Field values of a request body, decoded by the kind of their field.

use serde_json::Value;

use crate::itempath::body::REQUIRED;
use crate::itempath::dates;
use crate::itempath::schema::{Field, Kind};
use crate::itempath::store::Store;
use crate::itempath::warehouse::direction::DIRECTIONS;

/// Maximum quantity: larger numbers do not fit the vendor's columns, and sums of smaller ones are exact.
const MAX_QUANTITY: f64 = 1e12;

/// Decodes and validates the value of a field. The error is a message for the client.
pub(super) fn decode(field: &Field, store: &Store, value: &Value) -> Result<Value, String> {
    if value.is_null() {
        return if field.nullable { Ok(Value::Null) } else { Err("Field may not be null.".to_owned()) };
    }
    match field.kind {
        Kind::Text(max_chars) => text(value, max_chars, field.required),
        Kind::Integer => integer(value).map(Value::from),
        Kind::IntegerChoice(choices) => integer(value).and_then(|number| choice(number, choices)),
        Kind::Percent => match integer(value)? {
            number @ 0..=100 => Ok(number.into()),
            _ => Err("Must be between 0 and 100.".to_owned()),
        },
        Kind::TextChoice(choices) => match value.as_str() {
            Some(name) if choices.contains(&name) => Ok(name.into()),
            _ => Err(format!("Must be one of: {}.", choices.join(", "))),
        },
        Kind::Direction => direction(value),
        Kind::Float => float(value).map(Value::from),
        Kind::Flag => boolean(value).map(|is| i64::from(is).into()),
        Kind::Bool => boolean(value).map(Value::from),
        Kind::Date | Kind::Timestamp => value
            .as_str()
            .and_then(dates::parse)
            .map(|at| dates::format_date(at).into())
            .ok_or_else(|| "Not a valid datetime.".to_owned()),
        Kind::Reference(table) => reference(store, table, value),
        Kind::TextList => texts(value),
        Kind::References(table) => references(store, table, value),
        Kind::Objects => match value {
            Value::Array(items) if items.iter().all(Value::is_object) => Ok(value.clone()),
            _ => Err("Not a list of objects.".to_owned()),
        },
        Kind::Any => Ok(value.clone()),
    }
}

fn text(value: &Value, max_chars: usize, required: bool) -> Result<Value, String> {
    let Some(text) = value.as_str() else {
        return Err("Not a valid string.".to_owned());
    };
    if required && text.trim().is_empty() {
        return Err(REQUIRED.to_owned());
    }
    if max_chars > 0 && text.chars().count() > max_chars {
        return Err(format!("Longer than maximum length {max_chars}."));
    }
    Ok(text.into())
}

fn integer(value: &Value) -> Result<i64, String> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| i32::try_from(*number).is_ok()).ok_or_else(|| "Not a valid integer.".to_owned())
}

fn choice(number: i64, choices: &[i64]) -> Result<Value, String> {
    if choices.contains(&number) {
        return Ok(number.into());
    }
    let choices: Vec<String> = choices.iter().map(ToString::to_string).collect();
    Err(format!("Must be one of: {}.", choices.join(", ")))
}

fn direction(value: &Value) -> Result<Value, String> {
    let text = value.as_str().map(|text| text.trim().to_lowercase());
    if let Some((_, number)) = DIRECTIONS.iter().find(|(name, _)| text.as_deref() == Some(name)) {
        return Ok((*number).into());
    }
    integer(value).and_then(|number| choice(number, &DIRECTIONS.map(|(_, number)| number)))
}

/// Decodes a number or a numeric string.
fn float(value: &Value) -> Result<f64, String> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.abs() <= MAX_QUANTITY).ok_or_else(|| "Not a valid number.".to_owned())
}

fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(is) => Ok(*is),
        Value::Number(number) if number.as_i64() == Some(0) => Ok(false),
        Value::Number(number) if number.as_i64() == Some(1) => Ok(true),
        Value::String(text) if text == "1" || text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text == "0" || text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err("Not a valid boolean.".to_owned()),
    }
}

fn reference(store: &Store, table: &str, value: &Value) -> Result<Value, String> {
    let Some(id) = value.as_str() else {
        return Err("Not a valid UUID.".to_owned());
    };
    if table.is_empty() {
        return Ok(id.to_uppercase().into());
    }
    let found = store.row(table, id).map(|row| row["id"].clone());
    found.ok_or_else(|| format!("{} '{id}' does not exist.", store.table(table).resource.title))
}

fn texts(value: &Value) -> Result<Value, String> {
    match value {
        Value::Array(items) if items.iter().all(|item| item.as_str().is_some_and(|text| !text.is_empty())) => {
            Ok(value.clone())
        }
        _ => Err("Not a list of strings.".to_owned()),
    }
}

fn references(store: &Store, table: &str, value: &Value) -> Result<Value, String> {
    // A public client sends the list as a JSON string.
    let unpacked: Option<Value> = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    let Some(items) = unpacked.as_ref().unwrap_or(value).as_array() else {
        return Err("Not a list of names or ids.".to_owned());
    };
    let table = store.table(table);
    let rows = items.iter().map(|item| {
        let (id, name) = (item["id"].as_str(), item["name"].as_str().or(item.as_str()));
        let found = id
            .and_then(|id| table.get(id))
            .or_else(|| name.and_then(|name| table.find("name", name).or_else(|| table.get(name))));
        let row = found.ok_or_else(|| format!("{} {item} does not exist.", table.resource.title))?;
        Ok(serde_json::json!({ "id": row["id"], "name": row["name"] }))
    });
    rows.collect::<Result<Vec<_>, String>>().map(Value::Array)
}
