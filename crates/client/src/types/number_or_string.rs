//! Values that a service sends as a number in some places and as a string in others.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::encode::number::write_number;

/// A number or a string. A received value is sent back in the same JSON type.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberOrString {
    /// An integer.
    Integer(i64),
    /// A number with a fraction or an exponent.
    Number(f64),
    /// A string.
    String(String),
}

impl NumberOrString {
    /// Returns the value as the nearest `f64`; parses a string. Returns `None` for a string that is not a number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the nearest f64 is documented")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            Self::String(text) => text.trim().parse().ok(),
        }
    }

    /// Returns the value as an integer; parses a string. Returns `None` for [`Number`](Self::Number) and for a string
    /// that is not an integer.
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
            Self::Number(value) => write_number(*value, serializer),
            Self::String(value) => serializer.serialize_str(value),
        }
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
