//! JSON objects of which only some members matter.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Deserializer, Value};

/// The members of a JSON object that were asked for. All others are passed over, even where their texts or
/// numbers could not be read.
pub(crate) struct Members(Vec<(&'static str, Value)>);

impl Members {
    /// Reads an object at the start of a text, whatever follows it.
    pub(crate) fn first_in(text: &[u8], names: &'static [&'static str]) -> Option<Self> {
        Deserializer::from_slice(text).deserialize_map(Names(names)).ok()
    }

    /// Reads an object that is all of a text.
    pub(crate) fn all_of(text: &[u8], names: &'static [&'static str]) -> Option<Self> {
        let mut text = Deserializer::from_slice(text);
        let members = text.deserialize_map(Names(names)).ok()?;
        text.end().ok().map(|()| members)
    }

    /// Takes one out; `null` is as good as nothing.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let (_, value) = self.0.iter_mut().find(|(known, _)| *known == name)?;
        Some(value.take()).filter(|value| !value.is_null())
    }
}

struct Names(&'static [&'static str]);

impl<'de> Visitor<'de> for Names {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members: Vec<(&'static str, Value)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            match self.0.iter().find(|known| **known == name) {
                Some(name) if members.iter().any(|(known, _)| known == name) => {
                    return Err(A::Error::duplicate_field(name));
                }
                Some(name) => members.push((name, map.next_value()?)),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], first: Option<i64>, all: Option<i64>) {
        let a = |members: Option<Members>| Some(members?.take("a").and_then(|a| a.as_i64()).unwrap_or(0));
        assert_eq!(a(Members::first_in(text, &["a", "b"])), first);
        assert_eq!(a(Members::all_of(text, &["a", "b"])), all);
    }

    #[test]
    fn what_was_not_asked_for_may_be_broken_and_what_was_may_not() {
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
