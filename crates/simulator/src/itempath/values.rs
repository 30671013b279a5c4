//! Bodies: read by the description of a resource, and made into members.

use serde_json::{Map, Value};

use super::dates;
use super::refusal::Refusal;
use super::schema::{Access, Field, Kind, Resource, Start};
use super::store::{Row, Store};

/// The directions by their words.
pub(super) const DIRECTIONS: [(&str, i64); 6] =
    [("put", 1), ("pick", 2), ("return", 3), ("transport", 4), ("count", 5), ("production", 7)];

/// Quantities above this do not fit the columns, and sums stay exact below it.
const LARGEST: f64 = 1e12;

pub(super) const REQUIRED: &str = "Missing data for required field.";

/// A body that was understood.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// What is kept.
    pub(super) members: Row,
    /// What is for the rules only.
    pub(super) inputs: Row,
    /// Lines that came inside, with the ids of those that exist already.
    pub(super) lines: Vec<(String, Draft)>,
}

impl Draft {
    /// Takes out an input that is not null.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.inputs.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn take_true(&mut self, name: &str) -> bool {
        self.take(name) == Some(Value::Bool(true))
    }
}

/// Reads what a body says; `provided` are required fields that the rules find elsewhere.
pub(super) fn read(
    resource: &Resource,
    store: &Store,
    body: &Map<String, Value>,
    creating: bool,
    provided: &[&str],
) -> Result<Draft, Refusal> {
    let mut draft = Draft::default();
    let mut wrong = Vec::new();
    for (name, value) in body {
        let Some(field) = resource.field(name) else {
            if resource.dynamic && !name.starts_with('~') {
                draft.members.insert(name.clone(), value.clone());
            }
            continue;
        };
        if field.access == Access::Read || field.name.starts_with('~') {
            continue;
        }
        match read_field(field, store, value) {
            Ok(value) if field.access == Access::Write => _ = draft.inputs.insert(field.name.to_owned(), value),
            Ok(value) => _ = draft.members.insert(field.name.to_owned(), value),
            Err(message) => wrong.push((field.name.to_owned(), message)),
        }
    }
    if creating {
        for field in resource.fields.iter().filter(|field| field.required) {
            let said = draft.members.contains_key(field.name)
                || draft.inputs.contains_key(field.name)
                || wrong.iter().any(|(name, _)| name == field.name);
            if !said && !provided.contains(&field.name) {
                wrong.push((field.name.to_owned(), REQUIRED.to_owned()));
            }
        }
    }
    if wrong.is_empty() { Ok(draft) } else { Err(Refusal::Invalid(wrong)) }
}

/// Gives every field that nothing was said about its first value.
pub(super) fn complete(resource: &Resource, row: &mut Row, now: &str) {
    for field in resource.fields.iter().filter(|field| field.access != Access::Write) {
        row.entry(field.name).or_insert_with(|| match field.start {
            Start::Null => Value::Null,
            Start::Integer(number) => number.into(),
            Start::Float(number) => number.into(),
            Start::Bool(is) => is.into(),
            Start::Text(text) => text.into(),
            Start::List => Value::Array(Vec::new()),
            Start::Now => now.into(),
        });
    }
}

fn read_field(field: &Field, store: &Store, value: &Value) -> Result<Value, String> {
    if value.is_null() {
        return if field.nullable { Ok(Value::Null) } else { Err("Field may not be null.".to_owned()) };
    }
    match field.kind {
        Kind::Text(most) => text(value, most, field.required),
        Kind::Integer => integer(value).map(Value::from),
        Kind::Choice(choices) => integer(value).and_then(|number| chosen(number, choices)),
        Kind::Percent => match integer(value)? {
            number @ 0..=100 => Ok(number.into()),
            _ => Err("Must be between 0 and 100.".to_owned()),
        },
        Kind::Word(words) => match value.as_str() {
            Some(word) if words.contains(&word) => Ok(word.into()),
            _ => Err(format!("Must be one of: {}.", words.join(", "))),
        },
        Kind::Direction => direction(value),
        Kind::Float => float(value).map(Value::from),
        Kind::Flag => boolean(value).map(|is| i64::from(is).into()),
        Kind::Bool => boolean(value).map(Value::from),
        Kind::Date | Kind::Stamp => value
            .as_str()
            .and_then(dates::parse)
            .map(|at| dates::plain(at).into())
            .ok_or_else(|| "Not a valid datetime.".to_owned()),
        Kind::Id(table) => reference(store, table, value),
        Kind::Texts => texts(value),
        Kind::Refs(table) => references(store, table, value),
        Kind::Objects => match value {
            Value::Array(items) if items.iter().all(Value::is_object) => Ok(value.clone()),
            _ => Err("Not a list of objects.".to_owned()),
        },
        Kind::Any => Ok(value.clone()),
    }
}

fn text(value: &Value, most: usize, required: bool) -> Result<Value, String> {
    let Some(text) = value.as_str() else {
        return Err("Not a valid string.".to_owned());
    };
    if required && text.trim().is_empty() {
        return Err(REQUIRED.to_owned());
    }
    if most > 0 && text.chars().count() > most {
        return Err(format!("Longer than maximum length {most}."));
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

fn chosen(number: i64, choices: &[i64]) -> Result<Value, String> {
    if choices.contains(&number) {
        return Ok(number.into());
    }
    let choices: Vec<String> = choices.iter().map(ToString::to_string).collect();
    Err(format!("Must be one of: {}.", choices.join(", ")))
}

fn direction(value: &Value) -> Result<Value, String> {
    let word = value.as_str().map(|word| word.trim().to_lowercase());
    if let Some((_, number)) = DIRECTIONS.iter().find(|(name, _)| word.as_deref() == Some(name)) {
        return Ok((*number).into());
    }
    integer(value).and_then(|number| chosen(number, &DIRECTIONS.map(|(_, number)| number)))
}

/// A number, also one written as text.
pub(super) fn float(value: &Value) -> Result<f64, String> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.abs() <= LARGEST).ok_or_else(|| "Not a valid number.".to_owned())
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
    // One client sends the list as JSON in a string.
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
