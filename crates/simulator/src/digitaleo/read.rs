//! Reading a resource: filters, order, page, properties; and the wrapper around the result.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::dispatch::Host;
use super::failure::Failure;
use super::params::{Params, Row, split, text_of};

/// Rows in an answer unless `limit` says otherwise; `0` means all.
const DEFAULT_LIMIT: usize = 100;

/// Parameters that are not filters.
const RESERVED: [&str; 9] =
    ["action", "access_token", "complex", "key", "limit", "offset", "properties", "sort", "total"];

/// A resource as its reader sees it.
pub(super) struct Table<'a> {
    pub(super) ids: Vec<u64>,
    /// What `DEFAULT` means in `properties`.
    pub(super) default: &'a [&'a str],
    /// A property of a row; none when there is no such property.
    pub(super) get: &'a dyn Fn(u64, &str) -> Option<Value>,
}

/// What rows have to have.
struct Filter<'a> {
    property: &'a str,
    tests: Vec<Test>,
}

enum Test {
    Equals(String),
    Contains(String),
}

impl Table<'_> {
    /// Answers a read.
    pub(super) fn read(mut self, host: Host, params: &Params) -> Result<Value, Failure> {
        let filters = self.filters(params)?;
        let kept = |id: &u64| filters.iter().all(|filter| self.has(*id, filter));
        let ids: Vec<u64> = self.ids.iter().copied().filter(kept).collect();
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

    /// The rows as they are, in the wrapper.
    pub(super) fn answer(self, host: Host, params: &Params) -> Value {
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
        let mut answer = json!({ "size": list.len(), "list": list });
        let unwanted = params.text("total").is_some_and(|total| total == "0" || total == "false");
        if !unwanted {
            // Numbers come as text from the contacts' database, as numbers from elsewhere.
            answer["total"] = match host {
                Host::Contacts => json!(total.to_string()),
                Host::Api | Host::Sms => json!(total),
            };
        }
        answer
    }

    fn properties(&self, params: &Params) -> Vec<String> {
        let default = || self.default.iter().map(ToString::to_string);
        let asked = params.list("properties");
        if asked.is_empty() {
            return default().collect();
        }
        let mut names = Vec::new();
        for name in asked {
            if name == "DEFAULT" {
                names.extend(default());
            } else {
                names.push(name);
            }
        }
        names
    }

    fn filters<'a>(&self, params: &'a Params) -> Result<Vec<Filter<'a>>, Failure> {
        let Some(&any) = self.ids.first() else {
            return Ok(Vec::new());
        };
        let mut filters = Vec::new();
        for (name, value) in params.iter() {
            // What is no property is no filter.
            if !RESERVED.contains(&name.as_str()) && (self.get)(any, name).is_some() {
                let tests = tests(name, value)?;
                filters.push(Filter { property: name, tests });
            }
        }
        Ok(filters)
    }

    fn has(&self, id: u64, filter: &Filter<'_>) -> bool {
        let value = (self.get)(id, filter.property).unwrap_or_default();
        let is_met = |value: &Value| {
            let text = text_of(value).unwrap_or_default();
            filter.tests.iter().any(|test| match test {
                Test::Equals(wanted) => text == *wanted,
                Test::Contains(wanted) => text.to_lowercase().contains(&wanted.to_lowercase()),
            })
        };
        match &value {
            Value::Array(items) => items.iter().any(is_met),
            value => is_met(value),
        }
    }

    fn sort(&mut self, params: &Params) -> Result<(), Failure> {
        // The last key first, as sorting keeps the order of equals.
        for key in split(&params.text("sort").unwrap_or_default()).iter().rev() {
            let mut words = key.split_whitespace();
            let (property, direction) = (words.next().unwrap_or_default(), words.next().unwrap_or("ASC"));
            let descending = direction.eq_ignore_ascii_case("DESC");
            if !(descending || direction.eq_ignore_ascii_case("ASC")) || words.next().is_some() {
                return Err(Failure::invalid("sort", key));
            }
            let mut keyed = Vec::with_capacity(self.ids.len());
            for id in &self.ids {
                let value = (self.get)(*id, property).ok_or_else(|| Failure::invalid("sort", key))?;
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

/// Numbers by value, other texts by their letters in any case.
fn compare(left: &str, right: &str) -> Ordering {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.total_cmp(&right),
        _ => left.to_lowercase().cmp(&right.to_lowercase()),
    }
}

/// A value, several by commas or in an array, or objects of `operator` and `value`.
fn tests(name: &str, value: &Value) -> Result<Vec<Test>, Failure> {
    match value {
        Value::Array(items) => {
            let nested = items.iter().map(|item| tests(name, item));
            Ok(nested.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        }
        Value::Object(test) => {
            let member = |name: &str| test.get(name).and_then(text_of).unwrap_or_default();
            match member("operator").as_str() {
                "CONTAINS" => Ok(vec![Test::Contains(member("value"))]),
                "EQUALS" | "" => Ok(vec![Test::Equals(member("value"))]),
                operator => Err(Failure::invalid(name, operator)),
            }
        }
        scalar => {
            let whole = text_of(scalar).unwrap_or_default();
            let mut wanted = split(&whole);
            wanted.push(whole);
            Ok(wanted.into_iter().map(Test::Equals).collect())
        }
    }
}
