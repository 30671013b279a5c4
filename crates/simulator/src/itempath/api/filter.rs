//! Filters: a comparison in square brackets before the value, several per member.

use std::cmp::Ordering;

use chrono::NaiveDateTime;
use serde_json::Value;

use crate::itempath::dates;
use crate::itempath::store::row::Row;
use crate::itempath::warehouse::direction::DIRECTIONS;

/// Comparison of a member with the filter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Not,
    Any,
    None,
    Greater,
    Less,
    /// Undocumented; a public client sends `gte` as a suffix of the name: `name[gte]`.
    AtLeast,
    /// Undocumented; a public client sends `lte` as a suffix of the name: `name[lte]`.
    AtMost,
    Like,
    NotLike,
}

/// A filter parameter of a list.
#[derive(Debug)]
pub(in crate::itempath) struct Filter {
    member: String,
    comparison: Comparison,
    value: String,
}

/// Legacy parameters with a fixed comparison: resource, name, member and comparison.
const ALIASES: [(&str, &str, &str, Comparison); 5] = [
    ("transactions", "after", "creationDate", Comparison::Greater),
    ("transactions", "before", "creationDate", Comparison::Less),
    ("order_lines", "createdAfter", "creationDate", Comparison::Greater),
    ("order_lines", "createdBefore", "creationDate", Comparison::Less),
    ("order_lines", "processedAfter", "modifiedDate", Comparison::Greater),
];

/// Legacy names of members: resource, older name and name.
const OLD_NAMES: [(&str, &str, &str); 1] = [("work_order_lines", "locContentId", "locationContentId")];

impl Filter {
    pub(in crate::itempath) fn parse(path: &str, name: &str, value: &str) -> Self {
        let renamed = OLD_NAMES.iter().find(|(resource, old, _)| *resource == path && *old == name);
        let name = renamed.map_or(name, |(.., name)| *name);
        if let Some((_, _, member, comparison)) =
            ALIASES.iter().find(|(resource, alias, ..)| *resource == path && *alias == name)
        {
            return Self { member: (*member).to_owned(), comparison: *comparison, value: value.to_owned() };
        }
        // `name[gte]=…` is undocumented but accepted.
        if let Some((member, name)) = name.strip_suffix(']').and_then(|name| name.split_once('['))
            && let Some(comparison) = comparison_suffix(name)
        {
            return Self { member: member.to_owned(), comparison, value: value.to_owned() };
        }
        let prefixed = value.strip_prefix('[').and_then(|value| value.split_once(']'));
        let prefixed = prefixed.and_then(|(name, rest)| Some((comparison_prefix(name)?, rest)));
        let (comparison, value) = prefixed.unwrap_or((Comparison::Equal, value));
        Self { member: name.to_owned(), comparison, value: value.to_owned() }
    }

    /// Replaces the name by the member's exact name; `None` if no row has the member, and the filter is ignored.
    pub(in crate::itempath) fn resolve(mut self, names: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        self.member = names(&self.member)?;
        Some(self)
    }

    pub(in crate::itempath) fn matches(&self, row: &Row, now: NaiveDateTime) -> bool {
        let value = row.get(&self.member).unwrap_or(&Value::Null);
        let equal = |text: &str| any_matches(value, text, now, |order| order == Ordering::Equal);
        let each = || self.value.split(';').map(str::trim);
        match self.comparison {
            Comparison::Equal => equal(&self.value),
            Comparison::Not => !equal(&self.value),
            Comparison::Any => each().any(equal),
            Comparison::None => !each().any(equal),
            Comparison::Greater => any_matches(value, &self.value, now, Ordering::is_gt),
            Comparison::Less => any_matches(value, &self.value, now, Ordering::is_lt),
            Comparison::AtLeast => any_matches(value, &self.value, now, Ordering::is_ge),
            Comparison::AtMost => any_matches(value, &self.value, now, Ordering::is_le),
            Comparison::Like => contains(value, &self.value),
            Comparison::NotLike => !contains(value, &self.value),
        }
    }
}

fn comparison_prefix(name: &str) -> Option<Comparison> {
    Some(match name.to_ascii_lowercase().as_str() {
        "not" => Comparison::Not,
        "or" => Comparison::Any,
        "nor" => Comparison::None,
        "gt" => Comparison::Greater,
        "lt" => Comparison::Less,
        "like" => Comparison::Like,
        "notlike" => Comparison::NotLike,
        _ => return None,
    })
}

fn comparison_suffix(name: &str) -> Option<Comparison> {
    match name {
        "gte" => Some(Comparison::AtLeast),
        "lte" => Some(Comparison::AtMost),
        other => comparison_prefix(other),
    }
}

/// Returns whether a value, or any element of a list, compares to the text as `accept` requires.
fn any_matches(value: &Value, text: &str, now: NaiveDateTime, accept: fn(Ordering) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| any_matches(item, text, now, accept)),
        Value::Object(members) => ["name", "id"]
            .iter()
            .any(|name| members.get(*name).is_some_and(|member| any_matches(member, text, now, accept))),
        value => compare(value, text, now).is_some_and(accept),
    }
}

fn compare(value: &Value, text: &str, now: NaiveDateTime) -> Option<Ordering> {
    match value {
        Value::Number(number) => {
            let name = || DIRECTIONS.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
            let expected = match text.trim().to_ascii_lowercase().as_str() {
                "true" => 1.0,
                "false" => 0.0,
                digits => match digits.parse::<f64>() {
                    Ok(number) => number,
                    // Directions are the only numbers with names.
                    Err(_) => name()?.1.to_string().parse().ok()?,
                },
            };
            number.as_f64()?.partial_cmp(&expected)
        }
        Value::Bool(is) => {
            let expected = match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return None,
            };
            Some(is.cmp(&expected))
        }
        Value::String(stored) => match parse_stored_date(stored) {
            Some(date) => Some(date.cmp(&dates::parse_filter(text, now)?)),
            None => Some(stored.to_lowercase().cmp(&text.to_lowercase())),
        },
        _ => None,
    }
}

fn parse_stored_date(stored: &str) -> Option<NaiveDateTime> {
    if stored.as_bytes().get(10) == Some(&b'T') && stored.len() >= 19 { dates::parse(stored) } else { None }
}

fn contains(value: &Value, text: &str) -> bool {
    let expected = text.to_lowercase();
    match value {
        Value::String(stored) => stored.to_lowercase().contains(&expected),
        Value::Number(number) => number.to_string().contains(&expected),
        Value::Array(items) => items.iter().any(|item| contains(item, text)),
        Value::Object(members) => members.get("name").is_some_and(|name| contains(name, text)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(member: &Value, parameter: (&str, &str), expected: bool) {
        let row = Row::from_iter([("m".to_owned(), member.clone())]);
        let now = dates::parse("2026-03-02T08:00").unwrap();
        let filter = Filter::parse("materials", parameter.0, parameter.1);
        assert_eq!(filter.matches(&row, now), expected, "{member} {parameter:?}");
    }

    #[test]
    fn each_comparison_is_a_prefix_of_the_value() {
        check(&json!("S103"), ("m", "s103"), true);
        check(&json!("S103"), ("m", "[not]S103"), false);
        check(&json!(4), ("m", "[or]2;4"), true);
        check(&json!(4), ("m", "[nor]2;4"), false);
        check(&json!(-1.5), ("m", "[lt]0"), true);
        check(&json!(10.0), ("m", "[gt]9"), true);
        check(&json!("Kugelventil Ø8"), ("m", "[like]VENTIL ø"), true);
        check(&json!("Kugelventil"), ("m", "[notlike]ventil"), false);
    }

    #[test]
    fn dates_compare_as_dates() {
        check(&json!("2026-03-01T23:59:59.500000"), ("m", "[gt]yesterday"), true);
        check(&json!("2026-03-01T23:59:59"), ("m", "[gt]2026-03"), true);
        check(&json!("2026-03-01T00:00:00.000000"), ("m", "2026-03-01"), true);
        check(&json!("2026-03-01T00:00:00"), ("m", "[gt]nonsense"), false);
    }

    #[test]
    fn null_is_neither_greater_nor_equal_but_not_equal() {
        check(&Value::Null, ("m", "[gt]0"), false);
        check(&Value::Null, ("m", "0"), false);
        check(&Value::Null, ("m", "[not]0"), true);
    }

    #[test]
    fn flags_and_directions_have_names() {
        check(&json!(1), ("m", "true"), true);
        check(&json!(true), ("m", "1"), true);
        check(&json!(2), ("m", "pick"), true);
    }

    #[test]
    fn a_comparison_suffix_of_the_name_is_accepted() {
        check(&json!(5), ("m[gte]", "5"), true);
        check(&json!(5), ("m[lt]", "5"), false);
    }
}
