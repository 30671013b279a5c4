//! One record: names and values in the vendor's order, and facts about it that are not sent.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A record. Names that begin with `~` are facts for filters: they are kept, and not sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row(Vec<(Cow<'static, str>, Value)>);

/// A [`Row`] from names and anything that becomes a JSON value.
macro_rules! row {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::ditio::reporting::row::Row::of(vec![
            $((std::borrow::Cow::Borrowed($name), serde_json::Value::from($value))),*
        ])
    };
}
pub(super) use row;

impl Row {
    pub(super) fn of(members: Vec<(Cow<'static, str>, Value)>) -> Self {
        Self(members)
    }

    /// The members of an object that came from outside.
    pub(super) fn from_map(map: Map<String, Value>) -> Self {
        Self(map.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of a member, none when it is empty or of another type.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// Whether some text in it, at any depth, is this one.
    pub(super) fn refers_to(&self, text: &str) -> bool {
        fn within(value: &Value, text: &str) -> bool {
            match value {
                Value::String(found) => found == text,
                Value::Array(items) => items.iter().any(|item| within(item, text)),
                Value::Object(members) => members.values().any(|member| within(member, text)),
                _ => false,
            }
        }
        self.0.iter().any(|(_, value)| within(value, text))
    }

    /// Replaces a member, or adds it at the end.
    pub(super) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((name, value.into())),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }

    /// What is sent, as an object.
    pub(super) fn value(&self) -> Value {
        self.members().map(|(name, value)| (name.to_owned(), value.clone())).collect::<Map<_, _>>().into()
    }

    /// What is sent, member by member.
    pub(in crate::ditio) fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        let sent = self.0.iter().filter(|(name, _)| !name.starts_with('~'));
        sent.map(|(name, value)| (name.as_ref(), value))
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.members() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
