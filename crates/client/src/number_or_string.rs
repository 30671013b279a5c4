//! A value that a service writes as a number here and as a string there.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number or a string, kept and sent back in the form it came in.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberOrString {
    /// An integer.
    Integer(i64),
    /// A number that is no integer.
    Number(f64),
    /// A string.
    String(String),
}

impl NumberOrString {
    /// The value as a number, also if it was written as a string.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "whoever asks for a floating-point number gets the nearest one")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            Self::String(text) => text.trim().parse().ok(),
        }
    }

    /// The value as an integer, also if it was written as a string.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Number(_) => None,
            Self::String(text) => text.trim().parse().ok(),
        }
    }
}

impl fmt::Display for NumberOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::String(value) => value.fmt(f),
        }
    }
}

impl From<i64> for NumberOrString {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for NumberOrString {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<String> for NumberOrString {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<&str> for NumberOrString {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl Serialize for NumberOrString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Number(value) => crate::wire::number::serialize(value, serializer),
            Self::String(value) => serializer.serialize_str(value),
        }
    }
}

impl<'de> Deserialize<'de> for NumberOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = NumberOrString;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a string")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<NumberOrString, E> {
                Ok(NumberOrString::Integer(value))
            }

            #[expect(clippy::cast_precision_loss, reason = "beyond 64 signed bits only the nearest number can be kept")]
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<NumberOrString, E> {
                Ok(i64::try_from(value).map_or(NumberOrString::Number(value as f64), NumberOrString::Integer))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<NumberOrString, E> {
                Ok(NumberOrString::Number(value))
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<NumberOrString, E> {
                Ok(NumberOrString::String(value.to_string()))
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<NumberOrString, E> {
                Ok(NumberOrString::String(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_survives_a_round_trip() {
        for json in ["1", "-7", "2.5", r#""2.0""#, r#""stk""#] {
            let value: NumberOrString = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
        assert_eq!(NumberOrString::from("2.5").as_f64(), Some(2.5));
        assert_eq!(NumberOrString::from(3).as_f64(), Some(3.0));
        assert_eq!(NumberOrString::from("x").as_i64(), None);
    }
}
