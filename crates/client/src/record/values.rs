//! What stands in fields, lists and maps of records.

use std::{borrow::Cow, fmt, marker::PhantomData};

use chrono::NaiveDate;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, Visitor},
};
use serde_json::Value as Json;

use super::{
    fields::Written,
    forms::{Form, Note, Seen},
};
use crate::{
    NumberOrString, Timestamp,
    wire::{
        self,
        lenient::{self, Lenient},
    },
};

/// A value that is read leniently; `null` is nothing.
pub trait Value: Sized {
    /// Reads a value, or nothing, and notes its form if it is not the one that is written.
    ///
    /// # Errors
    ///
    /// If there is something else.
    fn read<'de, D: Deserializer<'de>>(deserializer: D, note: &mut Note) -> Result<Option<Self>, D::Error>;

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// The value of a field that has to be there, before it is read.
    fn blank() -> Self;

    /// What [`Form::Empty`], [`Form::Other`] or [`Form::Text`] stands for.
    #[must_use]
    fn other(_: Option<&Self>, _: Form) -> Option<Json> {
        None
    }

    /// Whether this JSON is read as the value. Records never say so: they know their own forms.
    #[must_use]
    fn is(json: &Json, value: Option<&Self>) -> bool {
        json.is_null() && value.is_none()
    }

    /// The JSON that the value came as, if it is more than a record.
    #[must_use]
    fn json(_: Option<&Self>, _: Seen<'_>) -> Option<Json> {
        None
    }
}

/// The JSON that was seen, unless it has become another value since.
pub(super) fn original<'a, T: Value>(value: Option<&T>, seen: Seen<'a>) -> Option<Cow<'a, Json>> {
    let json = match (seen.form, seen.kept) {
        (Form::Plain, _) => return None,
        (Form::Null, _) => Cow::Owned(Json::Null),
        (_, Some(json)) => Cow::Borrowed(json),
        (form, None) => Cow::Owned(T::other(value, form)?),
    };
    T::is(&json, value).then_some(json)
}

/// [`Value::json`] of what is more than a record.
pub(super) fn json<T: Value>(value: Option<&T>, seen: Seen<'_>) -> Option<Json> {
    match original(value, seen) {
        Some(json) => Some(json.into_owned()),
        None => serde_json::to_value(value.map(Written)).ok(),
    }
}

/// Implements [`Value`] for types that are read from more forms than their own.
macro_rules! lenient {
    ($($type:ty: $write:expr;)*) => {
        $(impl Value for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D, note: &mut Note) -> Result<Option<Self>, D::Error> {
                lenient::option(deserializer, note)
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ($write)(self, serializer)
            }

            fn blank() -> Self {
                Lenient::blank()
            }

            fn other(value: Option<&Self>, form: Form) -> Option<Json> {
                Lenient::other(value, form)
            }

            fn is(json: &Json, value: Option<&Self>) -> bool {
                lenient::option::<Self, _>(json, &mut Note::default()).is_ok_and(|read| read.as_ref() == value)
            }

            fn json(value: Option<&Self>, seen: Seen<'_>) -> Option<Json> {
                json(value, seen)
            }
        })*
    };
}

lenient! {
    String: Serialize::serialize;
    i64: Serialize::serialize;
    f64: |value: &f64, serializer| wire::write_number(*value, serializer);
    bool: Serialize::serialize;
    Timestamp: Serialize::serialize;
    NaiveDate: Serialize::serialize;
    NumberOrString: Serialize::serialize;
}

impl Value for Json {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, note: &mut Note) -> Result<Option<Self>, D::Error> {
        let json = Option::deserialize(deserializer)?;
        if json.is_none() {
            note.set(Form::Null);
        }
        Ok(json)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn blank() -> Self {
        Self::Null
    }

    fn json(value: Option<&Self>, _: Seen<'_>) -> Option<Json> {
        Some(value.cloned().unwrap_or_default())
    }
}

impl<T: Value> Value for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, note: &mut Note) -> Result<Option<Self>, D::Error> {
        Ok(T::read(deserializer, note)?.map(Self::new))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::write(self, serializer)
    }

    fn blank() -> Self {
        Self::new(T::blank())
    }
}

/// Reads a value, or nothing.
pub(super) struct Seed<'n, T>(&'n mut Note, PhantomData<T>);

impl<'n, T> Seed<'n, T> {
    pub(super) fn new(note: &'n mut Note) -> Self {
        Self(note, PhantomData)
    }
}

impl<'de, T: Value> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// Reads a value that has to be there.
///
/// # Errors
///
/// If there is something else, or nothing.
pub fn required<'de, T: Value, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer, &mut Note::default())?.ok_or_else(missing)
}

/// Nothing stands where there has to be something.
#[cold]
pub(super) fn missing<E: de::Error>() -> E {
    E::custom("expected a value")
}

/// Reads the text of an open enumeration, borrowed if it stands in the input as it is.
///
/// # Errors
///
/// If there is no scalar.
pub fn open_text<'de, D: Deserializer<'de>>(
    deserializer: D,
    note: &mut Note,
) -> Result<Option<Cow<'de, str>>, D::Error> {
    deserializer.deserialize_any(TextVisitor(note))
}

struct TextVisitor<'n>(&'n mut Note);

impl<'de> Visitor<'de> for TextVisitor<'_> {
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
        self.0.set(Form::Null);
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        owned(lenient::visitor(self.0).visit_bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        owned(lenient::visitor(self.0).visit_i64(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        owned(lenient::visitor(self.0).visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        owned(lenient::visitor(self.0).visit_f64(value))
    }
}

fn owned<E>(text: Result<Option<String>, E>) -> Result<Option<Cow<'static, str>>, E> {
    Ok(text?.map(Cow::Owned))
}
