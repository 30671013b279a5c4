//! The option `$filter`: comparisons of properties with literals, joined by `and` and `or`.

use std::cmp::Ordering;

use chrono::DateTime;
use serde_json::{Value, json};

use super::error::ODataError;
use crate::dvinci::store::row::Row;
use crate::dvinci::time::format_millis;

/// A parsed filter: alternatives of comparisons that must all be true.
#[derive(Debug)]
pub(super) struct Filter(Vec<Vec<Comparison>>);

#[derive(Debug)]
struct Comparison {
    property: String,
    operator: fn(Option<Ordering>) -> bool,
    literal: Value,
}

impl Filter {
    /// Parses a filter. `has` returns whether the entities have a property.
    pub(super) fn parse(text: &str, has: &dyn Fn(&str) -> bool) -> Result<Self, ODataError> {
        let tokens = tokens(text)?;
        if tokens.iter().any(|token| !token.starts_with('\'') && token.contains(['(', ')'])) {
            return Err(ODataError::not_implemented("functions and parentheses are not implemented"));
        }
        let alternatives = tokens.split(|token| token == "or").map(|alternative| {
            let comparisons = alternative.split(|token| token == "and");
            comparisons.map(|comparison| Comparison::parse(comparison, has)).collect()
        });
        Ok(Self(alternatives.collect::<Result<_, _>>()?))
    }

    pub(super) fn matches(&self, entity: &Row) -> bool {
        self.0.iter().any(|comparisons| comparisons.iter().all(|comparison| comparison.matches(entity)))
    }
}

impl Comparison {
    fn parse(tokens: &[String], has: &dyn Fn(&str) -> bool) -> Result<Self, ODataError> {
        let [property, operator, literal] = tokens else {
            return Err(ODataError::not_implemented("only comparisons joined by `and` and `or` are implemented"));
        };
        if !has(property) {
            return Err(ODataError::bad_request(format!("there is no property {property}")));
        }
        let operator: fn(Option<Ordering>) -> bool = match operator.as_str() {
            "eq" => |order| order == Some(Ordering::Equal),
            "ne" => |order| order != Some(Ordering::Equal),
            "gt" => |order| order == Some(Ordering::Greater),
            "ge" => |order| order.is_some_and(Ordering::is_ge),
            "lt" => |order| order == Some(Ordering::Less),
            "le" => |order| order.is_some_and(Ordering::is_le),
            other => return Err(ODataError::not_implemented(format!("the operator {other} is not implemented"))),
        };
        Ok(Self { property: property.clone(), operator, literal: parse_literal(literal)? })
    }

    fn matches(&self, entity: &Row) -> bool {
        (self.operator)(compare(&entity[&self.property], &self.literal))
    }
}

/// Compares two values of the same type; `None` for others.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => Some(left.as_i64()?.cmp(&right.as_i64()?)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn parse_literal(token: &str) -> Result<Value, ODataError> {
    if let Some(text) = token.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Ok(json!(text.replace("''", "'")));
    }
    if let Ok(timestamp) = DateTime::parse_from_rfc3339(token) {
        // Timestamps of entities have this format, so that their order is that of their texts.
        return Ok(json!(format_millis(timestamp.to_utc())));
    }
    match (token, token.parse::<i64>()) {
        ("true", _) => Ok(json!(true)),
        ("false", _) => Ok(json!(false)),
        ("null", _) => Ok(Value::Null),
        (_, Ok(number)) => Ok(json!(number)),
        _ => Err(ODataError::bad_request(format!("{token} is not a literal"))),
    }
}

/// Splits a filter at spaces, except within string literals.
fn tokens(text: &str) -> Result<Vec<String>, ODataError> {
    let mut tokens = vec![String::new()];
    let mut in_string = false;
    for c in text.chars() {
        in_string ^= c == '\'';
        match tokens.last_mut() {
            Some(token) if c != ' ' || in_string => token.push(c),
            _ => tokens.push(String::new()),
        }
    }
    if in_string {
        return Err(ODataError::bad_request("a string has no end"));
    }
    tokens.retain(|token| !token.is_empty());
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(filter: &str) -> bool {
        let entity =
            json!({ "id": 7, "name": "O'Neill & Co", "on": true, "none": null, "at": "2026-01-01T00:00:00.000Z" });
        let entity = entity.as_object().unwrap();
        Filter::parse(filter, &|name| entity.contains_key(name)).unwrap().matches(entity)
    }

    #[test]
    fn comparisons_are_joined_by_and_before_or() {
        for filter in [
            "id eq 7",
            "id ge 7 and id lt 8",
            "name eq 'O''Neill & Co'",
            "on eq true and none eq null",
            "at gt 2025-12-31T23:30:00Z and at le 2026-01-01T01:00:00+01:00",
            "id eq 7 or id eq 8 and id eq 9",
            "id ne 8",
        ] {
            assert!(matches(filter), "{filter}");
        }
        for filter in ["id gt 7", "id eq '7'", "none gt 1", "id eq 7 and on eq false", "name lt 'A'"] {
            assert!(!matches(filter), "{filter}");
        }
    }

    #[test]
    fn unknown_properties_and_unimplemented_expressions_are_errors() {
        let error = |filter: &str| Filter::parse(filter, &|name| name == "id").unwrap_err();
        assert_eq!(error("x eq 7"), ODataError::bad_request("there is no property x"));
        assert_eq!(error("id eq 'a"), ODataError::bad_request("a string has no end"));
        assert_eq!(error("id eq seven"), ODataError::bad_request("seven is not a literal"));
        assert_eq!(error("id has 7"), ODataError::not_implemented("the operator has is not implemented"));
        for filter in ["contains(name,'x')", "(id eq 7)", "not id eq 7", ""] {
            assert!(format!("{:?}", error(filter)).contains("501"), "{filter}");
        }
    }
}
