//! Partial parsing of JSON objects.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Value};

/// Selected members of a JSON object.
///
/// All other members are skipped, even if their strings or numbers are invalid. A number outside the range of `f64`
/// is the nearest one in it.
pub(crate) struct JsonMembers(Vec<(&'static str, Value)>);

impl JsonMembers {
    /// Parses an object at the start of a text and ignores the rest.
    pub(crate) fn parse_prefix(text: &[u8], names: &'static [&'static str]) -> Option<Self> {
        Deserializer::from_slice(text).deserialize_map(Names(names)).ok()
    }

    /// Parses an object that spans the whole text.
    pub(crate) fn parse(text: &[u8], names: &'static [&'static str]) -> Option<Self> {
        let mut text = Deserializer::from_slice(text);
        let members = text.deserialize_map(Names(names)).ok()?;
        text.end().ok().map(|()| members)
    }

    /// Removes a member and returns its value; `None` if it is absent or `null`.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let (_, value) = self.0.iter_mut().find(|(known, _)| *known == name)?;
        Some(value.take()).filter(|value| !value.is_null())
    }
}

struct Names(&'static [&'static str]);

impl<'de> Visitor<'de> for Names {
    type Value = JsonMembers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonMembers, A::Error> {
        let mut members: Vec<(&'static str, Value)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            match self.0.iter().find(|known| **known == name) {
                Some(name) if members.iter().any(|(known, _)| known == name) => {
                    return Err(A::Error::duplicate_field(name));
                }
                Some(name) => members.push((name, value::<A::Error>(map.next_value()?)?)),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(JsonMembers(members))
    }
}

/// Parses the value of a selected member.
fn value<E: serde::de::Error>(raw: &RawValue) -> Result<Value, E> {
    let text = raw.get();
    serde_json::from_str(text).or_else(|error| match text.parse::<f64>() {
        // serde_json rejects a number that is out of range, and with it the whole object.
        Ok(number) if number.is_infinite() => Ok(Value::from(f64::MAX.copysign(number))),
        _ => Err(E::custom(error)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], prefix: Option<i64>, whole: Option<i64>) {
        let a = |members: Option<JsonMembers>| Some(members?.take("a").and_then(|a| a.as_i64()).unwrap_or(0));
        assert_eq!(a(JsonMembers::parse_prefix(text, &["a", "b"])), prefix);
        assert_eq!(a(JsonMembers::parse(text, &["a", "b"])), whole);
    }

    #[test]
    fn members_that_are_not_selected_may_be_invalid() {
        check(br#" {"a": 1} "#, Some(1), Some(1));
        check(b"{\"a\": 1, \"c\": \"\xff\\ud800\", \"c\": 1e999}", Some(1), Some(1));
        check(br#"{"a": 1} <!-- -->"#, Some(1), None);
        check(br#"{"a": null}"#, Some(0), Some(0));
        check(b"{}", Some(0), Some(0));
        check(b"{\"a\": 1, \"b\": \"\xff\"}", None, None);
        check(br#"{"a": 1, "a": 1}"#, None, None);
        check(br#"{"a": 1"#, None, None);
        check(b"[1]", None, None);
        check(b"", None, None);
    }
}
