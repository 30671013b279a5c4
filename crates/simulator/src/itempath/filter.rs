//! Filters: a comparison in square brackets in front of the value, one or several per member.

use std::cmp::Ordering;

use chrono::NaiveDateTime;
use serde_json::Value;

use super::dates;
use super::store::Row;
use super::values::DIRECTIONS;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Not,
    Any,
    None,
    Greater,
    Less,
    /// Not documented as a prefix; a client sends them behind the name.
    AtLeast,
    AtMost,
    Like,
    NotLike,
}

/// One parameter of a list.
#[derive(Debug)]
pub(super) struct Filter {
    member: String,
    comparison: Comparison,
    value: String,
}

/// Parameters that older generations and clients know, by resource.
const ALIASES: [(&str, &str, &str, Comparison); 5] = [
    ("transactions", "after", "creationDate", Comparison::Greater),
    ("transactions", "before", "creationDate", Comparison::Less),
    ("order_lines", "createdAfter", "creationDate", Comparison::Greater),
    ("order_lines", "createdBefore", "creationDate", Comparison::Less),
    ("order_lines", "processedAfter", "modifiedDate", Comparison::Greater),
];

impl Filter {
    pub(super) fn parse(path: &str, name: &str, value: &str) -> Self {
        if let Some((_, _, member, comparison)) =
            ALIASES.iter().find(|(resource, alias, ..)| *resource == path && *alias == name)
        {
            return Self { member: (*member).to_owned(), comparison: *comparison, value: value.to_owned() };
        }
        // `name[gte]=…`: no documented form, and no reason to fail.
        if let Some((member, word)) = name.strip_suffix(']').and_then(|name| name.split_once('['))
            && let Some(comparison) = behind_the_name(word)
        {
            return Self { member: member.to_owned(), comparison, value: value.to_owned() };
        }
        let prefixed = value.strip_prefix('[').and_then(|value| value.split_once(']'));
        let prefixed = prefixed.and_then(|(word, rest)| Some((comparison(word)?, rest)));
        let (comparison, value) = prefixed.unwrap_or((Comparison::Equal, value));
        Self { member: name.to_owned(), comparison, value: value.to_owned() }
    }

    /// The member as the rows have it; none when no row has it, and the filter says nothing.
    pub(super) fn resolve(mut self, names: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        self.member = names(&self.member)?;
        Some(self)
    }

    pub(super) fn accepts(&self, row: &Row, now: NaiveDateTime) -> bool {
        let value = row.get(&self.member).unwrap_or(&Value::Null);
        let equal = |text: &str| holds(value, text, now, |order| order == Ordering::Equal);
        let each = || self.value.split(';').map(str::trim);
        match self.comparison {
            Comparison::Equal => equal(&self.value),
            Comparison::Not => !equal(&self.value),
            Comparison::Any => each().any(equal),
            Comparison::None => !each().any(equal),
            Comparison::Greater => holds(value, &self.value, now, Ordering::is_gt),
            Comparison::Less => holds(value, &self.value, now, Ordering::is_lt),
            Comparison::AtLeast => holds(value, &self.value, now, Ordering::is_ge),
            Comparison::AtMost => holds(value, &self.value, now, Ordering::is_le),
            Comparison::Like => contains(value, &self.value),
            Comparison::NotLike => !contains(value, &self.value),
        }
    }
}

fn comparison(word: &str) -> Option<Comparison> {
    Some(match word.to_ascii_lowercase().as_str() {
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

fn behind_the_name(word: &str) -> Option<Comparison> {
    match word {
        "gte" => Some(Comparison::AtLeast),
        "lte" => Some(Comparison::AtMost),
        other => comparison(other),
    }
}

/// Whether a value, or one of a list, stands in this relation to the text.
fn holds(value: &Value, text: &str, now: NaiveDateTime, relation: fn(Ordering) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| holds(item, text, now, relation)),
        Value::Object(members) => ["name", "id"]
            .iter()
            .any(|name| members.get(*name).is_some_and(|member| holds(member, text, now, relation))),
        value => compare(value, text, now).is_some_and(relation),
    }
}

fn compare(value: &Value, text: &str, now: NaiveDateTime) -> Option<Ordering> {
    match value {
        Value::Number(number) => {
            let word = || DIRECTIONS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
            let wanted = match text.trim().to_ascii_lowercase().as_str() {
                "true" => 1.0,
                "false" => 0.0,
                digits => match digits.parse::<f64>() {
                    Ok(number) => number,
                    // Directions are the only numbers that have words.
                    Err(_) => word()?.1.to_string().parse().ok()?,
                },
            };
            number.as_f64()?.partial_cmp(&wanted)
        }
        Value::Bool(is) => {
            let wanted = match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return None,
            };
            Some(is.cmp(&wanted))
        }
        Value::String(written) => match as_date(written) {
            Some(date) => Some(date.cmp(&dates::read(text, now)?)),
            None => Some(written.to_lowercase().cmp(&text.to_lowercase())),
        },
        _ => None,
    }
}

fn as_date(written: &str) -> Option<NaiveDateTime> {
    if written.as_bytes().get(10) == Some(&b'T') && written.len() >= 19 { dates::parse(written) } else { None }
}

fn contains(value: &Value, text: &str) -> bool {
    let wanted = text.to_lowercase();
    match value {
        Value::String(written) => written.to_lowercase().contains(&wanted),
        Value::Number(number) => number.to_string().contains(&wanted),
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
        assert_eq!(filter.accepts(&row, now), expected, "{member} {parameter:?}");
    }

    #[test]
    fn each_comparison_stands_before_the_value() {
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
    fn null_is_neither_greater_nor_equal_but_other() {
        check(&Value::Null, ("m", "[gt]0"), false);
        check(&Value::Null, ("m", "0"), false);
        check(&Value::Null, ("m", "[not]0"), true);
    }

    #[test]
    fn flags_and_directions_have_words() {
        check(&json!(1), ("m", "true"), true);
        check(&json!(true), ("m", "1"), true);
        check(&json!(2), ("m", "pick"), true);
    }

    #[test]
    fn a_comparison_behind_the_name_is_understood() {
        check(&json!(5), ("m[gte]", "5"), true);
        check(&json!(5), ("m[lt]", "5"), false);
    }
}
