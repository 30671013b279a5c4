//! Reads of a resource: filters, sorting, pages, selected properties, and the envelope around the result.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::request::call::Host;
use crate::digitaleo::request::params::{Params, Row, split, text_of};

/// Maximum number of rows in a response without `limit`; `limit=0` returns all.
const DEFAULT_LIMIT: usize = 100;

/// Parameters that are not filters.
const RESERVED: [&str; 9] =
    ["action", "access_token", "complex", "key", "limit", "offset", "properties", "sort", "total"];

/// Rows of a resource and access to their properties.
pub(super) struct Table<'a> {
    /// Ids of the rows to return.
    pub(super) ids: Vec<u64>,
    /// Properties returned by default, or for `DEFAULT` in `properties`.
    pub(super) default: &'a [&'a str],
    /// Returns a property of a row; `None` for an unknown property.
    pub(super) get: &'a dyn Fn(u64, &str) -> Option<Value>,
}

/// A property and its conditions, of which at least one must match.
struct Filter<'a> {
    property: &'a str,
    conditions: Vec<Condition>,
}

enum Condition {
    Equals(String),
    Contains(String),
}

impl Table<'_> {
    /// Filters, sorts and pages the rows, and wraps them in the envelope.
    pub(super) fn read(mut self, host: Host, params: &Params) -> Result<Value, ApiError> {
        let filters = self.filters(params)?;
        let matches = |id: &u64| filters.iter().all(|filter| self.matches(*id, filter));
        let ids: Vec<u64> = self.ids.iter().copied().filter(matches).collect();
        self.ids = ids;
        self.sort(params)?;
        let total = self.ids.len();
        let limit = match params.number("limit")?.unwrap_or(DEFAULT_LIMIT) {
            0 => usize::MAX,
            limit => limit,
        };
        let offset = params.number("offset")?.unwrap_or(0);
        self.ids = self.ids.iter().copied().skip(offset).take(limit).collect();
        Ok(self.wrap(host, params, total))
    }

    /// Wraps all rows in the envelope.
    pub(super) fn wrap_all(self, host: Host, params: &Params) -> Value {
        let total = self.ids.len();
        self.wrap(host, params, total)
    }

    fn wrap(&self, host: Host, params: &Params, total: usize) -> Value {
        let properties = self.properties(params);
        let list: Vec<Value> = self
            .ids
            .iter()
            .map(|id| {
                let row = properties.iter().filter_map(|name| Some((name.clone(), (self.get)(*id, name)?)));
                Value::Object(row.collect::<Row>())
            })
            .collect();
        let mut response = json!({ "size": list.len(), "list": list });
        let omit_total = params.text("total").is_some_and(|total| total == "0" || total == "false");
        if !omit_total {
            // The contacts host returns numbers as strings, the other hosts as numbers.
            response["total"] = match host {
                Host::Contacts => json!(total.to_string()),
                Host::Api | Host::Sms => json!(total),
            };
        }
        response
    }

    fn properties(&self, params: &Params) -> Vec<String> {
        let default = || self.default.iter().map(ToString::to_string);
        let requested = params.list("properties");
        if requested.is_empty() {
            return default().collect();
        }
        let mut names = Vec::new();
        for name in requested {
            if name == "DEFAULT" {
                names.extend(default());
            } else {
                names.push(name);
            }
        }
        names
    }

    fn filters<'a>(&self, params: &'a Params) -> Result<Vec<Filter<'a>>, ApiError> {
        let Some(&first) = self.ids.first() else {
            return Ok(Vec::new());
        };
        let mut filters = Vec::new();
        for (name, value) in params.iter() {
            // Parameters that name no property are ignored.
            if !RESERVED.contains(&name.as_str()) && (self.get)(first, name).is_some() {
                let conditions = conditions(name, value)?;
                filters.push(Filter { property: name, conditions });
            }
        }
        Ok(filters)
    }

    fn matches(&self, id: u64, filter: &Filter<'_>) -> bool {
        let value = (self.get)(id, filter.property).unwrap_or_default();
        let is_met = |value: &Value| {
            let text = text_of(value).unwrap_or_default();
            filter.conditions.iter().any(|condition| match condition {
                Condition::Equals(expected) => text == *expected,
                Condition::Contains(expected) => text.to_lowercase().contains(&expected.to_lowercase()),
            })
        };
        match &value {
            Value::Array(items) => items.iter().any(is_met),
            value => is_met(value),
        }
    }

    fn sort(&mut self, params: &Params) -> Result<(), ApiError> {
        // Sorts by the last key first: the sort is stable.
        for key in split(&params.text("sort").unwrap_or_default()).iter().rev() {
            let mut words = key.split_whitespace();
            let (property, direction) = (words.next().unwrap_or_default(), words.next().unwrap_or("ASC"));
            let descending = direction.eq_ignore_ascii_case("DESC");
            if !(descending || direction.eq_ignore_ascii_case("ASC")) || words.next().is_some() {
                return Err(ApiError::invalid("sort", key));
            }
            let mut keyed = Vec::with_capacity(self.ids.len());
            for id in &self.ids {
                let value = (self.get)(*id, property).ok_or_else(|| ApiError::invalid("sort", key))?;
                keyed.push((text_of(&value).unwrap_or_default(), *id));
            }
            keyed.sort_by(|(left, _), (right, _)| {
                let order = compare(left, right);
                if descending { order.reverse() } else { order }
            });
            self.ids = keyed.into_iter().map(|(_, id)| id).collect();
        }
        Ok(())
    }
}

/// Compares numbers by value and other texts case-insensitively.
fn compare(left: &str, right: &str) -> Ordering {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.total_cmp(&right),
        _ => left.to_lowercase().cmp(&right.to_lowercase()),
    }
}

/// Parses the conditions of a filter: a value, a comma-separated list, an array, or objects with `operator` and `value`.
fn conditions(name: &str, value: &Value) -> Result<Vec<Condition>, ApiError> {
    match value {
        Value::Array(items) => {
            let nested = items.iter().map(|item| conditions(name, item));
            Ok(nested.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        }
        Value::Object(condition) => {
            let member = |name: &str| condition.get(name).and_then(text_of).unwrap_or_default();
            match member("operator").as_str() {
                "CONTAINS" => Ok(vec![Condition::Contains(member("value"))]),
                "EQUALS" | "" => Ok(vec![Condition::Equals(member("value"))]),
                operator => Err(ApiError::invalid(name, operator)),
            }
        }
        scalar => {
            let text = text_of(scalar).unwrap_or_default();
            let mut expected = split(&text);
            expected.push(text);
            Ok(expected.into_iter().map(Condition::Equals).collect())
        }
    }
}
