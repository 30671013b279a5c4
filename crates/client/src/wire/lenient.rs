//! One value, read from more forms than its own.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{Deserializer, de};
use serde_json::Value as Json;

use crate::record::{Form, Note};

/// Not a form of this type. It holds nothing: what was found must not be quoted.
pub(crate) struct Mismatch;

/// A value, or nothing.
pub(crate) type Read<T> = Result<Option<T>, Mismatch>;

/// A type that can be read from more forms than its own. What is not the form in which it is written is noted.
pub(crate) trait Lenient: Sized {
    const EXPECTED: &'static str;

    fn from_i64(_: i64, _: &mut Note) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_f64(_: f64, _: &mut Note) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_bool(_: bool, _: &mut Note) -> Read<Self> {
        Err(Mismatch)
    }

    fn from_text(value: &str, note: &mut Note) -> Read<Self>;

    fn from_owned(value: String, note: &mut Note) -> Read<Self> {
        Self::from_text(&value, note)
    }

    /// The value of a field that has not been read.
    fn blank() -> Self;

    /// The JSON of a value that was noted as [`Form::Other`] or [`Form::Text`].
    fn form(&self, form: Form) -> Option<Json>;

    /// The JSON of a value, or of nothing, that was noted as neither plain nor kept.
    fn other(value: Option<&Self>, form: Form) -> Option<Json> {
        if form == Form::Empty { Some(Json::from("")) } else { value?.form(form) }
    }
}

struct LenientVisitor<'n, T>(&'n mut Note, PhantomData<T>);

impl<'de, T: Lenient> de::Visitor<'de> for LenientVisitor<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        self.0.set(Form::Null);
        Ok(None)
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Option<T>, E> {
        T::from_bool(value, self.0).map_err(explain::<T, E>)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Option<T>, E> {
        T::from_i64(value, self.0).map_err(explain::<T, E>)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Option<T>, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => beyond(value, self.0).map_err(explain::<T, E>),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Option<T>, E> {
        T::from_f64(value, self.0).map_err(explain::<T, E>)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Option<T>, E> {
        T::from_text(value, self.0).map_err(explain::<T, E>)
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Option<T>, E> {
        T::from_owned(value, self.0).map_err(explain::<T, E>)
    }
}

#[cold]
#[expect(clippy::cast_precision_loss, reason = "beyond 64 signed bits only the nearest number can be kept")]
fn beyond<T: Lenient>(value: u64, note: &mut Note) -> Read<T> {
    let read = T::from_f64(value as f64, note);
    note.keep(value);
    read
}

fn explain<T: Lenient, E: de::Error>(_: Mismatch) -> E {
    E::custom(format_args!("expected {}", T::EXPECTED))
}

fn visitor<T>(note: &mut Note) -> LenientVisitor<'_, T> {
    LenientVisitor(note, PhantomData)
}

pub(crate) fn option<'de, T: Lenient, D: Deserializer<'de>>(
    deserializer: D,
    note: &mut Note,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(visitor(note))
}

/// The text of a scalar, borrowed if it stands in the input as it is.
pub(crate) fn word<'de, D: Deserializer<'de>>(
    deserializer: D,
    note: &mut Note,
) -> Result<Option<Cow<'de, str>>, D::Error> {
    deserializer.deserialize_any(WordVisitor(note))
}

struct WordVisitor<'n>(&'n mut Note);

impl<'de> de::Visitor<'de> for WordVisitor<'_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(String::EXPECTED)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        owned(visitor(self.0).visit_unit())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        owned(visitor(self.0).visit_bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        owned(visitor(self.0).visit_i64(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        owned(visitor(self.0).visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        owned(visitor(self.0).visit_f64(value))
    }
}

fn owned<E>(text: Result<Option<String>, E>) -> Result<Option<Cow<'static, str>>, E> {
    Ok(text?.map(Cow::Owned))
}

/// The largest integers that a floating-point number holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "checked to be integral and within the exact range")]
pub(crate) fn integral(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}
