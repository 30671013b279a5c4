//! Decoding of types with serde's own implementation, for calls whose response type the caller chooses.

use std::fmt;

use serde::{
    Deserializer,
    de::{
        self, DeserializeOwned, IntoDeserializer, Visitor,
        value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::Value as Json;

use super::error::{DecodeError, Problem};

/// Deserializes JSON.
///
/// # Errors
///
/// Fails if the body is not JSON, or not of the type. The error names the path and the expected type.
pub(super) fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = T::deserialize(&mut json).map_err(|error| explain::<T>(body, &error))?;
    json.end().map_err(|_| DecodeError { path: String::new(), problem: Problem::TrailingText })?;
    Ok(value)
}

/// Decodes a body again after a failure, to find the path and the expected type, so that successful decoding has no
/// cost for them.
#[cold]
fn explain<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> DecodeError {
    let traced: Result<T, _> = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(body));
    let path = traced.err().map(|error| error.path().to_string()).filter(|path| path != ".").unwrap_or_default();
    let problem = Problem::of_syntax(error).or_else(|| {
        let json: Json = serde_json::from_slice(body).ok()?;
        T::deserialize(JsonDeserializer(&json)).err()?.0
    });
    let rejected = Problem::RejectedBySerde { line: error.line(), column: error.column() };
    DecodeError { path, problem: problem.unwrap_or(rejected) }
}

/// Error that captures the expected type from serde, which passes it as data but formats it in its messages together
/// with the value. `None` if the type rejects the value with a custom error.
#[derive(Debug)]
struct Mismatch(Option<Problem>);

impl Mismatch {
    fn expected(expected: impl fmt::Display) -> Self {
        Self(Some(Problem::ExpectedBySerde(expected.to_string())))
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unexpected value")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_length(_: usize, expected: &dyn de::Expected) -> Self {
        Self::expected(expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::expected(format_args!("one of {}", expected.join(", ")))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::expected(format_args!("no fields but {}", expected.join(", ")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Some(Problem::MissingField(field)))
    }
}

/// Deserializer of JSON whose error is [`Mismatch`].
struct JsonDeserializer<'a>(&'a Json);

impl<'a> JsonDeserializer<'a> {
    fn members(
        members: &'a serde_json::Map<String, Json>,
    ) -> MapDeserializer<'a, impl Iterator<Item = (&'a str, Self)>, Mismatch> {
        MapDeserializer::new(members.iter().map(|(key, value)| (key.as_str(), Self(value))))
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for JsonDeserializer<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for JsonDeserializer<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, value) => visitor.visit_f64(value.unwrap_or_default()),
            },
            Json::String(text) => visitor.visit_borrowed_str(text),
            Json::Array(elements) => visitor.visit_seq(SeqDeserializer::new(elements.iter().map(JsonDeserializer))),
            Json::Object(members) => visitor.visit_map(Self::members(members)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Json::String(text) => visitor.visit_enum(IntoDeserializer::<Mismatch>::into_deserializer(text.as_str())),
            Json::Object(members) => visitor.visit_enum(MapAccessDeserializer::new(Self::members(members))),
            _ => Err(Mismatch::expected("a string or an object")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
