//! Properties of partial updates.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Change of one property by a partial update: leave it unchanged, clear it, or set it.
///
/// Services with partial updates clear a property that is `null` and leave an absent property unchanged, which an
/// `Option` cannot express. The default is [`Absent`](Patch::Absent).
///
/// ```
/// use keyfob_client::Patch;
///
/// let email: Patch<String> = "kari@example.no".into();
/// assert_eq!(email.value().map(String::as_str), Some("kari@example.no"));
/// assert!(Patch::<String>::default().is_absent());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// Leaves the property unchanged; not sent.
    #[default]
    Absent,
    /// Clears the property; sent as `null`.
    Null,
    /// Sets the property.
    Value(T),
}

impl<T> Patch<T> {
    /// Returns `true` if the property is left unchanged.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns the value to set; `None` for [`Absent`](Patch::Absent) and [`Null`](Patch::Null).
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Absent | Self::Null => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Person {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        email: Patch<String>,
    }

    #[test]
    fn absent_null_and_value_are_distinct() {
        for (json, email) in
            [("{}", Patch::Absent), (r#"{"email":null}"#, Patch::Null), (r#"{"email":"a"}"#, "a".into())]
        {
            let person = Person { email };
            assert_eq!(serde_json::to_string(&person).unwrap(), json);
            assert_eq!(serde_json::from_str::<Person>(json).unwrap(), person);
        }
    }
}
