//! A row: members in the vendor's order, and filter-only members that are not sent.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A row. Members whose names begin with `~` are for filters only and are not sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row(Vec<(Cow<'static, str>, Value)>);

/// Creates a [`Row`] from names and values that convert to JSON values.
macro_rules! row {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::ditio::reporting::tables::row::Row::of(vec![
            $((std::borrow::Cow::Borrowed($name), serde_json::Value::from($value))),*
        ])
    };
}
pub(in crate::ditio::reporting) use row;

impl Row {
    pub(in crate::ditio::reporting) fn of(members: Vec<(Cow<'static, str>, Value)>) -> Self {
        Self(members)
    }

    /// Creates a row from an object.
    pub(in crate::ditio::reporting) fn from_map(map: Map<String, Value>) -> Self {
        Self(map.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Returns the text of a member; `None` if it is empty or has another type.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(in crate::ditio::reporting) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// Returns true if a text at any depth equals `text`.
    pub(in crate::ditio::reporting) fn refers_to(&self, text: &str) -> bool {
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
    pub(in crate::ditio::reporting) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((name, value.into())),
        }
    }

    pub(in crate::ditio::reporting) fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }

    /// Returns the sent members as an object.
    pub(in crate::ditio::reporting) fn value(&self) -> Value {
        self.members().map(|(name, value)| (name.to_owned(), value.clone())).collect::<Map<_, _>>().into()
    }

    /// Returns the sent members.
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
